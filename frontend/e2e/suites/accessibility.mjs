// No view breaks a rule of WCAG 2.2 AA, as far as a program can tell, in either theme and at either size.
import { violations } from '../harness/browser.mjs'
import { tour } from '../looks/tour.mjs'

export default async function accessibility(here) {
  await tour(here, (scene, { theme, width, height }, page) =>
    here.tap.test(`${scene}, ${theme}, ${width}×${height}: axe-core finds nothing`, async () => {
      const found = await violations(page)
      if (found.length) throw new Error(found.join('\n'))
    }),
  )
}
