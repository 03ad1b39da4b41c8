/**
 * Slots gives each photo that is on screen the number of an element that draws it. A photo keeps its slot while it stays
 * on screen; the slots of photos that left are taken by those that come. So scrolling makes no elements and destroys none.
 */
export class Slots {
  readonly #slot = new Map<number, number>()
  readonly #free: number[] = []
  #made = 0

  /** assign gives every one of the photos a slot, and takes the slots of all others away. */
  assign(photos: readonly number[]): ReadonlyMap<number, number> {
    const wanted = new Set(photos)
    for (const [photo, slot] of this.#slot) {
      if (!wanted.has(photo)) {
        this.#slot.delete(photo)
        this.#free.push(slot)
      }
    }
    for (const photo of photos) {
      if (!this.#slot.has(photo)) this.#slot.set(photo, this.#free.pop() ?? this.#made++)
    }
    return this.#slot
  }
}
