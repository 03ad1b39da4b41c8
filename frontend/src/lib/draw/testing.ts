// For tests alone: a context that keeps what was drawn.
import type { Names } from './axis'
import type { Ink } from './surface'

/** Each role has its own colour, so that a drawing can be read back. */
export const INK: Ink = {
  pixel: 'pixel',
  dim: 'dim',
  lit: 'lit',
  glows: false,
  text: 'text',
  muted: 'muted',
  faint: 'faint',
  ground: 'ground',
  panel: 'panel',
  yours: 'yours',
  font: 'sans-serif',
}

export const NAMES: Names = { unknown: 'No date', month: (month) => `${Math.floor(month / 12)}-${(month % 12) + 1}` }

export interface Drawn {
  x: number
  y: number
  width: number
  height: number
  colour: string
}

/** A context that keeps filled rectangles and texts. */
export function contextOf(): { g: CanvasRenderingContext2D; squares: Drawn[]; texts: string[] } {
  const squares: Drawn[] = []
  const texts: string[] = []
  const g = {
    fillStyle: '',
    globalAlpha: 1,
    font: '',
    textAlign: 'left',
    textBaseline: 'alphabetic',
    fillRect(x: number, y: number, width: number, height: number) {
      squares.push({ x, y, width, height, colour: this.fillStyle })
    },
    fillText(text: string) {
      texts.push(text)
    },
  }
  return { g: g as unknown as CanvasRenderingContext2D, squares, texts }
}
