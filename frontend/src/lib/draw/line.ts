import { axisFont, litSquare, type Ink, type Size } from './surface'

/** How well all photos fit a question: counts in equal steps of fit from low to high, and where fitting ends. */
export interface Fit {
  low: number
  high: number
  cut: number
  bins: readonly number[]
}

/** A column of the line. */
export interface LineColumn {
  x: number
  squares: number
  /** Right of the cut: these photos are the answer. */
  lit: boolean
}

/** Where everything of the line lies, in device pixels. */
export interface LineLayout extends Size {
  columns: LineColumn[]
  side: number
  pitch: number
  base: number
  /** Where fitting ends. */
  cut: number
}

const FOOT = 24
const HEAD = 12

/** Lays the line out. Answers get a square each while they fit; the rest is logarithmic, for they are many. */
export function layoutLine(fit: Fit, size: Size): LineLayout {
  const { width, height, ratio } = size
  const pitch = Math.round(7 * ratio)
  const side = pitch - Math.max(1, Math.round(2 * ratio))
  const base = height - Math.round(FOOT * ratio)
  const rows = Math.max(1, Math.floor((base - Math.round(HEAD * ratio)) / pitch))
  const n = Math.max(1, Math.floor((width + pitch - side) / pitch))
  const span = fit.high - fit.low
  const share = span > 0 ? Math.min(1, Math.max(0, (fit.cut - fit.low) / span)) : 1
  const cutColumn = Math.round(share * n)
  const counts = new Array<number>(n).fill(0)
  const steps = fit.bins.length
  fit.bins.forEach((count, i) => {
    if (count <= 0) return
    const middle = (i + 0.5) / steps
    let column = Math.min(n - 1, Math.floor(middle * n))
    // A step belongs to the side of the cut on which its middle lies, however the columns are rounded.
    if (middle >= share) column = Math.min(n - 1, Math.max(column, cutColumn))
    else column = Math.max(0, Math.min(column, cutColumn - 1))
    counts[column]! += count
  })
  const most = counts.reduce((a, b) => Math.max(a, b), 1)
  const columns = counts.map((count, i) => {
    const lit = i >= cutColumn && share < 1
    const part = most <= rows ? count / rows : Math.log(1 + count) / Math.log(1 + most)
    const squares = count === 0 ? 0 : Math.max(1, lit ? Math.min(count, rows, Math.max(Math.round(part * rows), count <= 3 ? count : 1)) : Math.round(part * rows))
    return { x: i * pitch, squares, lit }
  })
  return { ...size, columns, side, pitch, base, cut: Math.min(width - Math.round(2 * ratio), cutColumn * pitch - Math.round((pitch - side) / 2)) }
}

/** Draws the line; `low` and `high` name its two ends. */
export function drawLine(g: CanvasRenderingContext2D, layout: LineLayout, ink: Ink, low: string, high: string) {
  const { columns, side, pitch, base, ratio } = layout
  const bright: [number, number][] = []
  g.fillStyle = ink.pixel
  for (const column of columns) {
    for (let k = 0; k < column.squares; k++) {
      const y = base - (k + 1) * pitch
      if (column.lit) bright.push([column.x, y])
      else g.fillRect(column.x, y, side, side)
    }
  }
  for (const [x, y] of bright) litSquare(g, ink, x, y, side, ratio)
  const thick = Math.max(1, Math.round(2 * ratio))
  const head = Math.round(8 * ratio)
  const cut = Math.max(0, layout.cut)
  g.fillStyle = ink.text
  g.fillRect(cut, 0, thick, base + Math.round(2 * ratio))
  g.fillRect(Math.max(0, cut + (thick >> 1) - (head >> 1)), 0, head, head)
  g.font = axisFont(ink, ratio)
  g.textBaseline = 'alphabetic'
  const y = layout.height - Math.round(5 * ratio)
  g.textAlign = 'left'
  g.fillStyle = ink.faint
  g.fillText(low, 0, y)
  g.textAlign = 'right'
  g.fillStyle = ink.muted
  g.fillText(high, layout.width, y)
}
