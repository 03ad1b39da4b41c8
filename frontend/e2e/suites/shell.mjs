// Before the page's own code runs one sees where things will be, and nothing that one does there is lost.
import { begin, field, found, untilSeen } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

const own = /\/assets\/index-.*\.js/

/** Holds back the page's own code at the next load, until it is let go. */
async function held(view) {
  let go
  const gone = new Promise((done) => (go = done))
  await view.route(own, async (route) => {
    await gone
    await route.continue()
  })
  return async () => {
    go()
    await view.locator('#shell').waitFor({ state: 'detached' })
    await view.unroute(own)
  }
}

/** Waits until texts stand in the page's own type: in another they break elsewhere. */
const lettered = (view) => until('the type is there', () => view.evaluate(() => document.fonts.status === 'loaded' && [...document.fonts].some((one) => one.status === 'loaded')))

const box = (locator) => locator.evaluate((it) => {
  const { x, y, width, height } = it.getBoundingClientRect()
  return [x, y, width, height].map(Math.round)
})
const alike = (a, b) => expect(a.every((v, i) => Math.abs(v - b[i]) <= 1), `it was at ${a}, and is at ${b}`)

export default async function shell({ tap, page, program }) {
  const nothing = program()
  await nothing.open()
  let view = await page(nothing)
  const choose = view.getByRole('button', { name: 'Choose a folder…' })
  const heading = view.getByRole('heading', { level: 1, name: 'Find a photo by what is in it' })

  await tap.test('Start stands where it will be, and keeps the keyboard', async () => {
    await heading.waitFor()
    const letGo = await held(view)
    await view.reload({ waitUntil: 'commit' })
    await view.locator('#shell').waitFor({ state: 'attached' })
    await heading.waitFor()
    await lettered(view)
    const [title, button] = [await box(heading), await box(choose)]
    await view.keyboard.press('Tab')
    await until('the keyboard is on the button', () => choose.evaluate((it) => it === document.activeElement))
    await letGo()
    await lettered(view)
    alike(title, await box(heading))
    alike(button, await box(choose))
    expect(await choose.evaluate((it) => it === document.activeElement), 'the keyboard was lost')
    expect(await choose.evaluate((it) => getComputedStyle(it).outlineStyle !== 'none'), 'there is no ring round what has the keyboard')
  })

  const it = program()
  it.addSample('2019')
  await it.open()
  view = await page(it)
  await begin(view)
  await untilSeen(view)

  await tap.test('what is typed into the search box before the page runs is looked for', async () => {
    await field(view).waitFor()
    const letGo = await held(view)
    await view.reload({ waitUntil: 'commit' })
    const early = view.locator('#shell input')
    await early.waitFor()
    const before = await box(early)
    await view.keyboard.press('/')
    await view.keyboard.type('giraf')
    expect((await early.inputValue()) === 'giraf', `the box holds “${await early.inputValue()}”`)
    await letGo()
    const [x, y, , height] = await box(field(view)) // buttons stand beside it by now
    alike([before[0], before[1], before[3]], [x, y, height])
    await view.keyboard.type('fe')
    expect((await field(view).inputValue()) === 'giraffe', `the box holds “${await field(view).inputValue()}”`)
    await until('the giraffe is found', async () => (await found(view))[0] === 'DSC01840.JPG')
  })
}
