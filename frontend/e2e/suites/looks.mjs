// Takes a picture of every scene into build/out/looks, and compares those that build/looks holds.
//   PIXEL_DETECTIVE_LOOKS=take  replaces the pictures of build/looks instead
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../harness/program.mjs'
import { differences, webp } from '../looks/pictures.mjs'
import { tour } from '../looks/tour.mjs'

const taken = join(root, 'build', 'out', 'looks')
const kept = join(root, 'build', 'looks')
const anew = process.env.PIXEL_DETECTIVE_LOOKS === 'take'

/** Those that are kept: for the README, and to be compared with. */
const pictures = new Set([
  'start-light-1280', 'preparing-dark-1280', 'search-light-1280', 'search-dark-1280', 'browse-dark-1280', 'viewer-dark-1280',
  'none-light-1280', 'models-light-1280', 'settings-dark-1280', 'search-light-800',
])

/** What changes from run to run: times, memory, process ids, and which photos were seen by then. */
const CHANGING = {
  preparing: '.prepare, .strip',
  models: 'main table, main .memory, main dl, main time, main ol',
}

export default async function looks(here) {
  mkdirSync(taken, { recursive: true })
  mkdirSync(kept, { recursive: true })
  await tour(here, async (scene, { theme, width, height }, page) => {
    const name = `${scene}-${theme}-${width}`
    const png = await page.screenshot({ path: join(taken, `${name}.png`) })
    if (!pictures.has(name)) return
    const file = join(kept, `${name}.webp`)
    if (anew) return writeFileSync(file, await webp(page, png))
    await here.tap.test(`${name} looks as it did`, async () => {
      if (!existsSync(file)) throw new Error(`there is no build/looks/${name}.webp to compare with; make it with PIXEL_DETECTIVE_LOOKS=take`)
      const masks = CHANGING[scene] ? await page.locator(CHANGING[scene]).evaluateAll((all) => all.map((one) => one.getBoundingClientRect().toJSON())) : []
      const found = await differences(page, readFileSync(file), png, masks)
      if (found.length) {
        const worst = found.slice(0, 4).map(({ x, y, by }) => `at ${x},${y} by ${by}`).join('; ')
        throw new Error(`${found.length} of ${Math.ceil(width / 80) * Math.ceil(height / 80)} regions differ: ${worst}; the new picture is build/out/looks/${name}.png`)
      }
    })
  })
}
