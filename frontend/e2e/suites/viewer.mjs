// One photo that fills the window, what a person decides of it, and photos like it.
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { begin, field, finds, focused, found, state, tiles, untilSeen } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

export default async function viewer({ tap, page, program }) {
  const it = program()
  for (const folder of ['2019', '2012', '2013', '2020']) it.addSample(folder)
  await it.open()
  let view = await page(it)
  await begin(view)
  await untilSeen(view)

  let large = view.locator('section.viewer')
  const details = () => view.getByRole('complementary', { name: 'Details' })
  const shown = (name) => details().getByText(name, { exact: true }).first().waitFor()
  const stars = (words) => view.getByRole('group', { name: `Rating: ${words}` }).waitFor()
  const favourite = (on) => until(`the photo is ${on ? 'a' : 'no'} favourite`, async () => (await view.getByRole('button', { name: 'Favourite' }).first().getAttribute('aria-pressed')) === String(on), 5)

  await tap.test('Enter opens the photo that the keyboard is on', async () => {
    await finds(view, 'polar bear', ['DSC01307.JPG', 'DSC01308.JPG', 'DSC01309.JPG'])
    await view.keyboard.press('ArrowDown')
    await until('the keyboard is on the first hit', async () => (await focused(view)).startsWith('option '), 5)
    const [first] = await found(view)
    await view.keyboard.press('Enter')
    await large.waitFor()
    await shown(first)
    await until('the large photo is drawn', () => view.evaluate(() => [...document.querySelectorAll('section.viewer img')].some((image) => image.naturalWidth > 320 && image.getBoundingClientRect().width > 320)), 10)
  })

  await tap.test('arrows lead to the next photo and back', async () => {
    const [first, second] = await found(view)
    await view.keyboard.press('ArrowRight')
    await shown(second)
    await view.keyboard.press('ArrowLeft')
    await shown(first)
  })

  await tap.test('keys zoom in, and back to the whole', async () => {
    const percent = large.getByRole('status').getByText(/^\d[\d,]* %$/)
    expect((await percent.count()) === 0, 'it is larger from the first')
    await view.keyboard.press('+')
    await percent.waitFor()
    const once = Number.parseInt(await percent.textContent(), 10)
    await view.keyboard.press('+')
    await until('it is larger still', async () => Number.parseInt(await percent.textContent(), 10) > once, 5)
    await view.keyboard.press('0')
    await percent.waitFor({ state: 'detached' })
  })

  await tap.test('what the file knows of the photo stands beside it', async () => {
    const text = await details().innerText()
    const size = { 'DSC01307.JPG': '704 × 528', 'DSC01308.JPG': '705 × 528', 'DSC01309.JPG': '704 × 529' }[(await found(view))[0]]
    for (const known of ['11 February 2019', 'ILCE-7M3', 'ISO 200', size, '58.7470° N']) expect(text.includes(known), `“${known}” is missing from: ${text.replaceAll('\n', ' | ')}`)
    await details().getByText('~/Pictures/2019/02', { exact: true }).waitFor()
    expect(await details().getByRole('button', { name: /^Show in Files: DSC0130\d\.JPG$/ }).isEnabled(), 'the file cannot be shown')
  })

  await tap.test('keys make it a favourite and rate it', async () => {
    await favourite(false)
    await view.keyboard.press('f')
    await favourite(true)
    await view.keyboard.press('4')
    await stars('4 stars')
    await until('the library has it', async () => (await state(view))?.library.favourite === 1, 5)
  })

  await tap.test('Esc gives the keyboard back to the photo in the grid', async () => {
    const [, second] = await found(view)
    await view.keyboard.press('ArrowRight')
    await shown(second)
    await view.keyboard.press('Escape')
    await large.waitFor({ state: 'detached' })
    await until('the keyboard is on the photo where one left', async () => (await focused(view)).startsWith(`option ${second}`), 5).catch(async () => expect(false, `the keyboard is on: ${await focused(view)}`))
  })

  await tap.test('favourite and stars outlast a reload and a restart', async () => {
    const [first] = await found(view)
    await view.keyboard.press('ArrowLeft')
    await view.keyboard.press('Enter')
    await shown(first)
    const address = new URL(view.url()).hash
    await view.reload()
    await shown(first)
    await favourite(true)
    await stars('4 stars')
    const left = await it.close()
    expect(left.length === 0, `processes are left: ${left.map((p) => p.line)}`)
    await it.open()
    await view.close()
    view = await page(it, { hash: address })
    large = view.locator('section.viewer')
    await shown(first)
    await favourite(true)
    await stars('4 stars')
    await view.keyboard.press('f')
    await favourite(false)
    await view.keyboard.press('0')
    await stars('Not rated')
  })

  await tap.test('a photo most like this one opens', async () => {
    const alike = view.getByRole('button', { name: /^Open DSC0130[789]\.JPG, number [12] of the most alike$/ }).first()
    const [, name] = /^Open (.*), number/.exec(await alike.getAttribute('aria-label'))
    await alike.click()
    await large.waitFor()
    await shown(name)
    await view.keyboard.press('Escape')
    await large.waitFor({ state: 'detached' })
  })

  await tap.test('similar photos become the question', async () => {
    await finds(view, 'giraffe', ['DSC01840.JPG'])
    await tiles(view).first().focus()
    await view.keyboard.press('Shift+S')
    await view.getByRole('img', { name: 'Photos like this one' }).waitFor()
    await until('it asks for photos like it by name', async () => (await field(view).getAttribute('placeholder')) === 'Photos like DSC01840.JPG')
    await until('there is an answer', async () => (await view.getByRole('status').allTextContents()).some((text) => /\d+ photos? in/.test(text)) || (await view.getByText(/looks like it more than chance/).count()) > 0)
  })

  await tap.test('a pasted picture finds the photo that it was made of', async () => {
    const picture = readFileSync(join(it.photos, '2013/100CANON/IMG_6102.JPG')).toString('base64')
    await view.evaluate(async (data) => {
      const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0))
      const transfer = new DataTransfer()
      transfer.items.add(new File([bytes], 'image.jpg', { type: 'image/jpeg' }))
      document.activeElement.dispatchEvent(new ClipboardEvent('paste', { clipboardData: transfer, bubbles: true, cancelable: true }))
    }, picture)
    await until('the hedgehog comes first', async () => (await found(view))[0] === 'IMG_6102.JPG', 15)
    await until('the field says so', async () => (await field(view).getAttribute('placeholder')) === 'Photos like the pasted picture', 5)
  })

  await tap.test('a picture that is chosen finds photos like it, and what is none is refused', async () => {
    const chosen = view.waitForEvent('filechooser')
    await view.getByRole('button', { name: 'Search by a picture' }).click()
    await (await chosen).setFiles(join(it.photos, '2013/100CANON/IMG_6011.JPG'))
    await until('the koala comes first', async () => (await found(view))[0] === 'IMG_6011.JPG', 15)
    const again = view.waitForEvent('filechooser')
    await view.getByRole('button', { name: 'Search by a picture' }).click()
    await (await again).setFiles({ name: 'note.jpg', mimeType: 'image/jpeg', buffer: Buffer.from('this is a text') })
    await view.getByRole('region', { name: 'Messages' }).getByText(/note\.jpg|picture/).first().waitFor()
    expect((await found(view))[0] === 'IMG_6011.JPG', 'the answer of before is gone')
  })
}
