import type { Library } from '$lib/state'
import type { Action } from './action'
import { actions } from './all'
import { contextOf, perform } from './context'

/** Longest time between the two keys of a sequence, in ms. */
const SEQUENCE = 1200

const NAMES: Record<string, string> = { ArrowLeft: '←', ArrowRight: '→', ArrowUp: '↑', ArrowDown: '↓', Escape: 'Esc', ' ': 'Space', '-': '−' }

/** A key event by the name that actions use: “Ctrl+K”, “Shift+S”, “?”. */
export function keyName(event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>): string {
  const letter = /^[a-z]$/i.test(event.key)
  const key = NAMES[event.key] ?? (letter ? event.key.toUpperCase() : event.key)
  const parts: string[] = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  // Shift is part of what “?” and “+” are; with letters and named keys it counts.
  if (event.shiftKey && (letter || event.key.length > 1)) parts.push('Shift')
  return [...parts, key].join('+')
}

/** Whether keys write into this element. */
export function writes(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  if (target.isContentEditable || target instanceof HTMLTextAreaElement || target instanceof HTMLSelectElement) return true
  return target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'range', 'submit'].includes(target.type)
}

const OWN_OF_TEXT = new Set(['Ctrl+A', 'Ctrl+C', 'Ctrl+V', 'Ctrl+X', 'Ctrl+Z'])

/** The actions of each key. A key may have several: the first one that is offered runs. */
function table(): Map<string, Action[]> {
  const found = new Map<string, Action[]>()
  for (const action of actions) for (const key of [action.shortcut, ...(action.also ?? [])]) if (key !== undefined) found.set(key, [...(found.get(key) ?? []), action])
  return found
}

/** Lets keys run actions until the returned function is called. */
export function listen(library: Library): () => void {
  const keys = table()
  let first = ''
  let firstAt = 0

  const pressed = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || library.overlays.any) return
    const name = keyName(event)
    if (writes(event.target) && (OWN_OF_TEXT.has(name) || !(event.ctrlKey || event.metaKey || name === 'Esc' || name === 'F1'))) return
    const pair = first !== '' && event.timeStamp - firstAt < SEQUENCE ? keys.get(`${first} ${name}`) : undefined
    const known = pair ?? keys.get(name)
    first = known || event.ctrlKey || event.metaKey || event.altKey ? '' : name
    firstAt = event.timeStamp
    if (!known) return
    const ctx = contextOf(library)
    const action = known.find((one) => one.enabled(ctx))
    if (!action) return
    event.preventDefault()
    void perform(action, ctx)
  }

  window.addEventListener('keydown', pressed)
  return () => window.removeEventListener('keydown', pressed)
}
