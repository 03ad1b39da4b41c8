// Whatever a person was at is there again after a reload, and what they decided holds.
import { execFile } from 'node:child_process'
import { cpSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../harness/program.mjs'
import { begin, field, finds, found, state, tiles, untilSeen, untilState } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

const sample = join(root, 'build', 'sample', 'photos')
const terminal = join(root, 'build', 'bin', 'pixel-detective')

export default async function stages({ tap, page, program }) {
  const it = program()
  it.addSample()
  await it.open()
  let view = await page(it)
  const panel = view.getByRole('complementary', { name: 'Preparing' })

  await tap.test('a reload in Start leads to Start', async () => {
    await view.getByRole('button', { name: 'Look through Pictures' }).waitFor()
    await view.reload()
    await view.getByRole('heading', { level: 1, name: 'Find a photo by what is in it' }).waitFor()
    await view.getByText('66', { exact: true }).waitFor()
  })

  await tap.test('looking at photos is paused, also over a reload, and goes on', async () => {
    await begin(view)
    await untilState(view, 'photos are being looked at', ({ index, library }) => index.running && library.seen > 0)
    await panel.getByRole('button', { name: 'Pause looking at photos' }).click()
    await panel.getByRole('button', { name: 'Go on looking at photos' }).waitFor()
    // What is in hand is still taken in; then nothing moves.
    let since = 0
    let pending = -1
    const at = await untilState(view, 'it rests', ({ index, library }) => {
      if (!index.paused || library.pending !== pending) since = Date.now()
      pending = library.pending
      return Date.now() - since > 2000
    })
    expect(at.library.pending > 0, 'nothing was left to be paused')
    await view.reload()
    await panel.getByText('Paused').first().waitFor()
    await panel.getByRole('button', { name: 'Go on looking at photos' }).waitFor()
    const later = await untilState(view, 'the state is there', () => true)
    expect(later.library.pending === at.library.pending, `${at.library.pending - later.library.pending} files were taken in while paused`)
    await panel.getByRole('button', { name: 'Go on looking at photos' }).click()
    await untilState(view, 'it goes on', ({ index, library }) => index.running && !index.paused && library.pending < at.library.pending)
  })

  await tap.test('looking at photos is stopped, what was seen is kept, and it goes on', async () => {
    await panel.getByRole('button', { name: 'Stop looking at photos' }).click()
    const { library } = await untilState(view, 'it is stopped', ({ index }) => index.cancelled && !index.running)
    const foot = view.getByRole('contentinfo')
    const stopped = () => foot.getByText('Stopped', { exact: true }).waitFor()
    await stopped()
    await until('what was seen is shown', async () => (await tiles(view).count()) > 0)
    await view.reload()
    await stopped()
    await foot.getByRole('button', { name: 'Go on looking at photos' }).click()
    await untilState(view, 'it goes on', ({ index, library: now }) => index.running && !index.cancelled && now.seen >= library.seen)
  })

  await tap.test('a second folder is taken in while the first is prepared', async () => {
    const second = join(it.home, 'Second')
    cpSync(join(sample, '2013'), second, { recursive: true })
    // Three that are known, and one that is like one that is known, but another file.
    writeFileSync(join(second, 'another.jpg'), Buffer.concat([readFileSync(join(sample, '2019/08/DSC01771.JPG')), Buffer.from('.')]))
    await promisify(execFile)(terminal, ['--library', it.library, '--quiet', 'index', second])
    await view.getByRole('button', { name: 'Folders' }).click()
    await view.getByRole('heading', { name: 'Show the photos of Second' }).waitFor()
    await untilSeen(view, 66)
    expect((await state(view)).library.files === 70, 'not every file was taken in')
  })

  const folders = view.getByRole('region', { name: 'Folders', exact: true })
  await tap.test('a folder that is removed can stay after all', async () => {
    await folders.getByRole('button', { name: 'Remove Second from the library' }).click()
    await view.getByText('Leaves the library in a moment').waitFor()
    await folders.getByRole('button', { name: 'Undo' }).first().click()
    await view.getByText('“Second” stays.').waitFor()
    await folders.getByRole('button', { name: 'Remove Second from the library' }).waitFor()
    expect((await state(view)).folders.length === 2, 'the folder has left')
  })

  for (const [way, look] of [
    ['its button', () => folders.getByRole('button', { name: 'Look through Pictures again' }).click()],
    ['its menu', async () => {
      await folders.getByRole('listitem').filter({ hasText: 'Pictures' }).click({ button: 'right' })
      await view.getByRole('menu', { name: 'Pictures' }).getByRole('menuitem', { name: 'Look through Pictures again' }).click()
    }],
    ['the palette', async () => {
      await view.keyboard.press('Control+k')
      await view.getByRole('combobox', { name: 'Commands' }).fill('through pictures')
      await view.getByRole('option', { name: 'Look through Pictures again' }).click()
    }],
  ]) {
    await tap.test(`a folder is looked through again by ${way}`, async () => {
      const before = (await state(view)).folders.find((f) => f.name === 'Pictures').scanned
      // It is told to the second.
      await until('another second has begun', () => Date.now() > Date.parse(before) + 1000, 5)
      await look()
      await untilState(view, 'the folder was compared', (now) => now.folders.find((f) => f.name === 'Pictures').scanned > before && !now.index.scanning)
    })
  }

  await tap.test('a folder that is removed leaves, with its photos', async () => {
    await folders.getByRole('button', { name: 'Remove Second from the library' }).click()
    await untilState(view, 'the folder has left', (now) => now.folders.length === 1 && now.library.photos === 65)
    await folders.getByRole('button', { name: 'Remove Second from the library' }).waitFor({ state: 'detached' })
  })

  await tap.test('a reload in the library keeps view, question and photo', async () => {
    await view.reload()
    await view.getByRole('heading', { level: 1, name: 'Folders' }).waitFor()
    await finds(view, 'polar bear', ['DSC01307.JPG', 'DSC01308.JPG', 'DSC01309.JPG'])
    const before = await found(view)
    await view.reload()
    await until('the question is there', async () => (await field(view).inputValue()) === 'polar bear')
    await until('so is its answer', async () => (await found(view)).join() === before.join())
    await tiles(view).nth(1).dblclick()
    const large = view.locator('section.viewer')
    await large.getByText('2 of 5').waitFor()
    await view.reload()
    await large.getByRole('complementary', { name: 'Details' }).getByText(before[1], { exact: true }).first().waitFor()
    await large.getByText('2 of 5').waitFor()
    await view.keyboard.press('Escape')
    await large.waitFor({ state: 'detached' })
    expect((await found(view)).join() === before.join(), 'the answer is another')
  })

  const theme = () => view.evaluate(() => getComputedStyle(document.documentElement).colorScheme)
  await tap.test('a theme that is chosen holds at once and after a restart', async () => {
    expect((await theme()) !== 'dark', 'it is dark before it is chosen')
    await view.getByRole('button', { name: 'Settings' }).click()
    await view.getByRole('radiogroup', { name: 'Appearance' }).getByRole('radio', { name: 'Dark' }).click()
    await until('it is dark', async () => (await theme()) === 'dark', 5)
    await view.close()
    await it.close()
    await it.open()
    view = await page(it, { hash: '#/settings' })
    await until('it is dark again', async () => (await theme()) === 'dark')
    await until('the setting says so', () => view.getByRole('radio', { name: 'Dark' }).isChecked())
  })

  await tap.test('a value that cannot be is refused with its sentence, and the old one holds', async () => {
    const row = view.locator('[data-setting="indexing.batch_size"]')
    const amount = row.getByRole('textbox', { name: 'Photos looked at together' })
    const before = await amount.inputValue()
    await amount.fill('999')
    await view.keyboard.press('Enter')
    await row.getByRole('alert').getByText('This is too large. It can be 1 to 256.').waitFor()
    expect((await amount.getAttribute('aria-invalid')) === 'true', 'the field is not called wrong')
    await view.reload()
    await until('the old value is there', async () => (await view.locator('[data-setting="indexing.batch_size"] input').inputValue()) === before)
  })
}
