import { countBetween, NO_MONTH, type Months } from '$lib/draw/months'
import type { Library } from '$lib/state'
import { format, t } from '$lib/text'

interface Column {
  from: number
  to: number
  count: number
}

/** What a column stands for: “May 2015”, “April 2015 to June 2015”, “2015”. */
export function columnName(column: Column): string {
  const { from, to } = column
  if (from === NO_MONTH) return t.strip.noDate
  if (to - from === 11 && from % 12 === 0) return String(from / 12)
  return t.strip.range(format.monthName(from), format.monthName(to))
}

/** How many photos a column holds, and how many of them answer. */
export const columnPhotos = (column: Column, lit: Months | null): string =>
  t.strip.at(column.count, lit === null ? null : countBetween(lit, column.from, column.to))

/** What a range of columns stands for, and how many photos it holds: two lines. */
export function rangeWords(layout: { columns: readonly Column[] }, range: { from: number; to: number }, lit: Months | null): [string, string] {
  const dated = layout.columns.slice(Math.min(range.from, range.to), Math.max(range.from, range.to) + 1).filter((c) => c.from !== NO_MONTH)
  const [first] = dated
  const last = dated.at(-1)
  if (!first || !last) return [t.strip.noDate, '']
  const all = { from: first.from, to: last.to, count: dated.reduce((sum, c) => sum + c.count, 0) }
  return [t.strip.range(format.shortMonth(all.from), format.shortMonth(all.to)), columnPhotos(all, lit)]
}

/** What the strip says beside its squares while no column is pointed at: two lines. */
export function stripState(library: Library, lit: Months | null): [string, string] {
  const state = library.program.state
  const { overview, search } = library
  if (!state) return ['', '']
  const { index, library: counts } = state
  const waits = counts.pending > 0
  const all = Math.max(counts.photos, counts.files - counts.failed)
  if (lit !== null) return [t.strip.photos(counts.photos), t.strip.answer(search.count)]
  if (waits && index.cancelled) return [t.strip.stopped, t.strip.of(counts.seen, all)]
  if (waits && index.paused) return [t.strip.paused, t.strip.of(counts.seen, all)]
  if (waits && (index.running || index.scanning)) {
    if (counts.seen === 0 && index.scanning) return [t.strip.finding, t.strip.found(counts.files)]
    return [t.strip.looking(overview.latest === 0 ? '' : format.shortMonth(overview.latest)), t.strip.of(counts.seen, all)]
  }
  if (counts.photos === 0) return [t.strip.none, t.strip.noneWhy]
  const { from_month: from, to_month: to } = search.narrow
  if (from !== 0 || to !== 0) {
    return [t.strip.range(format.shortMonth(from), format.shortMonth(to)), t.strip.photos(countBetween(overview.months, from, to))]
  }
  return [t.strip.photos(counts.photos), counts.seen >= counts.photos ? t.strip.all : t.strip.some(counts.seen)]
}
