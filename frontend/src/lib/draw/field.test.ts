import { describe, expect, it } from 'vitest'
import { drawField, layoutField, roundNicely } from './field'
import { monthsOf } from './months'
import { contextOf, INK, NAMES } from './testing'

const month = (year: number, m: number) => year * 12 + m - 1
const size = { width: 556, height: 420, ratio: 1 }
const many = monthsOf(Array.from({ length: 215 }, (_, i) => ({ month: month(2009, 1) + i, count: 40 + ((i * 53) % 130) })))

describe('the field', () => {
  it('gives each photo a square while it can, the larger the fewer photos there are', () => {
    const one = layoutField(monthsOf([{ month: month(2020, 5), count: 1 }]), size, NAMES)
    const few = layoutField(monthsOf([{ month: month(2020, 5), count: 60 }, { month: month(2020, 6), count: 25 }]), size, NAMES)
    expect(one.each).toBe(1)
    expect(few.each).toBe(1)
    expect(few.columns.reduce((sum, c) => sum + c.squares, 0)).toBe(85)
    expect(one.side).toBeGreaterThanOrEqual(few.side)
  })

  it('says how many photos a square stands for, and is about right', () => {
    const layout = layoutField(many, size, NAMES)
    const squares = layout.columns.reduce((sum, c) => sum + c.squares, 0)
    expect(layout.each).toBeGreaterThan(1)
    expect(Math.abs(squares * layout.each - many.total) / many.total).toBeLessThan(0.2)
  })

  it.each([1, 1.5, 2])('stays inside and on whole pixels at a density of %s', (ratio) => {
    const own = { width: Math.round(556 * ratio), height: Math.round(420 * ratio), ratio }
    for (const months of [many, monthsOf([{ month: month(2020, 5), count: 20_000 }, { month: month(2021, 5), count: 3 }])]) {
      const layout = layoutField(months, own, NAMES)
      const { g, squares } = contextOf()
      drawField(g, layout, INK, null)
      for (const s of squares) {
        expect(Number.isInteger(s.x) && Number.isInteger(s.y)).toBe(true)
        expect(s.x >= 0 && s.x + s.width <= own.width && s.y >= 0 && s.y + s.height <= own.height).toBe(true)
      }
    }
  })

  it('lights the newest photo alone once all are counted, and what is new while counting', () => {
    const layout = layoutField(many, size, NAMES)
    const still = contextOf()
    drawField(still.g, layout, INK, null)
    expect(still.squares.filter((s) => s.colour === INK.lit).length).toBe(1)
    const settled = new Map(layout.columns.map((c, i) => [c.from, i === 3 ? Math.max(0, c.squares - 2) : c.squares]))
    const moving = contextOf()
    drawField(moving.g, layout, INK, settled)
    expect(moving.squares.filter((s) => s.colour === INK.lit).length).toBe(Math.min(2, layout.columns[3]!.squares))
  })
})

it('rounds as people do', () => {
  expect([1.2, 19.4, 23, 187, 1460].map(roundNicely)).toEqual([2, 20, 25, 200, 1500])
})
