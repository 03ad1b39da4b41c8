import type { Action } from 'svelte/action'
import type { Point } from '$lib/layout/zoom'
import type { Lens } from '$lib/state'

interface Dragged {
  lens: Lens
  /** Told when a drag begins and ends. */
  moving: (on: boolean) => void
}

/** Lets a stage be zoomed by wheel, pinch and double click at the pointer, and moved by dragging. */
export const drag: Action<HTMLElement, Dragged> = (stage, first) => {
  let { lens, moving } = first
  const held = new Map<number, Point>()
  let presses = 0

  /** Where an event is, from the middle of the stage. */
  function at(event: MouseEvent): Point {
    const box = stage.getBoundingClientRect()
    return { x: event.clientX - box.left - box.width / 2, y: event.clientY - box.top - box.height / 2 }
  }

  function wheel(event: WheelEvent): void {
    event.preventDefault()
    lens.wheel(event, at(event))
  }

  function down(event: PointerEvent): void {
    if (event.button !== 0 || held.size >= 2) return
    presses++
    held.set(event.pointerId, at(event))
    if (lens.zoomed || event.pointerType === 'touch') {
      stage.setPointerCapture(event.pointerId)
      moving(true)
    }
  }

  function move(event: PointerEvent): void {
    const before = held.get(event.pointerId)
    if (!before) return
    if (event.buttons === 0) return up(event)
    const now = at(event)
    held.set(event.pointerId, now)
    const other = [...held].find(([pointer]) => pointer !== event.pointerId)?.[1]
    if (other) lens.pinch([before, other], [now, other])
    else lens.move(now.x - before.x, now.y - before.y)
  }

  function up(event: PointerEvent): void {
    held.delete(event.pointerId)
    if (held.size === 0) moving(false)
  }

  const ends = [
    on(stage, 'wheel', wheel, { passive: false }),
    on(stage, 'pointerdown', down),
    on(stage, 'pointermove', move),
    on(stage, 'pointerup', up),
    on(stage, 'pointercancel', up),
    // The double click that opened the viewer ends here with one press: it asks for nothing more.
    on(stage, 'dblclick', (event) => presses > 1 && lens.toggle(at(event))),
  ]
  return {
    update: (next) => ({ lens, moving } = next),
    destroy: () => ends.forEach((end) => end()),
  }
}

function on<K extends keyof HTMLElementEventMap>(element: HTMLElement, name: K, fn: (event: HTMLElementEventMap[K]) => void, options?: AddEventListenerOptions): () => void {
  element.addEventListener(name, fn, options)
  return () => element.removeEventListener(name, fn, options)
}
