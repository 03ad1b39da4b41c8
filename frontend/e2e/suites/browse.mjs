// All photos: which are shown, in which order and size, and how one gets about among them.
import { ask, begin, found, tiles, untilSeen } from '../harness/steps.mjs'
import { expect, until } from '../harness/tap.mjs'

export default async function browse({ tap, page, program }) {
  const it = program()
  it.addSample()
  await it.open()
  const view = await page(it)
  await begin(view)
  const { library } = await untilSeen(view)
  await tiles(view).first().waitFor()

  const count = async () => Number(await tiles(view).first().getAttribute('aria-setsize', { timeout: 1000 }).catch(() => 0))
  const shows = (n, seconds = 15) => until(`${n} photos are shown`, async () => (await count()) === n, seconds).catch(async () => expect(false, `${n} photos should be shown, and ${await count()} are`))
  const all = library.photos
  /** Opens the filters, does something there, and closes them. */
  const filter = async (act) => {
    await view.getByRole('button', { name: 'Filter', exact: true }).click()
    const filters = view.getByRole('dialog', { name: 'Filters' })
    await act(filters)
    await view.keyboard.press('Escape')
    await filters.waitFor({ state: 'hidden' })
  }

  await tap.test('photos are filtered by their stars, also those that answer a question, and after a reload', async () => {
    await shows(all)
    await tiles(view).first().focus()
    const names = []
    for (const stars of ['5', '3', '1']) {
      await view.keyboard.press(stars)
      names.push(await until('the photo in focus is named', async () => (await tiles(view).nth(names.length).getAttribute('aria-label')).match(/^\S+\.\w+(?=, )/)?.[0], 10))
      await view.keyboard.press('ArrowRight')
    }
    for (const [stars, left] of [['1', 3], ['2', 2], ['4', 1], ['5', 1], ['3', 2]]) {
      await filter((filters) => filters.getByRole('combobox', { name: 'Stars' }).selectOption(stars))
      await shows(left)
    }
    await view.getByText('2 photos', { exact: true }).first().waitFor()
    await ask(view, 'animal')
    await until('only rated photos answer', async () => {
      const now = await found(view)
      return now.length > 0 && now.every((name) => names.slice(0, 2).includes(name))
    }).catch(async () => {
      const none = await view.getByRole('heading', { name: 'No photo fits' }).count()
      expect(none > 0, `of ${names.slice(0, 2)} may answer, and ${await found(view)} do`)
    })
    await view.getByRole('button', { name: 'Clear the search' }).click()
    await shows(all)
    await filter((filters) => filters.getByRole('combobox', { name: 'Stars' }).selectOption('3'))
    await view.reload()
    await shows(2)
    await view.getByRole('button', { name: 'Remove filter: 3 stars or more' }).click()
    await shows(all)
  })

  await tap.test('photos stand in another order, and larger', async () => {
    const box = await tiles(view).first().boundingBox()
    await view.getByRole('button', { name: 'Large photos' }).click()
    await until('the first photo is larger', async () => (await tiles(view).first().boundingBox()).height > box.height * 1.2, 5)
    await view.getByRole('button', { name: 'Small photos' }).click()
    await until('it is smaller than at first', async () => (await tiles(view).first().boundingBox()).height < box.height, 5)
    const first = await tiles(view).first().getAttribute('aria-label')
    const order = view.getByRole('combobox', { name: 'Order' })
    await order.selectOption({ label: 'Name' })
    await until('another photo is the first', async () => (await tiles(view).first().getAttribute('aria-label').catch(() => first)) !== first, 10)
    await shows(all)
    await view.keyboard.press('Control+k')
    await view.getByRole('combobox', { name: 'Commands' }).fill('newest first')
    await view.keyboard.press('Enter')
    await until('it is the first again', async () => (await tiles(view).first().getAttribute('aria-label').catch(() => '')) === first, 10)
    expect((await order.evaluate((select) => select.selectedOptions[0].label)) === 'Newest', 'the order shown is another')
    await view.getByRole('button', { name: 'Large photos' }).click()
  })

  /** The months of the photos in the uppermost row of the view, as they are written: “February 2019”. */
  const onTop = () => view.evaluate(() => {
    const { top } = document.querySelector('.scroller').getBoundingClientRect()
    const seen = [...document.querySelectorAll('[role=option][data-index]')].map((tile) => ({ box: tile.getBoundingClientRect(), label: tile.getAttribute('aria-label') })).filter(({ box }) => box.bottom > top + 8)
    const first = Math.min(...seen.map(({ box }) => box.top))
    return seen.filter(({ box }) => box.top < first + 8).map(({ label }) => label.match(/\d+ (\w+ \d{4})/)?.[1] ?? 'Date unknown')
  })

  await tap.test('the line of time is dragged, and the photos follow', async () => {
    const line = view.getByRole('slider', { name: 'Go to a month' })
    const box = await line.boundingBox()
    const at = (share) => [box.x + box.width / 2, box.y + box.height * share]
    const told = () => line.getAttribute('aria-valuetext')
    const start = await told()
    const passed = [start]
    await view.mouse.move(...at(0.02))
    await view.mouse.down()
    for (const share of [0.2, 0.4, 0.6]) {
      await view.mouse.move(...at(share), { steps: 4 })
      await until('the photos follow while the mouse is down', async () => !passed.includes(await told()) && (await onTop()).includes(await told()), 10).catch(async () => expect(false, `after ${passed} the line is on ${await told()}, and the photos are of ${await onTop()}`))
      passed.push(await told())
    }
    await view.mouse.up()
    const years = passed.map((month) => Number(month.slice(-4)))
    expect(years.every((year, i) => i === 0 || year <= years[i - 1]) && years.at(-1) < years[0], `it passed ${passed}`)
    await line.focus()
    await view.keyboard.press('Home')
    await until('Home leads to the newest', async () => (await told()) === start && (await onTop()).includes(start), 5)
    const months = Number(await line.getAttribute('aria-valuemax'))
    for (let i = 1; i <= months; i++) {
      await view.keyboard.press('ArrowDown')
      await until('each press leads one month further', async () => Number(await line.getAttribute('aria-valuenow')) === i, 5).catch(async () => expect(false, `press ${i} of ${months} leads to ${await told()}`))
    }
    await view.keyboard.press('Home')
  })

  await tap.test('the strip goes from month to month by keys, and leaves the others out', async () => {
    const strip = view.getByRole('slider', { name: 'Your whole library by month' })
    const told = () => strip.getAttribute('aria-valuetext')
    const newest = (await onTop()).join()
    await strip.focus()
    await view.keyboard.press('Home')
    await until('the photos are the oldest', async () => (await onTop()).join() !== newest && /2005/.test(await told()), 10).catch(async () => expect(false, `the strip is on ${await told()}, the photos are of ${await onTop()}`))
    const first = Number(await strip.getAttribute('aria-valuenow'))
    await view.keyboard.press('ArrowRight')
    await until('the arrow leads to the next', async () => Number(await strip.getAttribute('aria-valuenow')) > first, 5)
    const [, month, photos] = (await told()).match(/(\w+ \d{4}), (\d+) photos?$/)
    await view.keyboard.press('Enter')
    await shows(Number(photos))
    await view.getByRole('button', { name: new RegExp(`^Remove filter: .*${month}$`) }).waitFor()
    await view.keyboard.press('Shift+ArrowRight')
    await until('more are shown with another month', async () => (await count()) > Number(photos), 10)
    await view.keyboard.press('Escape')
    await shows(all)
  })
}
