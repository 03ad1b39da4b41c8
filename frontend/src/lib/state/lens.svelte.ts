import { fillScreen } from '$lib/api'
import { fitScale, fitted, held, isZoomed, lifeScale, moved, pinched, scaledAt, scaleRange, stepped, toggled, wheelFactor, type Place, type Point, type Size } from '$lib/layout/zoom'

const MIDDLE: Point = { x: 0, y: 0 }

/** How the viewer shows its photo, and how closely. Points are from the middle of the stage. */
export class Lens {
  /** Details beside the photo. */
  details = $state(true)
  /** Nothing but the photo and its bar, on the whole screen. */
  filled = $state(false)
  /** Of the stage, in CSS pixels. */
  stage = $state.raw<Size>({ width: 0, height: 0 })
  /** Of the photo, in its own pixels. */
  photo = $state.raw<Size>({ width: 0, height: 0 })
  /** Device pixels for one CSS pixel. */
  density = $state(1)

  #asked = $state.raw<Place | null>(null)

  #fits: number = $derived(fitScale(this.stage, this.photo))
  /** Where the photo lies. Whole, unless more was asked for. */
  place: Place = $derived(this.#asked ? held(this.#asked, this.stage, this.photo) : fitted(this.stage, this.photo))
  zoomed: boolean = $derived(isZoomed(this.place.scale, this.#fits))
  /** Device pixels for one pixel of the photo, in percent. */
  percent: number = $derived(this.place.scale * this.density * 100)
  atMost: boolean = $derived(this.place.scale >= scaleRange(this.stage, this.photo, this.density)[1] * 0.999)

  /** Shows the whole photo. */
  fit(): void {
    this.#asked = null
  }

  zoomIn(): void {
    this.#step(1)
  }

  zoomOut(): void {
    this.#step(-1)
  }

  /** Lets the photo fill the screen, or the window again. */
  fill(on = !this.filled): void {
    this.filled = on
    void fillScreen(on)
  }

  toggleDetails(): void {
    this.details = !this.details
  }

  /** Life-sized at this point, or whole again. */
  toggle(at: Point = MIDDLE): void {
    this.#scale(toggled(this.place.scale, this.#fits, lifeScale(this.density)), at)
  }

  wheel(event: Pick<WheelEvent, 'deltaY' | 'deltaMode' | 'ctrlKey'>, at: Point): void {
    this.#scale(this.place.scale * wheelFactor(event), at)
  }

  move(dx: number, dy: number): void {
    if (this.zoomed) this.#set(moved(this.place, dx, dy, this.stage, this.photo))
  }

  pinch(before: [Point, Point], now: [Point, Point]): void {
    this.#set(pinched(this.place, before, now, this.stage, this.photo, this.density))
  }

  #step(direction: 1 | -1): void {
    this.#scale(stepped(this.place.scale, direction, this.#fits, lifeScale(this.density)), MIDDLE)
  }

  #scale(to: number, at: Point): void {
    this.#set(scaledAt(this.place, to, at, this.stage, this.photo, this.density))
  }

  #set(place: Place): void {
    this.#asked = isZoomed(place.scale, this.#fits) ? place : null
  }
}
