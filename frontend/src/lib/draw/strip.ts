import { layoutAxis, slotAt, slotOf, type Axis, type Label, type Names } from './axis'
import { countBetween, NO_MONTH, type Months } from './months'
import { axisFont, litSquare, type Ink, type Size } from './surface'

/** A column of squares: the photos of its months. */
export interface StripColumn {
  /** First and last month, both included; NO_MONTH: photos without a date. */
  from: number
  to: number
  x: number
  /** Squares side by side. */
  lanes: number
  /** Photos. */
  count: number
  /** Squares that stand for them. */
  squares: number
}

/** Where everything of the strip lies, in device pixels. */
export interface StripLayout extends Size {
  axis: Axis
  columns: StripColumn[]
  labels: Label[]
  /** Side of a square, and its distance to the next one's edge. */
  side: number
  gap: number
  rows: number
  /** The line that squares stand on. */
  base: number
  /** Every square is exactly one photo. */
  exact: boolean
}

// Below the squares: the years.
const FOOT = 22
const HEAD = 7

/** Lays the strip out. Heights are logarithmic unless there is a square for each photo; then squares are as large as can be. */
export function layoutStrip(months: Months, size: Size, names: Names): StripLayout {
  const { width, ratio } = size
  // Few photos: months share columns, so that the squares are large enough to be told apart.
  const wide = layoutWith(months, size, layoutAxis(months, { width, ratio, narrowest: 10 * ratio, names }), Math.round(7 * ratio))
  if (wide.exact && wide.axis.unit < 12) return wide
  const axis = layoutAxis(months, { width, ratio, narrowest: 4 * ratio, names })
  for (const side of [9, 7, 6, 5]) {
    const layout = layoutWith(months, size, axis, Math.round(side * ratio))
    if (layout.exact) return layout
  }
  return layoutWith(months, size, axis, Math.round(4 * ratio))
}

function layoutWith(months: Months, size: Size, axis: Axis, wished: number): StripLayout {
  const { height, ratio } = size
  const dated = axis.slots.filter((s) => s.from !== NO_MONTH)
  const pitch = Math.min(...dated.map((s) => s.width), axis.slots[0]?.width ?? 0)
  const gap = Math.max(1, Math.round(ratio))
  const side = Math.max(gap, Math.min(pitch - gap, wished))
  const base = height - Math.round(FOOT * ratio)
  const rows = Math.max(1, Math.floor((base - Math.round(HEAD * ratio)) / (side + gap)))
  const counts = axis.slots.map((s) => countBetween(months, s.from, s.to))
  // A lane stays free on the right, so that neighbouring blocks stay apart.
  const room = axis.slots.map((s) => {
    const fit = Math.floor((s.width + gap) / (side + gap))
    return Math.max(1, fit > 2 ? fit - 1 : 1)
  })
  const needed = Math.ceil(counts.reduce((a, b) => Math.max(a, b), 1) / rows)
  const exact = room.every((lanes, i) => counts[i]! <= lanes * rows)
  // With a square for each photo, blocks are as narrow as the tallest allows: heights can be compared.
  const lanes = room.map((fit, i) => Math.min(fit, exact ? needed : axis.slots[i]!.from === NO_MONTH ? 4 : fit))
  const most = counts.reduce((a, count, i) => Math.max(a, count / lanes[i]!), 1e-9)
  const columns = axis.slots.map((slot, i) => {
    const count = counts[i]!
    const part = Math.log(1 + (count / lanes[i]! / most) * 24) / Math.log(25)
    const squares = count === 0 ? 0 : exact ? count : Math.max(1, Math.round(part * lanes[i]! * rows))
    return { from: slot.from, to: slot.to, x: slot.x, lanes: lanes[i]!, count, squares }
  })
  return { ...size, axis, columns, labels: axis.labels, side, gap, rows, base, exact }
}

/** The column under x (device pixels), or the nearest; −1 if there is none. */
export function columnAt(layout: StripLayout, x: number): number {
  return slotAt(layout.axis, x)
}

/** The column that holds a month, or the nearest; −1 if there is none. */
export function columnOf(layout: StripLayout, month: number): number {
  return slotOf(layout.axis, month)
}

/** The nearest column with photos, beginning at `from` and going in steps of `step`; −1 if there is none. */
export function nextColumn(layout: StripLayout, from: number, step: 1 | -1): number {
  for (let i = from; i >= 0 && i < layout.columns.length; i += step) if (layout.columns[i]!.count > 0) return i
  return -1
}

/** A range of columns, both included. */
export interface Range {
  from: number
  to: number
}

/** What the strip shows on top of the photos themselves. */
export interface StripMarks {
  /** Photos that answer; null: nothing is asked. */
  lit: Months | null
  /** Photos that were seen; null: all were. */
  seen: Months | null
  /** The column that is being looked at now, of which the square that was seen last is lit; −1: none. */
  now: number
  /** What is on screen, in columns; null: not shown. */
  window: Range | null
  /** What was chosen, in columns; null: nothing. */
  chosen: Range | null
  /** 0 to 1: so far from the left the answer has been lit. */
  sweep: number
}

/** Squares of a column that stand for `part` of its photos: none only for none, all only for all. */
export function squaresFor(column: StripColumn, part: number): number {
  if (part <= 0 || column.squares === 0) return 0
  if (part >= column.count) return column.squares
  return Math.min(Math.max(1, Math.round((column.squares * part) / column.count)), Math.max(1, column.squares - 1))
}

/** Draws the strip. */
export function drawStrip(g: CanvasRenderingContext2D, layout: StripLayout, ink: Ink, marks: StripMarks) {
  drawRange(g, layout, ink, marks.chosen, true)
  const bright: [number, number][] = []
  layout.columns.forEach((column, i) => {
    const seen = marks.seen === null ? column.squares : squaresFor(column, countBetween(marks.seen, column.from, column.to))
    const lit = marks.lit === null || column.x / layout.width > marks.sweep ? 0 : squaresFor(column, countBetween(marks.lit, column.from, column.to))
    for (let k = 0; k < column.squares; k++) {
      const x = column.x + (k % column.lanes) * (layout.side + layout.gap)
      const y = layout.base - (Math.floor(k / column.lanes) + 1) * (layout.side + layout.gap)
      if (k < lit || (marks.now === i && k === Math.max(seen, 1) - 1)) {
        bright.push([x, y])
        continue
      }
      g.fillStyle = k < seen && marks.lit === null ? ink.pixel : ink.dim
      g.fillRect(x, y, layout.side, layout.side)
    }
  })
  for (const [x, y] of bright) litSquare(g, ink, x, y, layout.side, layout.ratio)
  drawRange(g, layout, ink, marks.window, false)
  drawLabels(g, layout, ink)
}

/** Draws the strip of a library without photos: a row of squares that wait. */
export function drawEmptyStrip(g: CanvasRenderingContext2D, size: Size, ink: Ink) {
  const side = Math.round(4 * size.ratio)
  const pitch = Math.round(6 * size.ratio)
  const y = size.height - Math.round(28 * size.ratio)
  g.fillStyle = ink.dim
  for (let x = 0; x + side <= size.width; x += pitch) g.fillRect(x, y, side, side)
}

function drawRange(g: CanvasRenderingContext2D, layout: StripLayout, ink: Ink, range: Range | null, chosen: boolean) {
  const edges = range && edgesOf(layout, range)
  if (!edges) return
  const line = Math.max(1, Math.round(2 * layout.ratio))
  const top = Math.round(2 * layout.ratio)
  const height = layout.base + Math.round(3 * layout.ratio) - top
  if (chosen) {
    g.globalAlpha = 0.14
    g.fillStyle = ink.yours
    g.fillRect(edges.left, top, edges.right - edges.left, height)
    g.globalAlpha = 1
  }
  g.fillStyle = chosen ? ink.yours : ink.text
  g.fillRect(edges.left, top, edges.right - edges.left, line)
  g.fillRect(edges.left, top + height - line, edges.right - edges.left, line)
  g.fillRect(edges.left, top, line, height)
  g.fillRect(edges.right - line, top, line, height)
}

/** The left and right edge of a range's frame, in device pixels; null if there are no such columns. */
export function edgesOf(layout: StripLayout, range: Range): { left: number; right: number } | null {
  const first = layout.columns[Math.min(range.from, range.to)]
  const last = layout.columns[Math.max(range.from, range.to)]
  if (!first || !last) return null
  const pad = Math.round(4 * layout.ratio)
  const right = last.x + last.lanes * (layout.side + layout.gap) - layout.gap
  return { left: Math.max(0, first.x - pad), right: Math.min(layout.width, right + pad) }
}

function drawLabels(g: CanvasRenderingContext2D, layout: StripLayout, ink: Ink) {
  g.font = axisFont(ink, layout.ratio)
  g.fillStyle = ink.faint
  g.textBaseline = 'alphabetic'
  const y = layout.height - Math.round(6 * layout.ratio)
  for (const label of layout.labels) {
    g.textAlign = label.kind === 'break' ? 'center' : 'left'
    g.fillText(label.text, label.x, y)
  }
}
