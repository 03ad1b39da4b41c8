import { describe, expect, it } from 'vitest'
import { justify, placeOf } from './justified'
import { Shown } from './shown'

const aspect = Uint16Array.from({ length: 500 }, (_, i) => [1333, 750, 1500, 1778][i % 4] ?? 1333)
const layoutOf = (width: number) => justify(aspect, [{ start: 0, end: 500 }], { width, wish: 140, gap: 4, under: 0, heading: 40, firstHeading: 40 })
const layout = layoutOf(1000)
const anywhere = { top: 0, bottom: layout.total }

describe('the photos in the page', () => {
  it('are those of the rows, in order', () => {
    const tiles = new Shown().of(layout, aspect, { first: 3, last: 5 }, 0, -1, anywhere)
    expect(tiles[0]?.photo).toBe(layout.start[3])
    expect(tiles.map((t) => t.photo)).toEqual(tiles.map((_, i) => (layout.start[3] ?? 0) + i))
    expect(tiles.at(-1)?.photo).toBe((layout.start[6] ?? 0) - 1)
  })
  it('keep their entries while they stay', () => {
    const shown = new Shown()
    const before = shown.of(layout, aspect, { first: 3, last: 5 }, 0, -1, anywhere)
    const after = shown.of(layout, aspect, { first: 4, last: 6 }, 0, -1, anywhere)
    for (const tile of before.filter((t) => t.photo >= (layout.start[4] ?? 0))) expect(after.find((t) => t.photo === tile.photo)).toBe(tile)
    expect(shown.of(layoutOf(700), aspect, { first: 4, last: 6 }, 0, -1, anywhere)[0]).not.toBe(after[0])
  })
  it('are given from the base', () => {
    const [tile] = new Shown().of(layout, aspect, { first: 9, last: 9 }, 1000, -1, anywhere)
    expect(tile?.place.y).toBe((layout.top[9] ?? 0) - 1000)
  })
  it('include the one with the keyboard, above, below and among them, once', () => {
    const shown = new Shown()
    expect(shown.of(layout, aspect, { first: 10, last: 12 }, 0, 0, anywhere)[0]).toEqual({ photo: 0, place: placeOf(layout, aspect, 0) })
    expect(shown.of(layout, aspect, { first: 10, last: 12 }, 0, 499, anywhere).at(-1)?.photo).toBe(499)
    const among = layout.start[11] ?? 0
    expect(shown.of(layout, aspect, { first: 10, last: 12 }, 0, among, anywhere).filter((t) => t.photo === among)).toHaveLength(1)
    expect(shown.of(layout, aspect, { first: 10, last: 12 }, 0, 9999, anywhere).at(-1)?.photo).toBe((layout.start[13] ?? 0) - 1)
  })
  it('never lie where they would make the page longer', () => {
    const tile = new Shown().of(layout, aspect, { first: 0, last: 1 }, 0, 499, { top: 0, bottom: 500 }).at(-1)
    expect((tile?.place.y ?? 0) + (tile?.place.height ?? 0)).toBe(500)
  })
})
