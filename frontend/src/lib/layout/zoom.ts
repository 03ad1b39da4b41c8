// The maths of looking closely: where a photo lies on the stage, at which scale, and what a wheel, a pinch or a drag
// makes of that. Pure functions over plain values; lib/state/lens.svelte.ts holds the state.

/** A width and a height. Of the stage in CSS pixels, of a photo in its own pixels. */
export interface Size {
  width: number
  height: number
}

/** A point, from the middle of the stage, in CSS pixels. */
export interface Point {
  x: number
  y: number
}

/** Where the photo lies: its middle against the middle of the stage, and CSS pixels for one pixel of the photo. */
export interface Place extends Point {
  scale: number
}

/** How much larger than life a small photo is shown when it fits: more only shows its squares. */
const LARGEST_FIT = 2
/** The largest scale, in device pixels for one pixel of the photo. */
const LARGEST = 8
/** What one press of + or − does. */
export const STEP = 1.5
/** Scales nearer than this are the same. */
const SAME = 1.001

/** The scale at which the whole photo is seen. */
export function fitScale(stage: Size, photo: Size): number {
  if (photo.width <= 0 || photo.height <= 0 || stage.width <= 0 || stage.height <= 0) return 1
  return Math.min(stage.width / photo.width, stage.height / photo.height, LARGEST_FIT)
}

/** The scale at which one pixel of the photo is one of the screen. */
export function lifeScale(density: number): number {
  return 1 / (density || 1)
}

/** The scales that are allowed, smallest first. A photo is never smaller than it fits. */
export function scaleRange(stage: Size, photo: Size, density: number): [number, number] {
  const fit = fitScale(stage, photo)
  return [fit, Math.max(fit * 4, LARGEST * lifeScale(density))]
}

/** The photo in the middle, whole. */
export function fitted(stage: Size, photo: Size): Place {
  return { scale: fitScale(stage, photo), x: 0, y: 0 }
}

/** Holds the photo on the stage: what is larger covers it, what is smaller stays in the middle. */
export function held(place: Place, stage: Size, photo: Size): Place {
  const room = (of: number, on: number): number => Math.max(0, (of * place.scale - on) / 2)
  const x = room(photo.width, stage.width)
  const y = room(photo.height, stage.height)
  return { scale: place.scale, x: clamp(place.x, -x, x), y: clamp(place.y, -y, y) }
}

/** Scales to a new scale; the part of the photo under the point stays there. */
export function scaledAt(place: Place, scale: number, at: Point, stage: Size, photo: Size, density: number): Place {
  const [low, high] = scaleRange(stage, photo, density)
  const to = clamp(scale, low, high)
  const by = to / place.scale
  return held({ scale: to, x: at.x - (at.x - place.x) * by, y: at.y - (at.y - place.y) * by }, stage, photo)
}

/** Moves by some CSS pixels. */
export function moved(place: Place, dx: number, dy: number, stage: Size, photo: Size): Place {
  return held({ scale: place.scale, x: place.x + dx, y: place.y + dy }, stage, photo)
}

/** The next scale in a direction: steps of a half, with a stop where the photo fits and one where it is life-sized. */
export function stepped(scale: number, direction: 1 | -1, fit: number, life: number): number {
  const to = direction > 0 ? scale * STEP : scale / STEP
  for (const stop of [fit, life]) {
    const between = direction > 0 ? scale * SAME < stop && stop <= to * SAME : to / SAME <= stop && stop < scale / SAME
    if (between) return stop
  }
  return to
}

/** What a double click does: life-sized, or twice as large where that would hardly differ, and back. */
export function toggled(scale: number, fit: number, life: number): number {
  if (scale > fit * SAME) return fit
  return life > fit * 1.25 ? life : fit * 2
}

/** Whether more than the whole photo is asked for. */
export function isZoomed(scale: number, fit: number): boolean {
  return scale > fit * SAME
}

/** What a turn of the wheel multiplies the scale by. A pinch on a touchpad arrives as a wheel with Ctrl held. */
export function wheelFactor(event: { deltaY: number; deltaMode: number; ctrlKey: boolean }): number {
  const lines = event.deltaMode === 1 ? 16 : event.deltaMode === 2 ? 400 : 1
  const by = clamp(event.deltaY * lines, -240, 240)
  return Math.exp(-by * (event.ctrlKey ? 0.01 : 0.0025))
}

/** What two fingers that moved make of the place: the photo under them stays under them. */
export function pinched(place: Place, before: [Point, Point], now: [Point, Point], stage: Size, photo: Size, density: number): Place {
  const was = middle(before)
  const is = middle(now)
  const spread = distance(before)
  const factor = spread > 0 ? distance(now) / spread : 1
  const scaled = scaledAt(place, place.scale * factor, was, stage, photo, density)
  return moved(scaled, is.x - was.x, is.y - was.y, stage, photo)
}

/** Whether a picture with so many pixels across is too coarse for a photo at this scale. */
export function isCoarse(pixels: number, photo: Size, scale: number, density: number): boolean {
  return pixels < Math.min(photo.width, photo.width * scale * density) * 0.98
}

function middle([a, b]: [Point, Point]): Point {
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }
}

function distance([a, b]: [Point, Point]): number {
  return Math.hypot(a.x - b.x, a.y - b.y)
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value)) + 0 // no −0
}
