// From the first second to the first photo found.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { promisify } from 'node:util'
import { root } from '../harness/program.mjs'
import { ask, begin, field, finds, found, state, tiles, untilSeen, untilState } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

const sample = join(root, 'build', 'sample')

export default async function start({ tap, page, program }) {
  const it = program()
  it.addSample()
  await it.open()
  const view = await page(it)

  await tap.test('Start suggests the Pictures, and says how much and how long', async () => {
    await view.getByRole('heading', { level: 1, name: 'Find a photo by what is in it' }).waitFor()
    const folder = view.getByRole('region', { name: 'Folders' })
    await folder.getByRole('heading', { name: 'Pictures' }).waitFor()
    await folder.getByText('~/Pictures', { exact: true }).waitFor()
    const said = () => view.locator('dl').first().evaluate((list) => Object.fromEntries([...list.querySelectorAll('dt')].map((dt) => [dt.textContent.trim(), dt.nextElementSibling.textContent.trim()])))
    let facts
    await until('the photos are counted', async () => (facts = await said()).Photos === '66').catch(() => expect(false, `it should count 66 photos, and says ${JSON.stringify(facts)}`))
    expect(/^\d+(\.\d)? MB$/.test(facts.Size), `the size is told as “${facts.Size}”`)
    expect(/^(at once|within a second|in \d+ (s|min))$/.test(facts['Names and dates']), `names are promised “${facts['Names and dates']}”`)
    expect(/^(at once|within a second|in about \d+ (s|min))$/.test(facts['By what is in them']), `meaning is promised “${facts['By what is in them']}”`)
  })

  await tap.test('one Enter begins', async () => {
    await begin(view)
    await view.getByRole('navigation', { name: 'Views' }).waitFor()
    await view.getByRole('complementary', { name: 'Preparing' }).waitFor()
  })

  await tap.test('progress moves to the end, and never back', async () => {
    const told = []
    await until('it comes to the library', async () => {
      const percent = await view.locator('aside[aria-label="Preparing"] strong').first().textContent({ timeout: 500 }).catch(() => '')
      const number = Number.parseInt(percent, 10)
      if (!Number.isNaN(number) && number !== told.at(-1)) told.push(number)
      return (await view.getByRole('complementary', { name: 'Preparing' }).count()) === 0
    }, 180)
    expect(told.length >= 3, `it told only ${told}`)
    expect(told.every((n, i) => i === 0 || n > told[i - 1]), `it went back: ${told}`)
    await untilSeen(view, 65)
  })

  await tap.test('every photo is in the grid, and those in view are drawn', async () => {
    await tiles(view).first().waitFor()
    await until('the grid holds all', async () => (await tiles(view).first().getAttribute('aria-setsize')) === '65', 10)
    await until('the photos in view are drawn', () => view.evaluate(() => {
      const images = [...document.querySelectorAll('[role=option][data-index] img')].filter((image) => image.getBoundingClientRect().top < innerHeight)
      return images.length > 8 && images.every((image) => image.complete && image.naturalWidth > 1 && getComputedStyle(image).visibility === 'visible')
    }), 10)
  })

  await tap.test('typed words find the photos that show it', async () => {
    const { queries } = JSON.parse(readFileSync(join(sample, 'expect.json'), 'utf8'))
    const names = (words) => queries.find((q) => q.query === words).files.map((file) => basename(file))
    await view.keyboard.press('/')
    await until('the keyboard is in the field', () => field(view).evaluate((it) => it === document.activeElement))
    await view.keyboard.type('giraffe')
    await until('the giraffe comes first', async () => (await found(view))[0] === names('giraffe')[0])
    for (const words of ['polar bear in the snow', 'cheetah', 'hedgehog', 'butterfly']) await finds(view, words, names(words))
    for (const words of readFileSync(join(sample, 'questions.txt'), 'utf8').split('\n').filter(Boolean)) {
      const right = queries.find((q) => q.query === words)
      expect(right, `“${words}” is not among the questions with known answers`)
      await ask(view, words)
      await until(`the first photo answers “${words}”`, async () => [...right.files, ...right.also].map((file) => basename(file)).includes((await found(view))[0]))
    }
  })

  await tap.test('under each hit stands what was seen of the words', async () => {
    await finds(view, 'polar bear', ['DSC01307.JPG', 'DSC01308.JPG', 'DSC01309.JPG'])
    const first = await tiles(view).first().getAttribute('aria-label')
    expect(/polar: (perhaps|shown), bear: shown/.test(first), `the first hit says “${first}”`)
    const clues = view.locator('search .overlay .clue')
    await until('both words are underlined', async () => (await clues.allTextContents()).join() === 'polar,bear', 5)
  })

  await tap.test('a hit says why it was found', async () => {
    await view.getByRole('button', { name: /Why this photo: DSC01307.JPG/ }).click()
    const why = view.getByRole('dialog', { name: 'Why this photo: DSC01307.JPG' })
    await why.getByText(/^Seen in the picture\. Only 1 in \d+ of your photos shows it so clearly\.$/).waitFor()
    await why.getByText('Judged by Starter').waitFor()
    await view.keyboard.press('Escape')
    await why.waitFor({ state: 'detached' })
    expect((await field(view).inputValue()) === 'polar bear', 'Esc closed more than the reasons')
  })

  await tap.test('what no photo shows finds nothing, and the page says why', async () => {
    await ask(view, 'zxqvbnm wrtplk')
    await view.getByRole('heading', { name: 'No photo fits' }).waitFor()
    await view.getByText('All 65 photos fit “zxqvbnm wrtplk” no better than chance, and no caption, tag or name has these words.').waitFor()
    expect((await found(view)).length === 0, 'photos are shown as if they answered')
  })

  await tap.test('a question that cannot be read is underlined, with what would be right', async () => {
    for (const [words, wrong, sentence] of [
      ['"open', '"open', 'This quote is not closed; add another " where the phrase ends.'],
      ['bear -""', '""', 'There is nothing between these quotes to leave out.'],
    ]) {
      await ask(view, words)
      await until(`“${words}” is called wrong`, async () => (await field(view).getAttribute('aria-invalid')) === 'true', 5)
      const told = view.locator(`#${await field(view).getAttribute('aria-describedby')}`)
      await until('it says what is right', async () => (await told.textContent()) === sentence, 5).catch(async () => expect(false, `for “${words}” it says “${await told.textContent()}”`))
      const underlined = await view.locator('search .overlay .wrong').textContent()
      expect(wrong.startsWith(underlined) && underlined !== '', `underlined is “${underlined}”`)
    }
    await finds(view, 'giraffe', ['DSC01840.JPG'])
    expect((await field(view).getAttribute('aria-invalid')) === 'false', 'a right question is still called wrong')
  })

  await tap.test('a folder that was taken out is offered again, and one click reopens it without looking at a photo twice', async () => {
    const other = program()
    other.addSample('2013', '../Holiday')
    await promisify(execFile)(join(root, 'build', 'bin', 'pixel-detective'), ['--library', other.library, '--quiet', 'index', join(other.home, 'Holiday')])
    await other.open()
    const window = await page(other, { hash: '#/folders' })
    const { library, snapshot } = await untilSeen(window)
    const before = snapshot.counters
    expect(before.inferences >= library.photos, `${before.inferences} looks for ${library.photos} photos`)

    await window.getByRole('button', { name: 'Remove Holiday from the library' }).click()
    await untilState(window, 'it comes back to Start', ({ stage, library: now }) => stage === 'start' && now.photos === 0)
    await window.getByRole('button', { name: 'Photos', exact: true }).click()
    const card = window.getByRole('region', { name: 'Folders' })
    await card.getByRole('heading', { name: 'Holiday' }).waitFor()
    await card.getByText('It was in the library before. Photos that were seen then are not looked at again.').waitFor()
    await window.getByRole('button', { name: 'Look through Holiday' }).click()

    const after = await untilSeen(window, library.photos)
    expect(after.library.seen === library.seen, `${after.library.seen} of ${library.seen} photos can be found again`)
    const twice = ['inferences', 'photos_decoded'].filter((name) => after.snapshot.counters[name] !== before[name])
    expect(twice.length === 0, `done twice: ${twice.map((name) => `${name} ${before[name]} → ${after.snapshot.counters[name]}`)}`)
    await tiles(window).first().waitFor()
  })
}
