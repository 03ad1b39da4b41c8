import Grid2x2 from '@lucide/svelte/icons/grid-2x2'
import Grid3x3 from '@lucide/svelte/icons/grid-3x3'
import Moon from '@lucide/svelte/icons/moon'
import Square from '@lucide/svelte/icons/square'
import Sun from '@lucide/svelte/icons/sun'
import SunMoon from '@lucide/svelte/icons/sun-moon'
import type { Theme } from '$lib/api'
import { t } from '$lib/text'
import type { Action, IconComponent } from './action'
import { always, begun } from './when'

/** Setting that holds the theme. */
export const THEME_SETTING = 'window.theme'

const theme = (name: Theme, icon: IconComponent): Action => ({
  id: `look.${name}`,
  label: t.actions.theme[name],
  icon,
  group: 'look',
  enabled: always,
  checked: ({ library }) => library.appearance.theme === name,
  run: async ({ library }) => {
    const before = library.appearance.theme
    library.appearance.set(name)
    try {
      await library.api.setSetting(THEME_SETTING, name)
    } catch (thrown) {
      library.appearance.set(before)
      throw thrown
    }
  },
})

/** Of photos when browsing: what was found is sized by how much it is. */
const size = (step: number, name: string, icon: IconComponent): Action => ({
  id: `size.${name}`,
  label: t.photos.size[step] ?? name,
  short: t.photos.sizeLetter[step] ?? name,
  icon,
  group: 'size',
  enabled: (ctx) => begun(ctx) && !ctx.library.search.active,
  checked: ({ library }) => library.appearance.photoSize === step,
  run: ({ library }) => {
    library.navigation.go('photos')
    library.appearance.resize(step)
  },
})

/** Colours, and the size of photos. */
export const lookActions: readonly Action[] = [
  size(0, 'small', Grid3x3),
  size(1, 'medium', Grid2x2),
  size(2, 'large', Square),
  theme('system', SunMoon),
  theme('light', Sun),
  theme('dark', Moon),
]
