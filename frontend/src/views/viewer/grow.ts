import type { Action } from 'svelte/action'
import type { Viewing } from '$lib/state'

/** Lets an element grow from a place on the screen to its own, once. Not where motion is reduced: --d-calm is 0 then. */
export const grow: Action<HTMLElement, DOMRect | null> = (element, from) => {
  if (!from || from.width === 0) return
  const frame = requestAnimationFrame(() => {
    const to = element.getBoundingClientRect()
    if (to.width === 0) return
    const style = getComputedStyle(element)
    const duration = milliseconds(style.getPropertyValue('--d-calm'))
    if (duration === 0) return
    const [dx, dy] = [from.left + from.width / 2 - to.left - to.width / 2, from.top + from.height / 2 - to.top - to.height / 2]
    element.animate(
      [{ translate: `${dx}px ${dy}px`, scale: String(Math.max(from.width / to.width, from.height / to.height)) }, { translate: '0 0', scale: '1' }],
      { duration, easing: style.getPropertyValue('--ease').trim() || 'ease-out' },
    )
  })
  return { destroy: () => cancelAnimationFrame(frame) }
}

/** The tile of a photo on the page below, if it is there. */
export function tileOf({ source, index, id }: Viewing): HTMLElement | null {
  if (source.kind === 'list') return document.querySelector<HTMLElement>(`[data-photo="${id}"]`)
  return document.querySelector<HTMLElement>(`[role="option"][data-index="${index}"]`)
}

function milliseconds(time: string): number {
  const value = Number.parseFloat(time)
  return Number.isNaN(value) ? 0 : time.trim().endsWith('ms') ? value : value * 1000
}
