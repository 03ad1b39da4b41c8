import type { Layout } from '$lib/layout/justified'
import { moveOf, step } from '$lib/layout/rows'
import type { Library, PhotoSource } from '$lib/state'

/** What hands have to know of the grid that they work in. */
export interface Grip {
  source(): PhotoSource
  layout(): Layout | null
  aspect(): Uint16Array
  /** Height of a screenful. */
  page(): number
  focus(photo: number): void
}

/** What a grid does on a press of the mouse or of a key. It listens once, for all of its photos: each carries data-index. */
export interface Hands {
  clicked(event: MouseEvent): void
  pressed(event: KeyboardEvent): void
  focused(event: FocusEvent): void
  menu(event: MouseEvent): void
}

/** Makes the hands of a grid. */
export function handsOf(library: Library, grip: Grip): Hands {
  const { navigation, overlays, selection } = library
  /** The column that up and down keep to. */
  let aim = NaN

  const photoAt = (target: EventTarget | null): number => {
    const tile = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
    return tile ? Number(tile.dataset.index) : -1
  }
  const idAt = (photo: number): string | undefined => grip.source().idAt(photo)

  function open(photo: number): void {
    const id = idAt(photo)
    if (id !== undefined) navigation.open(id, grip.source(), photo)
  }
  function toggle(photo: number): void {
    const id = idAt(photo)
    if (id !== undefined) selection.toggle(photo, id)
  }

  return {
    /** Opens a photo; picks photos out with Ctrl or Shift held, on the check of a photo, and once any is picked out. */
    clicked(event) {
      const photo = photoAt(event.target)
      if (photo < 0) return
      const check = event.target instanceof Element && event.target.closest('[data-check]') !== null
      const picks = check || selection.size > 0 || event.ctrlKey || event.metaKey
      if (event.shiftKey) selection.range(photo, grip.source())
      else if (picks) toggle(photo)
      selection.focusOn(photo, idAt(photo) ?? '')
      if (!picks && !event.shiftKey) open(photo)
    },

    pressed(event) {
      const photo = photoAt(event.target)
      const layout = grip.layout()
      if (!layout || photo < 0 || event.ctrlKey || event.metaKey || event.altKey) return
      const move = moveOf(event.key)
      if (move) {
        const to = step(layout, grip.aspect(), photo, move, aim, grip.page())
        aim = to.aim
        if (event.shiftKey) selection.range(to.photo, grip.source())
        grip.focus(to.photo)
      } else if (event.key === 'Enter') {
        open(photo)
      } else if (event.key === ' ') {
        if (event.shiftKey) selection.range(photo, grip.source())
        else toggle(photo)
      } else return
      event.preventDefault()
      event.stopPropagation()
    },

    focused(event) {
      const photo = photoAt(event.target)
      if (photo < 0) return
      if (photo !== selection.focus) aim = NaN
      selection.focusOn(photo, idAt(photo) ?? '')
    },

    menu(event) {
      const photo = photoAt(event.target)
      const id = idAt(photo)
      if (photo < 0 || id === undefined || !(event.target instanceof Element)) return
      event.preventDefault()
      if (selection.size > 0 && !selection.has(id)) selection.clear()
      selection.focusOn(photo, id)
      const box = event.target.getBoundingClientRect()
      const byKey = event.clientX === 0 && event.clientY === 0
      overlays.showMenu({ x: byKey ? box.left + 16 : event.clientX, y: byKey ? box.top + 16 : event.clientY, ids: selection.targets })
    },
  }
}
