// What happens to files on the disk shows in the open window within seconds.
import { copyFileSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../harness/program.mjs'
import { begin, call, finds, found, state, tiles, untilSeen, untilState } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

const sample = join(root, 'build', 'sample', 'photos')

export default async function watch({ tap, page, program }) {
  const it = program()
  for (const folder of ['2012', '2013']) it.addSample(folder)
  await it.open()
  const view = await page(it)
  await begin(view)
  await untilSeen(view, 6)

  const inGrid = (n) => until(`${n} photos are in the grid`, async () => (await tiles(view).first().getAttribute('aria-setsize', { timeout: 1000 }).catch(() => '')) === String(n), 20)
  const inStrip = (n) => view.getByRole('contentinfo').getByText(`${n} photos`).first().waitFor()
  /** Where the files of a photo are said to be. */
  const files = async (words) => {
    const { hits } = (await call(view, 'Search', { query: words, like: '', picture: '', offset: 0, limit: 5, sort: '', narrow: { folder: '', from_month: 0, to_month: 0, favourite: false, min_rating: 0 }, uncut: false })) ?? { hits: [] }
    const photo = hits?.[0] && (await call(view, 'Photo', hits[0].id))
    return photo ? photo.files.map((file) => join(file.folder.replace(/^~/, it.home), file.name)) : []
  }
  const lies = (words, path) => until(`the file lies at ${path}`, async () => (await files(words)).join() === path, 20).catch(async () => expect(false, `it should be only ${path}, and is ${await files(words)}`))

  await tap.test('the grid shows what is there', async () => {
    await tiles(view).first().waitFor()
    await inGrid(6)
    await inStrip(6)
  })

  await tap.test('photos that are added appear, and are found by what they show', async () => {
    mkdirSync(join(it.photos, 'new'))
    copyFileSync(join(sample, '2019/08/DSC01840.JPG'), join(it.photos, 'new/one.jpg'))
    copyFileSync(join(sample, '2021/06/IMG_5133.jpg'), join(it.photos, 'new/two.jpg'))
    await inGrid(8)
    await inStrip(8)
    await untilSeen(view, 8)
    await until('the strip marks what stands on top now', async () => /2021/.test((await view.getByRole('slider').first().getAttribute('aria-valuetext')) ?? ''), 20)
    await finds(view, 'giraffe', ['one.jpg'])
  })

  await tap.test('a photo that moves stays the same photo', async () => {
    const counted = (await untilState(view, 'the counters are there', ({ snapshot }) => snapshot.counters.inferences > 0)).snapshot.counters.inferences
    mkdirSync(join(it.photos, 'elsewhere'))
    renameSync(join(it.photos, 'new/one.jpg'), join(it.photos, 'elsewhere/one.jpg'))
    await lies('giraffe', join(it.photos, 'elsewhere/one.jpg'))
    renameSync(join(it.photos, 'elsewhere/one.jpg'), join(it.photos, 'elsewhere/longneck.jpg'))
    await lies('giraffe', join(it.photos, 'elsewhere/longneck.jpg'))
    await until('the answer on the page has its new name', async () => (await found(view))[0] === 'longneck.jpg', 20)
    await untilSeen(view, 8)
    const now = (await state(view)).snapshot.counters.inferences
    expect(now === counted, `it was looked at again: ${now - counted} times`)
  })

  await tap.test('a folder that is renamed takes its photos along', async () => {
    renameSync(join(it.photos, 'elsewhere'), join(it.photos, 'safari'))
    await lies('giraffe', join(it.photos, 'safari/longneck.jpg'))
    await untilSeen(view, 8)
  })

  await tap.test('photos that are deleted go', async () => {
    await view.getByRole('button', { name: 'Clear the search' }).click()
    await inGrid(8)
    rmSync(join(it.photos, 'safari'), { recursive: true })
    await inGrid(7)
    rmSync(join(it.photos, 'new/two.jpg'))
    await inGrid(6)
    await inStrip(6)
    await until('the giraffe is not found any more', async () => (await files('giraffe')).every((file) => !file.includes('longneck')), 10)
  })
}
