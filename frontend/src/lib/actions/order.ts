import ArrowUpDown from '@lucide/svelte/icons/arrow-up-down'
import type { HitOrder, Order } from '$lib/api'
import { t } from '$lib/text'
import type { Action } from './action'
import { begun } from './when'

interface As {
  /** The order of all photos that this is, if they can stand in it. */
  browse?: Order
  /** The order of what was found that this is, if it can stand in it. */
  found?: HitOrder
}

const order = (name: keyof typeof t.photos.orders, { browse, found }: As): Action => ({
  id: `order.${name}`,
  label: t.actions.order[name],
  short: t.photos.orders[name],
  icon: ArrowUpDown,
  group: 'order',
  enabled: (ctx) => begun(ctx) && (ctx.library.search.active ? found : browse) !== undefined,
  checked: ({ library: { search, listing } }) => (search.active ? search.sort === found : listing.order === browse),
  run: ({ library: { navigation, search, listing } }) => {
    navigation.go('photos')
    if (!search.active && browse !== undefined) listing.sort(browse)
    else if (search.active && found !== undefined) search.setSort(found)
  },
})

/** In which order photos stand: all of them, or what was found. */
export const orderActions: readonly Action[] = [
  order('evidence', { found: '' }),
  order('newest', { browse: 'taken', found: 'date' }),
  order('added', { browse: 'added' }),
  order('name', { browse: 'name', found: 'name' }),
  order('size', { browse: 'size', found: 'size' }),
]
