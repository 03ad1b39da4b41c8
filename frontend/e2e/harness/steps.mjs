// What suites do and look at again and again.
import { expect, until } from './tap.mjs'

/** Photos of a grid, whether of the library or of an answer. Options of menus are none. */
export const tiles = (page) => page.locator('[role=option][data-index]')

/** The field in which one asks. */
export const field = (page) => page.getByRole('searchbox', { name: 'Search photos' })

/** Calls a bound method as the page does; undefined while the way to the program is broken. */
export function call(page, method, ...args) {
  return page
    .evaluate(([name, given]) => Promise.race([window.go.main.App[name](...given), new Promise((go) => setTimeout(() => go(undefined), 3000))]), [method, args])
    .catch(() => undefined)
}

/** The program's state, undefined while it cannot be had. */
export const state = (page) => call(page, 'State')

/** Waits until the state is so, and returns it. */
export function untilState(page, what, holds, seconds = 60) {
  return until(what, async () => {
    const now = await state(page)
    return now && holds(now) ? now : undefined
  }, seconds)
}

/** Waits until all photos were seen, n if given. */
export const untilSeen = (page, n, seconds = 120) =>
  untilState(page, `all ${n ?? 'photos'} are seen`, ({ library, index }) => library.photos > 0 && library.seen === library.photos && library.pending === 0 && !index.running && (n === undefined || library.photos === n), seconds)

/** Says yes to the Pictures that Start suggests, by the one key that it takes. */
export async function begin(page, name = 'Pictures') {
  const yes = page.getByRole('button', { name: `Look through ${name}` })
  await yes.waitFor()
  await until('the keyboard is on the yes', () => yes.evaluate((it) => it === document.activeElement))
  await page.keyboard.press('Enter')
}

/** Asks by typing. */
export async function ask(page, words) {
  await page.getByRole('button', { name: 'Photos', exact: true }).click()
  await field(page).fill(words)
}

/** Names of the photos that answer now, best first; empty while the answer is to other words than these. */
export async function found(page) {
  const labels = await page.locator('[role=listbox][aria-label="Photos that answer"] [role=option]').evaluateAll((all) => all.map((one) => one.getAttribute('aria-label')))
  return labels.map((label) => label.split(', ')[0])
}

/** Asks by typing, and waits until the best answers are these, in any order. */
export async function finds(page, words, names, seconds = 30) {
  await ask(page, words)
  let now = []
  await until('the right photos come first', async () => {
    now = await found(page)
    return names.every((name) => now.slice(0, names.length).includes(name))
  }, seconds).catch(() => expect(false, `“${words}” should first find ${names}, found ${now}`))
}

/** Where the keyboard is, for sentences of tests. */
export const focused = (page) => page.evaluate(() => `${document.activeElement?.getAttribute('role') ?? document.activeElement?.tagName} ${document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''}`.trim())
