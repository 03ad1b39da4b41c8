import { SvelteSet } from 'svelte/reactivity'
import type { PhotoSource } from './source'

/** Most photos that one range may take in. */
export const RANGE_LIMIT = 10_000

/** The photos that were picked out, and the one on which the keyboard is. */
export class Selection {
  readonly ids = new SvelteSet<string>()
  /** Index of the photo that has the focus, in the source on show; −1: none. */
  focus = $state(-1)
  /** Id of the photo that has the focus. */
  focusId = $state('')

  #anchor = -1
  #ranged: string[] = []

  get size(): number {
    return this.ids.size
  }

  has(id: string): boolean {
    return this.ids.has(id)
  }

  /** What an action acts on: the selection, or the photo in focus. */
  get targets(): string[] {
    if (this.ids.size > 0) return [...this.ids]
    return this.focusId === '' ? [] : [this.focusId]
  }

  /** Moves the focus. */
  focusOn(index: number, id: string): void {
    this.focus = index
    this.focusId = id
  }

  /** Forgets where the keyboard was, for other photos are shown now. What was picked out stays. */
  leave(): void {
    this.focusOn(-1, '')
    this.#anchor = -1
    this.#ranged = []
  }

  /** Picks a photo out, or puts it back. The next range starts here. */
  toggle(index: number, id: string): void {
    this.#anchor = index
    this.#ranged = []
    if (!this.ids.delete(id)) this.ids.add(id)
  }

  /**
   * Picks out all from the last one that was toggled, or had the focus, up to index, as far as their ids are known. What
   * an earlier range from there took in is put back, so that a range shrinks as well as it grows.
   */
  range(index: number, source: PhotoSource): void {
    if (this.#anchor < 0) this.#anchor = Math.max(0, this.focus)
    const from = this.#anchor
    for (const id of this.#ranged) this.ids.delete(id)
    this.#ranged = []
    const first = Math.max(Math.min(from, index), index - RANGE_LIMIT)
    const last = Math.min(Math.max(from, index), index + RANGE_LIMIT)
    for (let i = first; i <= last; i++) {
      const id = source.idAt(i)
      if (id === undefined || this.ids.has(id)) continue
      this.ids.add(id)
      if (i !== from) this.#ranged.push(id)
    }
  }

  /** Picks out these. */
  add(ids: Iterable<string>): void {
    for (const id of ids) this.ids.add(id)
  }

  clear(): void {
    this.ids.clear()
    this.#anchor = -1
    this.#ranged = []
  }
}
