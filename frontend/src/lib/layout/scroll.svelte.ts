import { placeOf, rowAt, rowOf, sectionOf, type Layout } from './justified'
import { rowsWithin, type Rows } from './rows'
import { Stretch } from './stretch'

/** Screenfuls that are drawn above and below the one in view, so that a turn of the wheel shows photos at once. */
const OVERSCAN = 0.75

/** Above this speed, in screenfuls a second, photos are not loaded: they would be gone before they came. */
const FAST = 14

/** Time without scrolling after which it rests, in ms. */
const REST = 120

/** Content places are given relative to a base that moves in steps, so that numbers stay small in a tall content. */
const BASE = 1_000_000

/**
 * GridScroll ties a layout of photos to an element that scrolls: which rows are near the view, where they lie in the
 * element, and how the place is kept when the layout changes. What a scroll event costs does not depend on the photos.
 */
export class GridScroll {
  /** The rows to draw. */
  rows = $state.raw<Rows>({ first: 0, last: -1 })
  /** The first photo in view, and the last. */
  inView = $state.raw({ first: 0, last: -1 })
  /** Height of the element that holds the rows. */
  height = $state(0)
  /** What to take from a row's top to get its place within the moved element, and where that lies. */
  base = $state(0)
  offset = $state(0)
  /** Scrolling is too fast to load photos. */
  fast = $state(false)

  #stretch = new Stretch()
  #layout: Layout | null = null
  #element: HTMLElement | null = null
  #view = 0
  #after = 0
  #lastAt = 0
  #lastTime = 0
  #rest: ReturnType<typeof setTimeout> | undefined

  /** moved is called after each scroll event, once the new place is known. */
  constructor(private readonly moved?: () => void) {}

  /** Follows an element that scrolls until the returned function is called. */
  readonly attach = (element: HTMLElement): (() => void) => {
    this.#element = element
    const scrolled = (): void => this.#scrolled()
    const measure = new ResizeObserver(() => {
      this.#view = element.clientHeight
      this.#fit()
    })
    element.addEventListener('scroll', scrolled, { passive: true })
    measure.observe(element)
    this.#view = element.clientHeight
    this.#fit()
    return () => {
      element.removeEventListener('scroll', scrolled)
      measure.disconnect()
      clearTimeout(this.#rest)
      this.#element = null
    }
  }

  /** Where the view is in the content. */
  get at(): number {
    return this.#stretch.at
  }

  /** Height of the view. */
  get view(): number {
    return this.#view
  }

  /** Says how much lies in the element below the rows. */
  below(height: number): void {
    if (height === this.#after) return
    this.#after = height
    this.#fit()
  }

  /**
   * Takes a new layout. What was at the top of the view stays there: photo is where that photo is now, −1 if it is gone.
   * At the very top, the view stays at the top, so that new photos are seen coming.
   */
  take(layout: Layout, photo: (before: number) => number): void {
    const before = this.#layout
    this.#layout = layout
    let to = this.#stretch.at
    if (before !== null && before.rows > 0 && layout.rows > 0 && to > (before.top[0] ?? 0)) {
      const row = rowAt(before, to + 8)
      const past = to - (before.top[row] ?? 0)
      const now = photo(before.start[row] ?? 0)
      if (now >= 0) {
        const its = rowOf(layout, Math.min(now, layout.count - 1))
        to = (layout.top[its] ?? 0) + (past / Math.max(1, before.height[row] ?? 1)) * (layout.height[its] ?? 0)
      }
    }
    this.#stretch.resize(layout.total + this.#after, this.#view)
    this.#fit(Math.round(to))
  }

  /** Scrolls to a place in the content. */
  to(at: number): void {
    const bar = this.#stretch.to(at)
    if (this.#element) this.#element.scrollTop = bar
    this.#show()
  }

  /** Scrolls as little as is needed to see a photo, with the heading of its section if it is in the first row. */
  reveal(photo: number, aspect: Uint16Array): void {
    const layout = this.#layout
    if (!layout || photo < 0 || photo >= layout.count) return
    const place = placeOf(layout, aspect, photo)
    const row = rowOf(layout, photo)
    const section = sectionOf(layout, row)
    const heading = layout.sectionRow[section] === row ? (section === 0 ? layout.options.firstHeading : layout.options.heading) : 0
    const top = place.y - heading - 4
    const bottom = place.y + place.height + layout.options.under + 8
    if (top < this.at) this.to(top)
    else if (bottom > this.at + this.#view) this.to(bottom - this.#view)
  }

  #scrolled(): void {
    if (!this.#element) return
    const now = performance.now()
    const at = this.#stretch.scrolled(this.#element.scrollTop)
    const elapsed = Math.max(1, now - this.#lastTime)
    if (elapsed < REST) {
      const speed = (Math.abs(at - this.#lastAt) / Math.max(1, this.#view) / elapsed) * 1000
      if (speed > FAST) this.fast = true
    }
    this.#lastAt = at
    this.#lastTime = now
    clearTimeout(this.#rest)
    this.#rest = setTimeout(() => this.#rested(), REST)
    this.#show()
    this.moved?.()
  }

  #rested(): void {
    this.fast = false
    if (!this.#element) return
    const bar = this.#stretch.settle()
    if (Math.abs(this.#element.scrollTop - bar) > 1) this.#element.scrollTop = bar
    this.#show()
  }

  #fit(at = this.#stretch.at): void {
    if (!this.#layout) return
    this.#stretch.resize(this.#layout.total + this.#after, this.#view)
    this.height = Math.max(0, this.#stretch.height - this.#after)
    this.#stretch.to(at)
    const bar = this.#stretch.sync()
    // The element has its new height only once the page has been updated.
    if (this.#element && Math.abs(this.#element.scrollTop - bar) > 0.5) {
      this.#element.scrollTop = bar
      queueMicrotask(() => {
        if (this.#element && Math.abs(this.#element.scrollTop - bar) > 0.5) this.#element.scrollTop = bar
      })
    }
    this.#show()
  }

  #show(): void {
    const layout = this.#layout
    if (!layout) return
    const { at, shift } = this.#stretch
    const base = Math.floor(at / BASE) * BASE
    if (base !== this.base) this.base = base
    if (base - shift !== this.offset) this.offset = base - shift
    const near = rowsWithin(layout, at - this.#view * OVERSCAN, at + this.#view * (1 + OVERSCAN))
    if (near.first !== this.rows.first || near.last !== this.rows.last) this.rows = near
    const seen = rowsWithin(layout, at, at + this.#view - 1)
    // A row of which only the gap below is left is not in view; under a heading that is, its photos are.
    const past = seen.first < seen.last && (layout.top[seen.first] ?? 0) + (layout.height[seen.first] ?? 0) <= at
    const first = layout.start[past ? seen.first + 1 : seen.first] ?? 0
    const last = (layout.start[seen.last + 1] ?? 0) - 1
    if (first !== this.inView.first || last !== this.inView.last) this.inView = { first, last }
  }
}
