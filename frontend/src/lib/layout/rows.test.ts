import { describe, expect, it } from 'vitest'
import { justify, placeOf, rowOf } from './justified'
import { browseWish, hitWish, rowsWithin, step, type Move } from './rows'

const aspect = Uint16Array.from({ length: 200 }, (_, i) => [1333, 750, 1500, 1778, 1000][i % 5] ?? 1333)
const layout = justify(aspect, [{ start: 0, end: 43 }, { start: 43, end: 200 }], { width: 900, wish: 150, gap: 4, under: 0, heading: 40, firstHeading: 40 })

const go = (from: number, ...moves: Move[]) => moves.reduce((at, move) => step(layout, aspect, at.photo, move, at.aim, 600), { photo: from, aim: NaN }).photo

describe('moving by the keyboard', () => {
  it('goes left and right through all photos, and stops at the ends', () => {
    expect(go(0, 'left')).toBe(0)
    expect(go(5, 'right')).toBe(6)
    expect(go(199, 'right')).toBe(199)
    expect(go(60, 'home')).toBe(0)
    expect(go(60, 'end')).toBe(199)
  })
  it('goes up and down by a row, to what lies above and below', () => {
    for (const photo of [50, 75, 120, 170]) {
      const down = go(photo, 'down')
      expect(rowOf(layout, down)).toBe(rowOf(layout, photo) + 1)
      const a = placeOf(layout, aspect, photo)
      const b = placeOf(layout, aspect, down)
      const x = a.x + a.width / 2
      const short = layout.full[rowOf(layout, down)] === 0
      if (!short) {
        expect(b.x - 4).toBeLessThanOrEqual(x)
        expect(b.x + b.width + 4).toBeGreaterThanOrEqual(x)
      }
      expect(go(photo, 'down', 'up')).toBe(photo)
    }
  })
  it('crosses into the next section and comes back', () => {
    const last = layout.start[(layout.sectionRow[1] ?? 0) - 1] ?? 0
    const into = go(last, 'down')
    expect(into).toBeGreaterThanOrEqual(43)
    expect(go(last, 'down', 'up')).toBe(last)
  })
  it('remembers its column past a short row', () => {
    const row = (layout.sectionRow[1] ?? 0) - 2
    const right = (layout.start[row + 1] ?? 0) - 1
    expect(go(right, 'down', 'down', 'up', 'up')).toBe(right)
  })
  it('goes by screenfuls, at least by a row', () => {
    const down = go(0, 'page-down')
    expect(placeOf(layout, aspect, down).y).toBeGreaterThan(300)
    expect(go(0, 'page-down', 'page-up')).toBe(0)
    expect(step(layout, aspect, 0, 'page-down', NaN, 1).photo).toBeGreaterThan(0)
    expect(rowOf(layout, go(199, 'page-down'))).toBe(layout.rows - 1)
    expect(rowOf(layout, go(2, 'page-up'))).toBe(0)
  })
  it('stays put at the first and the last row', () => {
    expect(go(2, 'up')).toBe(2)
    expect(go(199, 'down')).toBe(199)
  })
})

describe('rows within a view', () => {
  it('are those that touch it', () => {
    const rows = rowsWithin(layout, 500, 900)
    expect(layout.top[rows.first]).toBeLessThanOrEqual(500)
    expect((layout.top[rows.first + 1] ?? 0)).toBeGreaterThan(500)
    expect(layout.top[rows.last]).toBeLessThanOrEqual(900)
    expect((layout.top[rows.last + 1] ?? Infinity)).toBeGreaterThan(900)
  })
})

describe('the wished height', () => {
  it('grows with the window and with the size asked for', () => {
    expect(browseWish(1920, 1)).toBeGreaterThan(browseWish(800, 1))
    expect(browseWish(1280, 2)).toBeGreaterThan(browseWish(1280, 1))
    expect(browseWish(1280, 0)).toBeLessThan(browseWish(1280, 1))
  })
  it('shrinks with the number of hits, between bounds', () => {
    let last = Infinity
    for (const hits of [1, 2, 5, 10, 20, 60, 500, 100_000]) {
      const wish = hitWish(hits, 1152, 560, 32)
      expect(wish).toBeLessThanOrEqual(last)
      expect(wish).toBeGreaterThanOrEqual(128)
      expect(wish).toBeLessThanOrEqual(336)
      last = wish
    }
  })
})
