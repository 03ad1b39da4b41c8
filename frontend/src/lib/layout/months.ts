/**
 * Months of photos that are ordered from the newest to the oldest. A month is counted as year × 12 + month − 1.
 */

import { dayOfMonth, monthOfDay, NO_MONTH, UNKNOWN_DAY } from '../draw/months'
import type { Section } from './justified'

/** MonthRun is a run of photos of one month. */
export interface MonthRun extends Section {
  month: number
}

/** Period is a run of photos from one month to another, which begins on a row of its own. */
export interface Period extends Section {
  /** from is the earliest month, to the latest; NO_MONTH both: no date. */
  from: number
  to: number
}

/**
 * monthRuns splits photos, newest first, into months. A photo that lies out of order (another time zone) stays with its
 * neighbours, so that no month comes twice.
 */
export function monthRuns(day: Int32Array): MonthRun[] {
  const runs: MonthRun[] = []
  let low = Infinity // first day of the run's month
  for (let i = 0; i < day.length; i++) {
    const d = day[i] ?? UNKNOWN_DAY
    if (d >= low) continue
    const previous = runs[runs.length - 1]
    if (previous !== undefined) previous.end = i
    const month = d === UNKNOWN_DAY ? NO_MONTH : monthOfDay(d)
    runs.push({ start: i, end: day.length, month })
    low = month === NO_MONTH ? -Infinity : dayOfMonth(month)
  }
  return runs
}

/**
 * periods joins months that hold few photos, so that a library of a few photos a month does not fall apart into rows of
 * one photo: months of one year until there are enough, then whole years. Photos without a date stay apart.
 */
export function periods(runs: readonly MonthRun[], enough: number): Period[] {
  const years: Period[][] = []
  let year = NaN
  for (const run of runs) {
    const period = { start: run.start, end: run.end, from: run.month, to: run.month }
    const its = run.month === NO_MONTH ? NO_MONTH : Math.floor(run.month / 12)
    const last = years[years.length - 1]
    if (last === undefined || its !== year) years.push([period])
    else last.push(period)
    year = its
  }
  const out: Period[] = []
  for (const months of years) {
    const joined = join(months, enough)
    const only = joined.length === 1 ? joined[0] : undefined
    const before = out[out.length - 1]
    if (only !== undefined && before !== undefined && only.from !== NO_MONTH && small(only, enough) && small(before, enough)) {
      before.end = only.end
      before.from = only.from
    } else out.push(...joined)
  }
  return out
}

function small(p: Period, enough: number): boolean {
  return p.end - p.start < enough
}

/** join joins neighbours until each has enough; a rest that is too small goes to the one before it. */
function join(months: readonly Period[], enough: number): Period[] {
  const out: Period[] = []
  for (const month of months) {
    const last = out[out.length - 1]
    if (last !== undefined && small(last, enough)) {
      last.end = month.end
      last.from = month.from
    } else out.push({ ...month })
  }
  const rest = out[out.length - 1]
  const before = out[out.length - 2]
  if (rest !== undefined && before !== undefined && small(rest, enough)) {
    before.end = rest.end
    before.from = rest.from
    out.pop()
  }
  return out
}

/** runAt is the month run that holds a photo. */
export function runAt(runs: readonly MonthRun[], photo: number): MonthRun | undefined {
  let low = 0
  let high = runs.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    const run = runs[middle]
    if (run !== undefined && run.start <= photo) low = middle
    else high = middle - 1
  }
  return runs[low]
}

/** nearestRun is the run of a month, or of the nearest month that has photos. */
export function nearestRun(runs: readonly MonthRun[], month: number): MonthRun | undefined {
  let best: MonthRun | undefined
  for (const run of runs) {
    if (run.month === NO_MONTH) continue
    if (best === undefined || Math.abs(run.month - month) < Math.abs(best.month - month)) best = run
  }
  return best
}

/**
 * sameNow is where a photo is now that was at this place before, as far as days can tell: as many places after the first
 * photo of its day as before. Days go from the newest to the oldest; those without a date come last.
 */
export function sameNow(before: Int32Array, now: Int32Array, photo: number): number {
  const day = before[photo]
  if (day === undefined) return -1
  const first = firstOf(before, day)
  const its = firstOf(now, day)
  return Math.max(0, Math.min(now.length - 1, its + Math.max(0, photo - first)))
}

/** firstOf is the first place that holds this day, or an older one. */
function firstOf(days: Int32Array, day: number): number {
  let low = 0
  let high = days.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((days[middle] ?? UNKNOWN_DAY) > day) low = middle + 1
    else high = middle
  }
  return low
}
