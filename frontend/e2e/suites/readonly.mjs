// A library that can only be read: all can be found and looked at, and what cannot be kept is not offered.
import { execFile } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../harness/program.mjs'
import { call, finds, state, tiles, untilState } from '../harness/steps.mjs'
import { expect } from '../harness/tap.mjs'

export default async function readonly({ tap, page, program }) {
  const it = program()
  it.addSample('2013')
  await promisify(execFile)(join(root, 'build', 'bin', 'pixel-detective'), ['--library', it.library, '--quiet', 'index', it.photos])
  it.freeze()
  /** Each file of the library with when it was written last. */
  const written = () => readdirSync(it.library, { recursive: true }).sort().map((name) => `${name} ${statSync(join(it.library, name)).mtimeMs}`).join('\n')
  const before = written()
  await it.open()
  const view = await page(it)

  await tap.test('its photos are shown, and found by their names and by what they show', async () => {
    await untilState(view, 'the library is open to be read only', ({ library }) => library.read_only && library.photos === 3)
    await tiles(view).first().waitFor()
    await finds(view, 'IMG_6102', ['IMG_6102.JPG'])
    await untilState(view, 'words can be compared with what photos show', ({ snapshot }) => snapshot.capabilities.some(({ name, available }) => name === 'search_words' && available))
    await finds(view, 'hedgehog', ['IMG_6102.JPG'])
  })

  await tap.test('a photo can be looked at, and neither rated nor made a favourite', async () => {
    await view.getByRole('button', { name: 'Clear the search' }).click()
    await tiles(view).first().click()
    const large = view.locator('section.viewer')
    await large.getByText('The library is open to be read only: favourites and ratings cannot be kept.').waitFor()
    expect(await large.getByRole('button', { name: 'Favourite' }).first().isDisabled(), 'it can be made a favourite')
    await view.keyboard.press('5')
    await view.keyboard.press('f')
    const [id] = await large.evaluate(() => /[0-9a-f]{64}/.exec(location.hash))
    const photo = await call(view, 'Photo', id)
    expect(photo.rating === 0 && !photo.favourite, `it has ${photo.rating} stars, and is ${photo.favourite ? 'a' : 'no'} favourite`)
    await view.keyboard.press('Escape')
  })

  await tap.test('its folders stay, and are not compared with the disk', async () => {
    await view.getByRole('button', { name: 'Folders' }).click()
    for (const name of ['Look through Pictures again', 'Remove Pictures from the library']) expect(await view.getByRole('button', { name }).isDisabled(), `“${name}” is offered`)
    const refused = await view.evaluate((folder) => window.go.main.App.RemoveFolder(folder).then(() => '', String), (await state(view)).folders[0].id)
    expect(/can only be read/.test(refused), `taking a folder out is answered by “${refused}”`)
  })

  await tap.test('nothing was written to it', async () => {
    await it.close()
    expect(written() === before, `before:\n${before}\nafter:\n${written()}`)
  })
}
