import { describe, expect, it } from 'vitest'
import { NO_MONTH, UNKNOWN_DAY } from '../draw/months'
import { monthRuns, nearestRun, periods, runAt, sameNow } from './months'

const month = (year: number, m: number) => year * 12 + m - 1

describe('runs of a month', () => {
  const of = (...dates: string[]) => Int32Array.from(dates, (d) => (d === '' ? UNKNOWN_DAY : Date.parse(d) / 86_400_000))
  it('follow the order of the photos', () => {
    expect(monthRuns(of('2021-08-20', '2021-08-01', '2021-07-31', '2019-01-05', '', ''))).toEqual([
      { start: 0, end: 2, month: month(2021, 8) },
      { start: 2, end: 3, month: month(2021, 7) },
      { start: 3, end: 4, month: month(2019, 1) },
      { start: 4, end: 6, month: NO_MONTH },
    ])
  })
  it('never come twice, though a photo lies out of order', () => {
    const runs = monthRuns(of('2021-08-01', '2021-07-31', '2021-08-01', '2021-07-30'))
    expect(runs.map((r) => [r.start, r.end])).toEqual([[0, 1], [1, 4]])
  })
  it('are found by photo and by month', () => {
    const runs = monthRuns(of('2021-08-20', '2021-08-01', '2021-07-31', '2019-01-05', ''))
    expect(runAt(runs, 1)?.month).toBe(month(2021, 8))
    expect(runAt(runs, 2)?.month).toBe(month(2021, 7))
    expect(runAt(runs, 4)?.month).toBe(NO_MONTH)
    expect(nearestRun(runs, month(2020, 12))?.month).toBe(month(2021, 7))
    expect(nearestRun(runs, month(2010, 1))?.month).toBe(month(2019, 1))
    expect(nearestRun([], 5)).toBeUndefined()
  })
})

describe('periods', () => {
  const runs = (...counts: [number, number][]) => {
    let at = 0
    return counts.map(([m, n]) => ({ month: m, start: at, end: (at += n) }))
  }
  it('leave large months alone', () => {
    expect(periods(runs([month(2021, 8), 50], [month(2021, 7), 40]), 12)).toHaveLength(2)
  })
  it('join small months of a year, and small years', () => {
    const joined = periods(runs([month(2021, 8), 2], [month(2021, 3), 3], [month(2020, 5), 1], [month(2018, 1), 2], [NO_MONTH, 3]), 12)
    expect(joined).toEqual([
      { start: 0, end: 8, from: month(2018, 1), to: month(2021, 8) },
      { start: 8, end: 11, from: NO_MONTH, to: NO_MONTH },
    ])
  })
  it('give a small rest to the months before it', () => {
    const joined = periods(runs([month(2021, 8), 30], [month(2021, 7), 30], [month(2021, 6), 2]), 12)
    expect(joined.map((p) => [p.from, p.to, p.end - p.start])).toEqual([[month(2021, 8), month(2021, 8), 30], [month(2021, 6), month(2021, 7), 32]])
  })
  it('cover every photo once', () => {
    const all = periods(runs(...Array.from({ length: 80 }, (_, i): [number, number] => [month(2024, 1) - i, (i * 7) % 23 + 1])), 12)
    let at = 0
    for (const p of all) {
      expect(p.start).toBe(at)
      at = p.end
    }
    expect(at).toBe(Array.from({ length: 80 }, (_, i) => (i * 7) % 23 + 1).reduce((a, b) => a + b))
  })
})

describe('a photo after the library changed', () => {
  it('is found by its day and its turn on that day', () => {
    const before = Int32Array.of(90, 80, 80, 80, 10, UNKNOWN_DAY)
    const now = Int32Array.of(95, 91, 90, 80, 80, 80, 30, 10, UNKNOWN_DAY, UNKNOWN_DAY)
    expect([0, 1, 2, 3, 4, 5].map((photo) => sameNow(before, now, photo))).toEqual([2, 3, 4, 5, 7, 8])
    expect(sameNow(before, Int32Array.of(90), 4)).toBe(0)
    expect(sameNow(before, now, 77)).toBe(-1)
  })
})
