import { placeOf, placesIn, rowAt, rowOf, type Layout } from './justified'

/** Move is a step of the keyboard through photos. */
export type Move = 'left' | 'right' | 'up' | 'down' | 'home' | 'end' | 'page-up' | 'page-down'

const MOVES: Record<string, Move> = { ArrowLeft: 'left', ArrowRight: 'right', ArrowUp: 'up', ArrowDown: 'down', Home: 'home', End: 'end', PageUp: 'page-up', PageDown: 'page-down' }

/** moveOf is the move that a key stands for. */
export function moveOf(key: string): Move | undefined {
  return MOVES[key]
}

/**
 * step is the photo that a move leads to. aim is the horizontal place that up and down keep to, so that going down past a
 * short row and up again comes back; it is NaN before the first such move. page is the height of a screenful.
 */
export function step(layout: Layout, aspect: Uint16Array, photo: number, move: Move, aim: number, page: number): { photo: number; aim: number } {
  const last = layout.count - 1
  if (last < 0) return { photo: -1, aim: NaN }
  switch (move) {
    case 'left':
      return { photo: Math.max(0, photo - 1), aim: NaN }
    case 'right':
      return { photo: Math.min(last, photo + 1), aim: NaN }
    case 'home':
      return { photo: 0, aim: NaN }
    case 'end':
      return { photo: last, aim: NaN }
  }
  const row = rowOf(layout, photo)
  const from = placeOf(layout, aspect, photo)
  const x = Number.isNaN(aim) ? from.x + from.width / 2 : aim
  let to = row
  if (move === 'up') to = row - 1
  else if (move === 'down') to = row + 1
  else {
    const y = from.y + (move === 'page-down' ? page : -page)
    to = rowAt(layout, y)
    if (to === row) to = move === 'page-down' ? row + 1 : row - 1
  }
  if (to < 0 || to >= layout.rows) {
    if (move === 'page-up') return { photo: nearest(layout, aspect, 0, x), aim: x }
    if (move === 'page-down') return { photo: nearest(layout, aspect, layout.rows - 1, x), aim: x }
    return { photo, aim: x }
  }
  return { photo: nearest(layout, aspect, to, x), aim: x }
}

function nearest(layout: Layout, aspect: Uint16Array, row: number, x: number): number {
  let best = layout.start[row] ?? 0
  let distance = Infinity
  placesIn(layout, aspect, row, (photo, place) => {
    const d = x < place.x ? place.x - x : x > place.x + place.width ? x - place.x - place.width : 0
    if (d < distance) {
      distance = d
      best = photo
    }
  })
  return best
}

/** Range of rows: first to last, both included; last < first: none. */
export interface Rows {
  first: number
  last: number
}

/** rowsWithin are the rows that touch the heights from to to. */
export function rowsWithin(layout: Layout, from: number, to: number): Rows {
  if (layout.rows === 0) return { first: 0, last: -1 }
  return { first: rowAt(layout, from), last: rowAt(layout, to) }
}

/** browseWish is the height that rows should have when browsing; size is 0 small, 1 medium, 2 large. */
export function browseWish(windowWidth: number, size: number): number {
  const medium = clamp(windowWidth * 0.112, 104, 196)
  return Math.round(medium * (size <= 0 ? 0.68 : size >= 2 ? 1.55 : 1))
}

/**
 * hitWish is the height that rows of hits should have: fewer hits are shown larger, as large as together fill the view,
 * within reason. under is the room below each photo.
 */
export function hitWish(hits: number, width: number, height: number, under: number): number {
  const floor = clamp(width * 0.135, 128, 220)
  const ceiling = Math.max(floor, Math.min(420, height * 0.6))
  const area = (width * height * 0.7) / Math.max(1, hits)
  // A photo is about 1.4 times as wide as high: 1.4 h (h + under) = area.
  const h = (-under + Math.sqrt(under * under + (4 * area) / 1.4)) / 2
  return Math.round(clamp(h, floor, ceiling))
}

function clamp(x: number, low: number, high: number): number {
  return x < low ? low : x > high ? high : x
}
