import { contextOf, type Action } from '$lib/actions'
import type { Library } from '$lib/state'

/** Opens the menu of an object, such as a folder's row, where it was clicked or where the keyboard is. */
export function openMenu(library: Library, event: MouseEvent, name: string, actions: readonly Action[]): void {
  if (!(event.target instanceof Element)) return
  event.preventDefault()
  const ctx = contextOf(library)
  const ids = actions.filter((act) => act.enabled(ctx)).map(({ id }) => id)
  if (ids.length === 0) return
  const box = event.target.getBoundingClientRect()
  const byKey = event.clientX === 0 && event.clientY === 0
  library.overlays.showMenu({ x: byKey ? box.left + 16 : event.clientX, y: byKey ? box.bottom : event.clientY, ids: [], about: { name, actions: ids } })
}
