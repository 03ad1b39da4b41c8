import { describe, expect, it } from 'vitest'
import { spansOf } from './axis'
import { monthsOf, NO_MONTH, NO_PHOTOS, type Months } from './months'
import { columnAt, columnOf, drawStrip, edgesOf, layoutStrip, nextColumn, squaresFor, type StripLayout, type StripMarks } from './strip'
import { contextOf, INK, NAMES } from './testing'

const month = (year: number, m: number) => year * 12 + m - 1
const years = (from: number, to: number, each: (i: number) => number): Months => {
  const pairs = []
  for (let m = month(from, 1); m <= month(to, 12); m++) pairs.push({ month: m, count: each(m) })
  return monthsOf(pairs)
}
const decades = years(2009, 2026, (m) => 20 + ((m * 37) % 90))
const size = (width: number, height = 71, ratio = 1) => ({ width: Math.round(width * ratio), height: Math.round(height * ratio), ratio })
const plain: StripMarks = { lit: null, seen: null, now: -1, window: null, chosen: null, sweep: 1 }

describe('the layout of the strip', () => {
  it('gives each month a column where there is room, and shares columns where there is not', () => {
    expect(layoutStrip(decades, size(1040), NAMES).axis.unit).toBe(1)
    expect(layoutStrip(decades, size(430), NAMES).axis.unit).toBe(3)
    expect(layoutStrip(decades, size(120), NAMES).axis.unit).toBe(12)
  })

  it.each([1, 1.25, 1.5, 2])('keeps every square on whole device pixels and inside at a density of %s', (ratio) => {
    const layout = layoutStrip(decades, size(1040, 71, ratio), NAMES)
    const { g, squares } = contextOf()
    drawStrip(g, layout, INK, plain)
    expect(squares.length).toBeGreaterThan(200)
    for (const { x, y, width, height } of squares) {
      expect([x, y, width, height].every(Number.isInteger)).toBe(true)
      expect(width).toBe(height)
      expect(x).toBeGreaterThanOrEqual(0)
      expect(x + width).toBeLessThanOrEqual(layout.width)
      expect(y).toBeGreaterThanOrEqual(0)
    }
  })

  it('never lets two columns overlap', () => {
    for (const width of [200, 430, 560, 860, 1040, 1600]) {
      const { columns, side, gap } = layoutStrip(decades, size(width), NAMES)
      columns.slice(1).forEach((c, i) => {
        const before = columns[i]!
        expect(c.x).toBeGreaterThanOrEqual(before.x + before.lanes * (side + gap) - gap)
      })
    }
  })

  it('gives each photo a square of its own while there is room', () => {
    const few = monthsOf([
      { month: month(2020, 2), count: 61 },
      { month: month(2020, 9), count: 24 },
    ])
    const layout = layoutStrip(few, size(1040), NAMES)
    expect(layout.exact).toBe(true)
    expect(layout.columns.reduce((sum, c) => sum + c.squares, 0)).toBe(85)
    expect(layoutStrip(decades, size(1040), NAMES).exact).toBe(false)
  })

  it('lets months share columns where photos are few, so that their squares can be seen', () => {
    const few = layoutStrip(years(2005, 2023, (m) => (m % 4 === 0 ? 1 : 0)), size(1040), NAMES)
    expect([few.axis.unit, few.exact]).toEqual([3, true])
    expect(few.side).toBeGreaterThanOrEqual(6)
  })

  it('shows a month with one photo beside one with many', () => {
    const layout = layoutStrip(years(2009, 2026, (m) => (m === month(2015, 5) ? 1 : 4000)), size(1040), NAMES)
    const lone = layout.columns[columnOf(layout, month(2015, 5))]!
    expect(lone.squares).toBe(1)
  })

  it('leaves long gaps out, so that one wrong date does not squeeze the rest', () => {
    const months = monthsOf([{ month: month(1980, 1), count: 1 }, ...[...decades.counts].map((count, i) => ({ month: decades.first + i, count }))])
    expect(spansOf(months)).toEqual([
      { first: 1980, last: 1980 },
      { first: 2009, last: 2026 },
    ])
    const layout = layoutStrip(months, size(1040), NAMES)
    expect(layout.axis.unit).toBe(1)
    expect(layout.labels.some((l) => l.kind === 'break')).toBe(true)
    expect(columnOf(layout, month(1995, 1))).toBe(columnOf(layout, month(1980, 12)))
  })

  it('puts photos without a date in a column of their own at the old end', () => {
    const months = { ...decades, unknown: 30, total: decades.total + 30 }
    const layout = layoutStrip(months, size(1040), NAMES)
    expect(layout.columns[0]).toMatchObject({ from: NO_MONTH, count: 30 })
    expect(layout.columns[1]!.from).toBe(month(2009, 1))
    expect(layout.labels[0]).toMatchObject({ kind: 'unknown', text: 'No date' })
    expect(columnOf(layout, NO_MONTH)).toBe(0)
  })

  it('has nothing to show for nothing', () => {
    const layout = layoutStrip(NO_PHOTOS, size(1040), NAMES)
    expect(layout.columns).toEqual([])
    expect(columnAt(layout, 200)).toBe(-1)
    expect(columnOf(layout, month(2020, 1))).toBe(-1)
    expect(edgesOf(layout, { from: 0, to: 3 })).toBeNull()
  })
})

describe('finding a month by x and x by a month', () => {
  it.each([[1040, 1], [560, 1], [1040, 2], [200, 1]])('agrees for every column at %i px, density %i', (width, ratio) => {
    const layout = layoutStrip({ ...decades, unknown: 5 }, size(width, 71, ratio), NAMES)
    layout.columns.forEach((column, i) => {
      expect(columnAt(layout, column.x)).toBe(i)
      expect(columnAt(layout, column.x + layout.side / 2)).toBe(i)
      if (column.from !== NO_MONTH) expect(columnOf(layout, column.to)).toBe(i)
    })
    expect(columnAt(layout, -50)).toBe(0)
    expect(columnAt(layout, layout.width + 50)).toBe(layout.columns.length - 1)
  })

  it('skips months without photos', () => {
    const layout = layoutStrip(
      monthsOf([
        { month: month(2020, 1), count: 3 },
        { month: month(2020, 6), count: 3 },
      ]),
      size(1040),
      NAMES,
    )
    const june = columnOf(layout, month(2020, 6))
    expect(nextColumn(layout, june - 1, -1)).toBe(columnOf(layout, month(2020, 1)))
    expect(nextColumn(layout, june + 1, 1)).toBe(-1)
  })
})

describe('what is lit', () => {
  const lights = (layout: StripLayout, marks: StripMarks) => {
    const { g, squares } = contextOf()
    drawStrip(g, layout, INK, marks)
    return squares.filter((s) => s.colour === INK.lit)
  }
  const layout = layoutStrip(decades, size(1040), NAMES)
  const answer = monthsOf([
    { month: month(2010, 6), count: 1 },
    { month: month(2026, 6), count: 2 },
  ])

  it('nothing without a question', () => {
    expect(lights(layout, plain)).toEqual([])
  })

  it('the months that answer, and no other', () => {
    const columns = new Set(lights(layout, { ...plain, lit: answer }).map((s) => columnAt(layout, s.x)))
    expect(columns).toEqual(new Set([columnOf(layout, month(2010, 6)), columnOf(layout, month(2026, 6))]))
  })

  it('from left to right', () => {
    const half = lights(layout, { ...plain, lit: answer, sweep: 0.5 })
    expect(half.length).toBeGreaterThan(0)
    expect(half.every((s) => s.x < layout.width / 2)).toBe(true)
  })

  it('exactly as many as answer, where each photo has its square', () => {
    const few = layoutStrip(monthsOf([{ month: month(2020, 2), count: 61 }]), size(1040), NAMES)
    expect(lights(few, { ...plain, lit: monthsOf([{ month: month(2020, 2), count: 7 }]) }).length).toBe(7)
  })

  it('the column in hand while photos are seen; what was not seen is dim', () => {
    const seen = years(2020, 2026, (m) => 20 + ((m * 37) % 90))
    const now = columnOf(layout, month(2020, 1))
    const { g, squares } = contextOf()
    drawStrip(g, layout, INK, { ...plain, seen, now })
    expect(squares.filter((s) => s.colour === INK.lit).map((s) => columnAt(layout, s.x))).toEqual([now])
    expect(squares.filter((s) => s.colour === INK.pixel).every((s) => columnAt(layout, s.x) >= now)).toBe(true)
    expect(squares.filter((s) => s.colour === INK.dim).every((s) => columnAt(layout, s.x) < now)).toBe(true)
  })
})

it('one square alone is lit where many stand side by side, the one that was seen last', () => {
  const layout = layoutStrip(monthsOf([{ month: month(2020, 2), count: 61 }]), size(1040), NAMES)
  expect(layout.columns[0]?.lanes).toBeGreaterThan(1)
  for (const count of [1, 30, 61]) {
    const { g, squares } = contextOf()
    drawStrip(g, layout, INK, { ...plain, seen: monthsOf([{ month: month(2020, 2), count }]), now: 0 })
    const side = squares.filter((s) => s.width === layout.side && s.height === layout.side)
    expect(side.filter((s) => s.colour === INK.lit)).toHaveLength(1)
    expect(side.filter((s) => s.colour === INK.pixel)).toHaveLength(count - 1)
  }
})

it('a part of a column is never drawn as none or as all', () => {
  const column = { from: 0, to: 0, x: 0, lanes: 1, count: 1000, squares: 8 }
  expect(squaresFor(column, 0)).toBe(0)
  expect(squaresFor(column, 1)).toBe(1)
  expect(squaresFor(column, 999)).toBe(7)
  expect(squaresFor(column, 1000)).toBe(8)
})
