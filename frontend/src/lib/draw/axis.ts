import { NO_MONTH, type Months } from './months'

/** The months that share a column: 1, a quarter, or a year. */
export type Unit = 1 | 3 | 12

/** A place on the axis. */
export interface Slot {
  /** First and last month, both included; NO_MONTH: photos without a date. */
  from: number
  to: number
  x: number
  width: number
}

/** Text under the axis. A break says that years without photos are left out. */
export interface Label {
  x: number
  text: string
  kind: 'year' | 'month' | 'break' | 'unknown'
}

/** A time axis: slots from the oldest at the left to the newest; photos without a date come first. */
export interface Axis {
  unit: Unit
  slots: Slot[]
  labels: Label[]
}

/** What an axis needs to know of the room it has. All in device pixels. */
export interface Room {
  width: number
  ratio: number
  /** The narrowest slot that still reads as a column. */
  narrowest: number
  names: Names
}

/** What stands under the axis. */
export interface Names {
  /** For photos without a date. */
  unknown: string
  /** A month, short. */
  month: (month: number) => string
}

// Runs of at least so many years without a photo are left out: one photo of a camera that believed it was 1980 must not
// squeeze the years that have photos into a corner.
const LONG_GAP = 3

interface Span {
  first: number
  last: number
}

/** Spans of years that have photos, short gaps included. */
export function spansOf(months: Months): Span[] {
  const spans: Span[] = []
  for (let i = 0; i < months.counts.length; i++) {
    if (months.counts[i] === 0) continue
    const year = Math.floor((months.first + i) / 12)
    const last = spans.at(-1)
    if (last !== undefined && year - last.last <= LONG_GAP) last.last = year
    else spans.push({ first: year, last: year })
  }
  return spans
}

/** Lays out the axis for these months. */
export function layoutAxis(months: Months, room: Room): Axis {
  const { ratio } = room
  const spans = spansOf(months)
  const slots: Slot[] = []
  const labels: Label[] = []
  let left = 0
  if (months.unknown > 0) {
    const own = Math.min(Math.round(48 * ratio), Math.floor(room.width / 4))
    slots.push({ from: NO_MONTH, to: NO_MONTH, x: 0, width: own })
    labels.push({ x: 0, text: room.names.unknown, kind: 'unknown' })
    left = own + Math.round(16 * ratio)
  }
  const [first, last] = edgesOf(months)
  if (spans.length > 0 && last - first < 12) return layoutMonths(first, last, left, room, { unit: 1, slots, labels })
  const years = spans.reduce((sum, s) => sum + s.last - s.first + 1, 0)
  if (years === 0) return { unit: 1, slots, labels }
  const pause = Math.round(20 * ratio)
  const yearWidth = (room.width - left - pause * (spans.length - 1)) / years
  const yearGap = Math.max(1, Math.round(Math.min(yearWidth / 12, 6 * ratio)))
  const unit = ([1, 3, 12] as const).find((u) => ((yearWidth - yearGap) * u) / 12 >= room.narrowest) ?? 12
  const perYear = 12 / unit
  const pitch = Math.max(2, Math.floor((yearWidth - yearGap) / perYear))
  const step = [1, 2, 5, 10, 20, 50, 100].find((n) => n * yearWidth >= 44 * ratio) ?? 100
  let at = left
  spans.forEach((span, i) => {
    if (i > 0) {
      labels.push({ x: Math.round(at + pause / 2), text: '…', kind: 'break' })
      at += pause
    }
    for (let year = span.first; year <= span.last; year++) {
      const x = Math.round(at)
      for (let k = 0; k < perYear; k++) {
        const from = year * 12 + k * unit
        slots.push({ from, to: from + unit - 1, x: x + k * pitch, width: pitch })
      }
      // Every second year is counted from the first one; five years and more apart, the round ones are named.
      if (year === span.first || (step <= 2 ? (year - span.first) % step === 0 : year % step === 0)) labels.push({ x, text: String(year), kind: 'year' })
      at += yearWidth
    }
  })
  return { unit, slots, labels: withoutOverlap(labels, 36 * ratio, room.width) }
}

/** The first and the last month that have photos. */
function edgesOf(months: Months): [number, number] {
  let first = 0
  let last = months.counts.length - 1
  while (first < last && months.counts[first] === 0) first++
  while (last > first && months.counts[last] === 0) last--
  return [months.first + first, months.first + last]
}

// A year at most: its months share all the room there is.
function layoutMonths(first: number, last: number, left: number, room: Room, axis: Axis): Axis {
  const pitch = (room.width - left) / (last - first + 1)
  const step = Math.max(1, Math.ceil((72 * room.ratio) / pitch))
  const gap = first === last ? 0 : Math.min(Math.floor(pitch / 8), Math.round(12 * room.ratio))
  for (let month = first; month <= last; month++) {
    const x = Math.round(left + (month - first) * pitch)
    axis.slots.push({ from: month, to: month, x, width: Math.floor(pitch) - gap })
    if ((month - first) % step === 0) axis.labels.push({ x, text: room.names.month(month), kind: 'month' })
  }
  return { ...axis, labels: withoutOverlap(axis.labels, 36 * room.ratio, room.width) }
}

// A span's first year is always named; a round year too close to it gives way.
function withoutOverlap(labels: Label[], apart: number, width: number): Label[] {
  const kept: Label[] = []
  for (const label of labels) {
    const last = kept.at(-1)
    const need = label.kind === 'break' || last?.kind === 'break' ? apart / 4 : last?.kind === 'unknown' ? apart * 1.5 : apart
    if (last !== undefined && label.x - last.x < need) continue
    if (label.x + apart * (label.kind === 'month' ? 1.5 : 0.85) > width && kept.length > 0) continue
    kept.push(label)
  }
  return kept
}

/** The slot at x, or the nearest one; −1 if there is none. */
export function slotAt(axis: Axis, x: number): number {
  const { slots } = axis
  let low = 0
  let high = slots.length - 1
  if (high < 0) return -1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if (slots[middle]!.x <= x) low = middle
    else high = middle - 1
  }
  const next = slots[low + 1]
  // Between two slots, as in the gap of a year, the nearer edge wins.
  if (next !== undefined && x - (slots[low]!.x + slots[low]!.width) > next.x - x) return low + 1
  return low
}

/** The slot that holds a month, or the nearest one; −1 if there is none. */
export function slotOf(axis: Axis, month: number): number {
  const { slots } = axis
  if (slots.length === 0) return -1
  if (month === NO_MONTH) return slots[0]!.from === NO_MONTH ? 0 : -1
  let best = -1
  for (let i = 0; i < slots.length; i++) {
    if (slots[i]!.from === NO_MONTH) continue
    if (slots[i]!.from > month) return best < 0 ? i : best
    best = i
  }
  return best
}
