import { placeOf, placesIn, type Layout, type Place } from './justified'
import type { Rows } from './rows'

/** Tile is a photo that is in the page, and where it lies, its height counted from a base. */
export interface TilePlace {
  photo: number
  place: Place
}

/** Bounds are the least and greatest y that a tile may have without making the element that scrolls longer. */
export interface Bounds {
  top: number
  bottom: number
}

/**
 * Shown works out which photos are in the page. A photo keeps its entry, the same object, while the layout and the base
 * hold, so that a turn of the wheel touches only what comes and goes.
 */
export class Shown {
  #layout: Layout | null = null
  #entries = new Map<number, TilePlace>()

  /** of returns the photos of these rows, in order, and the kept one wherever it lies; −1 keeps none. */
  of(layout: Layout, aspect: Uint16Array, rows: Rows, base: number, kept: number, bounds: Bounds): TilePlace[] {
    const out: TilePlace[] = []
    const old = this.#layout === layout ? this.#entries : new Map<number, TilePlace>()
    const push = (photo: number, place: Place): void => {
      place.y -= base
      const before = old.get(photo)
      out.push(before && before.place.y === place.y ? before : { photo, place })
    }
    for (let row = rows.first; row <= Math.min(rows.last, layout.rows - 1); row++) placesIn(layout, aspect, row, push)
    if (kept >= 0 && kept < layout.count) {
      const far = (): TilePlace => {
        const place = placeOf(layout, aspect, kept)
        place.y = Math.max(bounds.top, Math.min(bounds.bottom - place.height, place.y - base))
        return { photo: kept, place }
      }
      if (kept < (out[0]?.photo ?? 0)) out.unshift(far())
      else if (kept > (out[out.length - 1]?.photo ?? -1)) out.push(far())
    }
    this.#layout = layout
    this.#entries = new Map(out.map((entry) => [entry.photo, entry]))
    return out
  }
}
