import { describe, expect, it } from 'vitest'
import { countBetween, countMonths, dayOfMonth, largerOf, monthOfDay, monthsOf, NO_MONTH, UNKNOWN_DAY } from './months'

const day = (iso: string) => Date.parse(`${iso}T00:00:00Z`) / 86_400_000
const month = (year: number, m: number) => year * 12 + m - 1

describe('months and days', () => {
  it('agree with the calendar over four centuries', () => {
    for (let m = month(1800, 1); m < month(2200, 1); m++) {
      const first = Date.UTC(Math.floor(m / 12), m % 12, 1) / 86_400_000
      expect(dayOfMonth(m)).toBe(first)
      expect(monthOfDay(first)).toBe(m)
      expect(monthOfDay(first - 1)).toBe(m - 1)
    }
  })
})

describe('counting a day column', () => {
  const days = Int32Array.of(day('2015-05-31'), day('2015-06-01'), UNKNOWN_DAY, day('2015-06-30'), day('1969-12-31'))

  it('counts each month and those without a date', () => {
    const months = countMonths(days)
    expect(months.first).toBe(month(1969, 12))
    expect(months.total).toBe(5)
    expect(months.unknown).toBe(1)
    expect(countBetween(months, month(2015, 5), month(2015, 5))).toBe(1)
    expect(countBetween(months, month(2015, 6), month(2015, 6))).toBe(2)
    expect(countBetween(months, month(1900, 1), month(2100, 1))).toBe(4)
    expect(countBetween(months, NO_MONTH, NO_MONTH)).toBe(1)
  })

  it('counts only photos with a flag', () => {
    const months = countMonths(days, Uint8Array.of(2, 0, 2, 3, 1), 2)
    expect(months.total).toBe(3)
    expect(months.unknown).toBe(1)
    expect(countBetween(months, month(2015, 6), month(2015, 6))).toBe(1)
    expect(countBetween(months, month(1969, 12), month(1969, 12))).toBe(0)
  })

  it('treats a day that no camera can have meant as unknown, and stays small', () => {
    const months = countMonths(Int32Array.of(day('2020-01-01'), 2_000_000_000, -2_000_000_000))
    expect(months.counts.length).toBe(1)
    expect(months.unknown).toBe(2)
  })

  it('bears an empty column and one without any date', () => {
    expect(countMonths(new Int32Array(0)).total).toBe(0)
    expect(countMonths(Int32Array.of(UNKNOWN_DAY, UNKNOWN_DAY))).toMatchObject({ unknown: 2, total: 2 })
  })

  it('equals a plain count by date on a large column', () => {
    const many = new Int32Array(50_000)
    const plain = new Map<number, number>()
    for (let i = 0; i < many.length; i++) {
      many[i] = day('1999-01-01') + ((i * 7919) % 10_000)
      const date = new Date(many[i]! * 86_400_000)
      const m = month(date.getUTCFullYear(), date.getUTCMonth() + 1)
      plain.set(m, (plain.get(m) ?? 0) + 1)
    }
    const months = countMonths(many)
    for (const [m, count] of plain) expect(countBetween(months, m, m)).toBe(count)
    expect(months.total).toBe(many.length)
  })
})

describe('months from pairs', () => {
  it('bears any order, repeats and months without a number', () => {
    const months = monthsOf([
      { month: month(2020, 3), count: 4 },
      { month: month(2019, 12), count: 1 },
      { month: month(2020, 3), count: 2 },
      { month: 0, count: 5 },
    ])
    expect(months.first).toBe(month(2019, 12))
    expect([...months.counts]).toEqual([1, 0, 0, 6])
    expect(months).toMatchObject({ unknown: 5, total: 12 })
  })

  it('can be joined by the larger count', () => {
    const a = monthsOf([{ month: month(2020, 1), count: 4 }])
    const b = monthsOf([
      { month: month(2020, 1), count: 2 },
      { month: month(2020, 3), count: 9 },
    ])
    const joined = largerOf(a, b)
    expect([...joined.counts]).toEqual([4, 0, 9])
    expect(joined.total).toBe(13)
  })
})
