// Photos by month. A month is a whole number, year*12 + month−1, as everywhere between the program and the page.

/** The day of a photo whose date is unknown, as the listing's day column has it. */
export const UNKNOWN_DAY = -2147483648

/** Stands for "no date" where a month is asked for. */
export const NO_MONTH = -1

/** How many photos each month has. counts[i] belongs to the month first+i; it is empty if no photo has a date. */
export interface Months {
  first: number
  counts: Uint32Array
  /** Photos without a date. */
  unknown: number
  /** All photos, those without a date too. */
  total: number
}

export const NO_PHOTOS: Months = { first: 0, counts: new Uint32Array(0), unknown: 0, total: 0 }

// A library's days lie within a few decades. A day further out is a broken clock or date; one table must not grow with it.
const EARLIEST = dayOfMonth(1800 * 12)
const LATEST = dayOfMonth(2200 * 12) - 1

/** The month of a day; days are counted from 1970-01-01. After H. Hinnant, "chrono-compatible low-level date algorithms". */
export function monthOfDay(day: number): number {
  const shifted = day + 719468
  const era = Math.floor(shifted / 146097)
  const ofEra = shifted - era * 146097
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36524) - Math.floor(ofEra / 146096)) / 365)
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const fromMarch = Math.floor((5 * ofYear + 2) / 153)
  // In months since March of year 0 the months follow each other without a gap.
  return (yearOfEra + era * 400) * 12 + fromMarch + 2
}

/** The first day of a month, counted from 1970-01-01. */
export function dayOfMonth(month: number): number {
  const fromMarch = month - 2
  const year = Math.floor(fromMarch / 12)
  const era = Math.floor(year / 400)
  const yearOfEra = year - era * 400
  const ofYear = Math.floor((153 * (fromMarch - year * 12) + 2) / 5)
  return era * 146097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear - 719468
}

/**
 * Counts a day column. With flags and mask, only photos that have one of the mask's bits. A million photos take a few
 * milliseconds: each day of the span is looked up in a table.
 */
export function countMonths(day: Int32Array, flags?: Uint8Array, mask = 0): Months {
  let low = LATEST
  let high = EARLIEST
  for (let i = 0; i < day.length; i++) {
    const d = day[i]!
    if (d < EARLIEST || d > LATEST) continue
    if (d < low) low = d
    if (d > high) high = d
  }
  const filtered = flags !== undefined && mask !== 0
  if (low > high) {
    let unknown = 0
    for (let i = 0; i < day.length; i++) if (!filtered || (flags[i]! & mask) !== 0) unknown++
    return { ...NO_PHOTOS, unknown, total: unknown }
  }
  const first = monthOfDay(low)
  const counts = new Uint32Array(monthOfDay(high) - first + 1)
  const column = new Uint16Array(high - low + 1)
  for (let m = 0; m < counts.length; m++) {
    const from = Math.max(0, dayOfMonth(first + m) - low)
    column.fill(m, from, dayOfMonth(first + m + 1) - low)
  }
  let unknown = 0
  let total = 0
  for (let i = 0; i < day.length; i++) {
    if (filtered && (flags[i]! & mask) === 0) continue
    total++
    const d = day[i]!
    if (d < low || d > high) unknown++
    else counts[column[d - low]!]!++
  }
  return { first, counts, unknown, total }
}

/** Months from pairs as the program sends them, in any order. */
export function monthsOf(pairs: readonly { month: number; count: number }[]): Months {
  let low = Infinity
  let high = -Infinity
  for (const { month } of pairs) {
    if (month <= 0) continue
    low = Math.min(low, month)
    high = Math.max(high, month)
  }
  if (low > high) {
    const unknown = pairs.reduce((sum, p) => sum + p.count, 0)
    return { ...NO_PHOTOS, unknown, total: unknown }
  }
  const counts = new Uint32Array(high - low + 1)
  let unknown = 0
  let total = 0
  for (const { month, count } of pairs) {
    total += count
    if (month <= 0) unknown += count
    else counts[month - low]! += count
  }
  return { first: low, counts, unknown, total }
}

/** Photos from one month to another, both included; NO_MONTH counts those without a date. */
export function countBetween(months: Months, from: number, to: number): number {
  if (from === NO_MONTH) return months.unknown
  let sum = 0
  const end = Math.min(months.counts.length - 1, to - months.first)
  for (let i = Math.max(0, from - months.first); i <= end; i++) sum += months.counts[i]!
  return sum
}

/** The larger of two counts for each month. */
export function largerOf(a: Months, b: Months): Months {
  if (a.total === 0) return b
  if (b.total === 0) return a
  const dated = [a, b].filter((m) => m.counts.length > 0)
  const unknown = Math.max(a.unknown, b.unknown)
  if (dated.length === 0) return { ...NO_PHOTOS, unknown, total: unknown }
  const first = Math.min(...dated.map((m) => m.first))
  const end = Math.max(...dated.map((m) => m.first + m.counts.length))
  const counts = new Uint32Array(end - first)
  let total = unknown
  for (let i = 0; i < counts.length; i++) {
    counts[i] = Math.max(countBetween(a, first + i, first + i), countBetween(b, first + i, first + i))
    total += counts[i]!
  }
  return { first, counts, unknown, total }
}
