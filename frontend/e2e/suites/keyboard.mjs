// The whole way without a mouse. Wherever the keyboard is, it can be seen.
import { begin, field, focused, found, tiles, untilSeen } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

export default async function keyboard({ tap, page, program }) {
  const it = program()
  for (const folder of ['2019', '2013', '2012']) it.addSample(folder)
  await it.open()
  const view = await page(it)
  const { keyboard } = view

  /** The element with the keyboard shows it: by an outline, or as a field by its caret; the viewer as a whole needs none. */
  const visible = () => view.evaluate(() => {
    const one = document.activeElement
    if (!one || one === document.body) return false
    if (one.matches('input:not([type=checkbox])') || one.matches('section.viewer')) return true
    const style = getComputedStyle(one)
    return one.matches(':focus-visible') && style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1
  })
  const press = async (key) => {
    await keyboard.press(key)
    await until(`after ${key} one sees where the keyboard is`, visible, 3).catch(async () => expect(false, `after ${key} the keyboard is, unseen, on: ${await focused(view)}`))
  }
  const on = (what, seconds = 5) => until(`the keyboard is on ${what}`, async () => (await focused(view)).includes(what), seconds).catch(async () => expect(false, `the keyboard should be on ${what}, and is on ${await focused(view)}`))
  /** Tabs until the keyboard is there. */
  const tabTo = async (what, most = 40) => {
    for (let i = 0; i < most; i++) {
      if ((await focused(view)).includes(what)) return
      await press('Tab')
    }
    throw new Error(`${most} tabs did not lead to ${what}`)
  }

  await tap.test('Start: the yes has the keyboard, and Tab leads to the other way', async () => {
    await view.getByRole('button', { name: 'Look through Pictures' }).waitFor()
    await on('Look through Pictures')
    await press('Tab')
    await on('Choose another folder')
    await press('Shift+Tab')
    await begin(view)
    await untilSeen(view)
    await tiles(view).first().waitFor()
  })

  /** The bears in the order in which they answer. @type {string[]} */
  let bears = []

  await tap.test('a question is asked and its photos are walked through', async () => {
    await press('/')
    await on('Search photos')
    await keyboard.type('polar bear')
    bears = await until('bears are found', async () => {
      const now = await found(view)
      return now.length >= 3 && now.slice(0, 3).toSorted().join() === 'DSC01307.JPG,DSC01308.JPG,DSC01309.JPG' && now
    })
    await press('ArrowDown')
    await on(`option ${bears[0]}`)
    await press('ArrowRight')
    await on(`option ${bears[1]}`)
    await press('ArrowLeft')
    await on(`option ${bears[0]}`)
  })

  await tap.test('the viewer keeps the keyboard until Esc', async () => {
    await press('Enter')
    const large = view.locator('section.viewer')
    await large.waitFor()
    await until('the viewer has the keyboard', () => large.evaluate((it) => it.contains(document.activeElement)), 5)
    for (let i = 0; i < 6; i++) {
      await press('Tab')
      expect(await large.evaluate((it) => it.contains(document.activeElement)), `Tab led out of the viewer to: ${await focused(view)}`)
    }
    await press('ArrowRight')
    await large.getByText('2 of ').first().waitFor()
    await press('Escape')
    await large.waitFor({ state: 'detached' })
    await on(`option ${bears[1]}`)
  })

  await tap.test('keys are shown, and Esc gives the keyboard back', async () => {
    await press('?')
    const keys = view.getByRole('dialog', { name: 'Keys' })
    await keys.waitFor()
    await press('Escape')
    await keys.waitFor({ state: 'detached' })
    await on(`option ${bears[1]}`)
  })

  await tap.test('the palette leads to the settings', async () => {
    await press('Control+k')
    await on('Commands')
    await keyboard.type('go to settings')
    await until('it is offered', async () => /Go to Settings/.test(await view.getByRole('dialog', { name: 'Commands' }).getByRole('option', { selected: true }).textContent({ timeout: 1000 }).catch(() => '')), 5)
    await keyboard.press('Enter')
    await view.getByRole('heading', { level: 1, name: 'Settings' }).waitFor()
  })

  await tap.test('a setting is changed and undone by keys', async () => {
    await tabTo('radio System')
    await press('ArrowRight')
    await until('it is light', () => view.getByRole('radio', { name: 'Light' }).isChecked(), 5)
    await on('radio Light')
    await press('ArrowLeft')
    await until('it is as the system again', () => view.getByRole('radio', { name: 'System' }).isChecked(), 5)
  })

  await tap.test('Esc leads back to the question and its photos', async () => {
    await keyboard.press('Escape')
    await until('the question is there', async () => (await field(view).inputValue()) === 'polar bear', 5)
    await until('so are the bears', async () => (await found(view))[0] === bears[0])
    await tabTo('option ')
  })

  await tap.test('two keys lead to every view', async () => {
    for (const [key, name] of [['m', 'Models'], ['f', 'Folders'], ['a', 'Set aside'], ['s', 'Settings'], ['p', 'Photos']]) {
      await keyboard.press('g')
      await keyboard.press(key)
      await view.getByRole('heading', { level: 1, name, exact: true }).waitFor()
    }
  })
}
