import CheckCheck from '@lucide/svelte/icons/check-check'
import Heart from '@lucide/svelte/icons/heart'
import ImageUp from '@lucide/svelte/icons/image-up'
import Search from '@lucide/svelte/icons/search'
import SquareX from '@lucide/svelte/icons/square-x'
import X from '@lucide/svelte/icons/x'
import { t } from '$lib/text'
import type { Action, ActionContext } from './action'
import { RANGE_LIMIT } from '$lib/state/selection.svelte'
import { pickPicture } from './pick'
import { begun } from './when'

const inPhotos = (ctx: ActionContext): boolean => ctx.library.navigation.view === 'photos' && ctx.library.navigation.viewer === null

/** Looking for photos, and picking out what was found. */
export const searchActions: readonly Action[] = [
  {
    id: 'search.focus',
    label: t.actions.search,
    icon: Search,
    shortcut: '/',
    also: ['Ctrl+F'],
    group: 'search',
    enabled: begun,
    run: ({ library }) => {
      library.navigation.go('photos')
      library.search.takeFocus()
    },
  },
  {
    id: 'search.picture',
    label: t.actions.byPicture,
    icon: ImageUp,
    shortcut: 'Shift+P',
    group: 'search',
    enabled: begun,
    run: async ({ library }) => {
      const file = await pickPicture()
      if (!file) return
      await library.searchBy(file, file.name)
    },
  },
  {
    id: 'search.favourites',
    label: t.actions.onlyFavourites,
    icon: Heart,
    shortcut: 'Shift+L',
    group: 'search',
    enabled: begun,
    checked: ({ library }) => library.search.narrow.favourite,
    run: ({ library }) => {
      library.navigation.go('photos')
      library.search.setNarrow({ favourite: !library.search.narrow.favourite })
    },
  },
  {
    id: 'search.clear',
    label: t.actions.clear,
    icon: X,
    group: 'search',
    enabled: ({ library }) => library.search.active || library.search.narrowed,
    run: ({ library }) => library.search.clear(),
  },
  {
    id: 'select.all',
    label: t.actions.selectAll,
    icon: CheckCheck,
    shortcut: 'Ctrl+A',
    group: 'select',
    enabled: (ctx) => inPhotos(ctx) && (ctx.library.search.active ? ctx.library.search : ctx.library.listing).count > 0,
    run: async ({ library }) => {
      const { search, listing, selection, toasts } = library
      if (search.active) {
        for (let had = -1; had < search.hits.length && search.hits.length < Math.min(search.count, RANGE_LIMIT); ) {
          had = search.hits.length
          await search.more()
        }
        selection.add(search.hits.map((hit) => hit.id))
        if (search.hits.length < search.count) toasts.add(t.actions.selectedFirst(search.hits.length))
        return
      }
      const ids: string[] = []
      for (let i = 0; i < Math.min(listing.count, RANGE_LIMIT); i++) {
        const id = await listing.idOf(i)
        if (id !== undefined) ids.push(id)
      }
      selection.add(ids)
      if (listing.count > RANGE_LIMIT) toasts.add(t.actions.selectedFirst(RANGE_LIMIT))
    },
  },
  {
    id: 'select.none',
    label: t.actions.selectNone,
    icon: SquareX,
    shortcut: 'Ctrl+Shift+A',
    group: 'select',
    enabled: ({ library }) => library.selection.size > 0,
    run: ({ library }) => library.selection.clear(),
  },
]
