import CircleQuestionMark from '@lucide/svelte/icons/circle-question-mark'
import Expand from '@lucide/svelte/icons/expand'
import Heart from '@lucide/svelte/icons/heart'
import ScanSearch from '@lucide/svelte/icons/scan-search'
import Star from '@lucide/svelte/icons/star'
import StarOff from '@lucide/svelte/icons/star-off'
import { t } from '$lib/text'
import type { Action, ActionContext } from './action'
import { on } from './each'
import { showFile } from './file'
import { writable } from './when'

const any = (ctx: ActionContext): boolean => ctx.targets.length > 0
const one = (ctx: ActionContext): boolean => ctx.targets.length === 1
const rateable = (ctx: ActionContext): boolean => any(ctx) && writable(ctx)

const rate = (stars: number): Action => ({
  id: `photo.rate.${stars}`,
  label: t.actions.rate(stars),
  icon: stars === 0 ? StarOff : Star,
  shortcut: String(stars),
  group: 'photo',
  // Of a photo that is looked at closely, 0 first shows the whole.
  enabled: (ctx) => rateable(ctx) && !(stars === 0 && ctx.library.navigation.viewer !== null && ctx.library.lens.zoomed),
  checked: ({ library, targets }) => targets.every((id) => library.decisions.of(id)?.rating === stars),
  run: async ({ library, targets }) => {
    const [only] = targets.length === 1 ? targets : []
    const before = only === undefined ? 0 : (library.decisions.of(only)?.rating ?? 0)
    await library.decisions.setRating(targets, stars)
    if (targets.length > 1) library.toasts.add(t.actions.rated(targets.length, stars))
    else if (stars === 0 && before !== 0) {
      library.toasts.add(t.actions.rated(1, 0), {
        action: { label: t.actions.undo, run: () => void library.decisions.setRating(targets, before).catch((e: unknown) => library.toasts.error(e)) },
      })
    }
  },
})

/** What can be done with photos. */
export const photoActions: readonly Action[] = [
  {
    id: 'photo.open',
    label: t.actions.open,
    icon: Expand,
    group: 'photo',
    enabled: (ctx) => one(ctx) && ctx.library.navigation.viewer === null,
    run: ({ library, targets }) => {
      const id = targets[0] as string
      const { selection, search, listing } = library
      const source = search.active ? search : listing
      if (selection.focus >= 0 && source.idAt(selection.focus) === id) library.navigation.open(id, source, selection.focus)
      else library.navigation.open(id)
    },
  },
  {
    id: 'photo.similar',
    label: t.actions.similar,
    icon: ScanSearch,
    shortcut: 'Shift+S',
    group: 'photo',
    enabled: one,
    run: ({ library, targets }) => {
      library.navigation.go('photos')
      return library.search.alike(targets[0] as string)
    },
  },
  {
    id: 'photo.why',
    label: t.actions.why,
    icon: CircleQuestionMark,
    shortcut: 'W',
    group: 'photo',
    enabled: (ctx) => one(ctx) && ctx.library.navigation.viewer === null && ctx.library.search.explains(ctx.targets[0] as string),
    checked: ({ library, targets }) => library.search.explained === targets[0],
    run: ({ library, targets }) => library.search.explain(targets[0] as string),
  },
  {
    id: 'photo.favourite',
    label: t.actions.favourite,
    icon: Heart,
    shortcut: 'F',
    group: 'photo',
    enabled: rateable,
    checked: ({ library, targets }) => library.decisions.allFavourite(targets),
    run: async ({ library, targets }) => {
      const { on, changed } = await library.decisions.toggleFavourite(targets)
      if (targets.length < 2) return
      const undo = (): void => void library.decisions.setFavourite(changed, !on).catch((e: unknown) => library.toasts.error(e))
      library.toasts.add(t.actions.favoured(targets.length, on), changed.length > 0 ? { action: { label: t.actions.undo, run: undo } } : {})
    },
  },
  ...[1, 2, 3, 4, 5, 0].map(rate),
  {
    id: 'photo.show',
    label: t.actions.show,
    icon: showFile.icon,
    shortcut: 'Shift+F',
    group: 'photo',
    enabled: one,
    run: async (ctx) => {
      const photo = await ctx.library.api.photo(ctx.targets[0] as string)
      const file = photo.files.find((f) => !f.offline) ?? photo.files[0]
      if (file) await on(showFile, file).run(ctx)
    },
  },
]
