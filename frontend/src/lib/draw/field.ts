import { layoutAxis, type Axis, type Names } from './axis'
import { countBetween, NO_MONTH, type Months } from './months'
import { axisFont, litSquare, type Ink, type Size } from './surface'

/** A column of the field. */
export interface FieldColumn {
  from: number
  to: number
  x: number
  lanes: number
  squares: number
}

/** Where everything of the field lies, in device pixels. */
export interface FieldLayout extends Size {
  axis: Axis
  columns: FieldColumn[]
  side: number
  pitch: number
  rows: number
  base: number
  /** Photos that one square stands for; 1: each photo has its own. */
  each: number
}

const FOOT = 28

/** Lays the field out with the largest squares that fit. */
export function layoutField(months: Months, size: Size, names: Names): FieldLayout {
  const pitches = [26, 22, 18, 15, 12, 10, 8].map((p) => Math.round(p * size.ratio))
  for (const pitch of pitches) {
    const layout = layoutWith(months, size, names, pitch)
    if (layout.each === 1) return layout
  }
  return layoutWith(months, size, names, pitches.at(-1)!)
}

function layoutWith(months: Months, size: Size, names: Names, pitch: number): FieldLayout {
  const { width, height, ratio } = size
  const axis = layoutAxis(months, { width, ratio, narrowest: pitch - Math.round(ratio), names })
  const base = height - Math.round(FOOT * ratio)
  const narrow = Math.min(pitch, ...axis.slots.filter((s) => s.from !== NO_MONTH).map((s) => s.width))
  const gap = Math.max(1, Math.round(narrow / 5))
  const rows = Math.max(1, Math.floor(base / narrow))
  const counts = axis.slots.map((s) => countBetween(months, s.from, s.to))
  const lanes = axis.slots.map((s) => {
    const fit = Math.floor((s.width + gap) / narrow)
    return Math.max(1, fit > 3 ? fit - 1 : fit)
  })
  const exact = counts.every((count, i) => count <= lanes[i]! * rows)
  const most = counts.reduce((a, c, i) => Math.max(a, c / lanes[i]!), 1e-9)
  // Between square root and straight: high months stay high, and low ones stay visible.
  const squares = counts.map((count, i) =>
    count === 0 ? 0 : exact ? count : Math.max(1, Math.round(Math.pow(count / lanes[i]! / most, 0.75) * rows * lanes[i]!)),
  )
  const drawn = squares.reduce((a, b) => a + b, 0)
  const columns = axis.slots.map((s, i) => ({ from: s.from, to: s.to, x: s.x, lanes: lanes[i]!, squares: squares[i]! }))
  const each = exact ? 1 : roundNicely(months.total / Math.max(1, drawn))
  return { ...size, axis, columns, side: narrow - gap, pitch: narrow, rows, base, each }
}

/** A number of one digit, or of two with a 5: what people say when they say "about". */
export function roundNicely(value: number): number {
  if (value <= 2) return 2
  const scale = Math.pow(10, Math.floor(Math.log10(value)))
  const steps = [1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 9, 10]
  const best = steps.reduce((a, b) => (Math.abs(b * scale - value) < Math.abs(a * scale - value) ? b : a))
  return Math.max(2, Math.round(best * scale))
}

/** Draws the field. Squares at or beyond `settled` of a column were counted just now and are lit, as is the newest photo. */
export function drawField(g: CanvasRenderingContext2D, layout: FieldLayout, ink: Ink, settled: Map<number, number> | null) {
  const { columns, pitch, side, base, ratio } = layout
  let newest = -1
  columns.forEach((c, i) => {
    if (c.squares > 0 && c.from !== NO_MONTH) newest = i
  })
  const bright: [number, number][] = []
  columns.forEach((column, i) => {
    g.fillStyle = ink.pixel
    // The past recedes a little, as memory does.
    g.globalAlpha = columns.length < 2 ? 1 : 0.55 + (0.45 * i) / (columns.length - 1)
    const old = settled === null ? column.squares : Math.min(column.squares, settled.get(column.from) ?? 0)
    for (let k = 0; k < column.squares; k++) {
      const x = column.x + (k % column.lanes) * pitch
      const y = base - (Math.floor(k / column.lanes) + 1) * pitch
      if (k >= old || (settled === null && i === newest && k === column.squares - 1)) bright.push([x, y])
      else g.fillRect(x, y, side, side)
    }
  })
  g.globalAlpha = 1
  for (const [x, y] of bright) litSquare(g, ink, x, y, side, ratio)
  g.font = axisFont(ink, ratio)
  g.fillStyle = ink.faint
  g.textBaseline = 'alphabetic'
  for (const label of layout.axis.labels) {
    g.textAlign = label.kind === 'break' ? 'center' : 'left'
    g.fillText(label.text, label.x, layout.height - Math.round(8 * ratio))
  }
}

/** Draws a field that waits for photos. Squares near the pointer (device pixels) answer it. */
export function drawWaitingField(g: CanvasRenderingContext2D, size: Size, ink: Ink, pointer: { x: number; y: number } | null) {
  const { width, height, ratio } = size
  const pitch = Math.round(16 * ratio)
  const side = Math.round(5 * ratio)
  const base = height
  const reach = 72 * ratio
  for (let y = base - pitch; y >= 0; y -= pitch) {
    for (let x = 0; x + side <= width; x += pitch) {
      const near = pointer === null ? 0 : 1 - Math.min(1, Math.hypot(x + side / 2 - pointer.x, y + side / 2 - pointer.y) / reach)
      const grow = Math.round(near * 5 * ratio)
      g.fillStyle = near > 0.35 ? ink.pixel : ink.dim
      g.globalAlpha = near > 0 ? 1 : 0.7
      g.fillRect(x - (grow >> 1), y - (grow >> 1), side + grow, side + grow)
    }
  }
  g.globalAlpha = 1
}
