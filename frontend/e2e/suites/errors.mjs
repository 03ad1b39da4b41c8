// What goes wrong is said in a sentence, and everything else stays usable.
import { copyFileSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../harness/program.mjs'
import { ask, begin, finds, found, tiles, untilSeen, untilState } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

const sample = join(root, 'build', 'sample', 'photos')
const giraffe = join(sample, '2019/08/DSC01840.JPG')

export default async function errors({ tap, page, program }) {
  const it = program()
  it.addSample('2013')
  writeFileSync(join(it.photos, 'cut off.jpg'), readFileSync(giraffe).subarray(0, 300))
  writeFileSync(join(it.photos, 'note.jpg'), 'Milk, bread, and a new lens cap.\n')
  await it.open()
  let view = await page(it)
  await begin(view)

  const failures = view.getByRole('region', { name: 'Set aside' })
  await tap.test('files that are no photos are set aside, each with its reason', async () => {
    const { library } = await untilState(view, 'all is taken in', (now) => now.library.pending === 0 && now.library.failed === 2 && !now.index.running)
    expect(library.photos === 3, `${library.photos} photos`)
    await view.getByRole('navigation', { name: 'Views' }).getByRole('button', { name: /^Set aside/ }).click()
    await failures.getByText('2 files could not be taken in. Nothing was changed or lost; each is tried again by itself when it changes.').waitFor()
    for (const name of ['cut off.jpg', 'note.jpg']) {
      const row = failures.getByRole('listitem').filter({ hasText: name })
      await row.getByText('No photo, or broken').waitFor()
      const reason = await row.locator('.reason').textContent()
      expect(/^[A-Z].{15,}\.$/s.test(reason), `the reason of ${name} is “${reason}”`)
    }
  })

  await tap.test('a file that was mended is taken in when tried again', async () => {
    writeFileSync(join(it.photos, 'cut off.jpg'), readFileSync(giraffe))
    await failures.getByRole('button', { name: 'Try all again' }).click()
    await view.getByText(/^\d files? will be tried again\.$/).waitFor()
    await untilState(view, 'only the text is set aside', (now) => now.library.failed === 1 && now.library.photos === 4)
    await until('its row is gone', async () => (await failures.getByRole('listitem').count()) === 1)
    await untilSeen(view, 4)
    await finds(view, 'giraffe', ['cut off.jpg'])
  })

  await tap.test('a folder that is gone is said to be, and its photos are still shown', async () => {
    await view.getByRole('button', { name: 'Clear the search' }).click()
    renameSync(it.photos, `${it.photos} away`)
    const notice = view.getByRole('region', { name: 'Notices' })
    await notice.getByText(/Pictures/).first().waitFor()
    await until('each photo says so', async () => (await tiles(view).evaluateAll((all) => all.length === 4 && all.every((one) => one.getAttribute('aria-label').includes('its folder is offline')))))
    await until('thumbnails are drawn', () => view.evaluate(() => [...document.querySelectorAll('[role=option] img')].filter((image) => image.naturalWidth > 1).length === 4))
    await finds(view, 'giraffe', ['cut off.jpg'])
    await view.getByRole('button', { name: 'Folders' }).click()
    await view.getByText(/Its photos are still found; they open when it is back\./).waitFor()
    renameSync(`${it.photos} away`, it.photos)
    await untilState(view, 'the folder is back', (now) => now.folders[0].online && now.notices.length === 0, 60)
    await view.getByText(/Its photos are still found/).waitFor({ state: 'detached' })
  })

  const bare = program()
  await tap.test('without a model the page says what works, and names are found', async () => {
    bare.addSample('2013')
    const models = join(bare.folder, 'models')
    mkdirSync(models)
    await bare.open({ env: { PIXEL_DETECTIVE_MODELS: models } })
    view = await page(bare)
    await begin(view)
    await untilState(view, 'names are known', ({ library }) => library.photos === 3)
    await view.getByRole('region', { name: 'Notices' }).getByText(/PIXEL_DETECTIVE_MODELS/).first().waitFor()
    await ask(view, 'IMG_6102')
    await until('the photo is found by its name', async () => (await found(view)).join() === 'IMG_6102.JPG')
    await view.getByRole('button', { name: 'Models' }).click()
    const can = (what) => view.getByRole('listitem').filter({ hasText: what })
    await can('Find photos by name and details').getByRole('img', { name: 'Works' }).waitFor()
    const cannot = can('Find photos by what they show')
    await cannot.getByRole('img', { name: 'Not now' }).waitFor()
    const reason = await cannot.locator('.muted').textContent()
    expect(/^[A-Z].{20,}\.$/s.test(reason), `the reason is “${reason}”`)
  })
}
