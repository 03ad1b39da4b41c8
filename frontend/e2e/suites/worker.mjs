// Processes die; the page, the library and the answers do not.
import { ask, begin, finds, found, state, tiles, untilSeen, untilState } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

/** Seconds. */
const ANSWERS_WITHIN = 5
/** Photos that are looked at together. */
const BATCH = 8

export default async function worker({ tap, page, program }) {
  const it = program()
  it.addSample()
  await it.open()
  let view = await page(it)
  await begin(view)

  const workers = async (role) => ((await state(view))?.snapshot.workers ?? []).filter((w) => w.role === role && w.pid > 0)
  /** Kills every worker of a role, once there is one. */
  const shoot = async (role) => {
    const victims = await until(`a worker is there that does ${role}`, async () => {
      const there = await workers(role)
      return there.length > 0 && there
    })
    for (const { pid } of victims) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // it had ended by itself
      }
    }
    await until('the program sees that they are gone', async () => (await state(view)) && (await workers(role)).every(({ pid }) => !victims.some((v) => v.pid === pid)), ANSWERS_WITHIN)
  }
  const indexing = () => untilState(view, 'photos are being looked at', ({ index, library }) => index.running && library.seen > 0 && library.pending > 3)

  await tap.test('while photos are looked at, a worker of each kind dies and the work goes on', async () => {
    await indexing()
    for (const role of ['decode', 'image', 'text']) {
      await shoot(role)
      const { seen } = (await untilState(view, 'the program answers', () => true, ANSWERS_WITHIN)).library
      await view.getByRole('button', { name: 'Models' }).click()
      await view.getByRole('heading', { level: 1, name: 'Models' }).waitFor()
      await view.getByRole('button', { name: 'Photos', exact: true }).click()
      await untilState(view, `more photos are seen after ${role} died`, ({ library }) => library.seen > seen || library.pending === 0)
    }
    await untilSeen(view, 65)
    const { library } = await state(view)
    expect(library.failed === 0, `${library.failed} files were set aside for the death of a worker`)
  })

  await tap.test('while one searches, workers die and the next question is answered in time', async () => {
    await finds(view, 'polar bear', ['DSC01307.JPG', 'DSC01308.JPG', 'DSC01309.JPG'])
    await shoot('text')
    const from = Date.now()
    await ask(view, 'giraffe')
    await until('the giraffe comes first', async () => (await found(view))[0] === 'DSC01840.JPG', ANSWERS_WITHIN)
    expect(Date.now() - from < ANSWERS_WITHIN * 1000, 'it took too long')
    if ((await workers('image')).length > 0) await shoot('image')
    if ((await workers('decode')).length > 0) await shoot('decode')
    await finds(view, 'butterfly', ['DSC00412.JPG'], ANSWERS_WITHIN)
    await tiles(view).first().waitFor()
  })

  await tap.test('the window counts its losses', async () => {
    const { snapshot } = await state(view)
    expect(snapshot.counters.crashes >= 3, `it counts ${snapshot.counters.crashes} crashes`)
    await view.getByRole('button', { name: 'Models' }).click()
    await view.getByText('Processes that crashed').waitFor()
  })

  const other = program()
  other.addSample()
  await tap.test('after the whole program is killed at work it goes on where it was', async () => {
    await other.open()
    await view.close()
    view = await page(other)
    await begin(view)
    await untilState(view, 'some photos are seen', ({ index, library }) => index.running && library.seen >= 8 && library.pending > 8)
    await view.close()
    await other.kill()
    await other.open()
    view = await page(other)
    await untilSeen(view, 65)
    const { library, snapshot } = await state(view)
    expect(library.files === 66 && library.failed === 0, `${library.files} files, ${library.failed} set aside`)
    const twice = snapshot.counters.inferences - 65
    // Those in hand when it was killed are looked at again: a batch, and the one behind it.
    expect(twice >= 0 && twice <= 2 * BATCH, `${snapshot.counters.inferences} looks for 65 photos`)
    await finds(view, 'giraffe', ['DSC01840.JPG'])
  })

  await tap.test('nothing stays behind when it ends', async () => {
    const left = await other.close()
    expect(left.length === 0, `processes are left: ${left.map((p) => p.line)}`)
  })
}
