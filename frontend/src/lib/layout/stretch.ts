/**
 * Stretch maps the place of a scroll bar to the place in a content that may be higher than browsers let an element be
 * (Firefox 17.9, Chromium and WebKit 33.5 million pixels). Near both ends a pixel of scrolling is a pixel of content.
 * In between, the map is steeper, but steps as short as a wheel's still move the content pixel by pixel; the bar follows
 * when scrolling rests.
 */
export class Stretch {
  /** at is the place in the content. */
  at = 0
  #bar = 0
  #content = 0
  #view = 0

  constructor(readonly limit = 8_000_000, readonly edge = 200_000) {}

  /** resize says how high the content and the view are. The place in the content stays; sync tells where the bar belongs. */
  resize(content: number, view: number): void {
    this.#content = Math.max(content, view)
    this.#view = view
    this.at = Math.min(this.at, this.#last)
    this.#bar = this.sync()
  }

  /** height is what the scrolled element should measure. */
  get height(): number {
    return Math.min(this.#content, this.limit)
  }

  /** shift is what to take from a place in the content to get its place in the scrolled element, now. */
  get shift(): number {
    return this.at - this.#bar
  }

  get #last(): number {
    return Math.max(0, this.#content - this.#view)
  }

  get #lastBar(): number {
    return Math.max(0, this.height - this.#view)
  }

  /** scrolled says that the bar was moved to a place; it returns the place in the content. */
  scrolled(bar: number): number {
    const moved = bar - this.#bar
    this.#bar = bar
    if (this.#content <= this.limit) this.at = bar
    else if (bar <= 0 || bar >= this.#lastBar || Math.abs(moved) > 2 * this.#view) this.at = this.content(bar)
    else this.at = Math.min(this.#last, Math.max(0, this.at + moved))
    return this.at
  }

  /** to moves to a place in the content; it returns where the bar belongs. */
  to(at: number): number {
    this.at = Math.min(this.#last, Math.max(0, at))
    this.#bar = this.sync()
    return this.#bar
  }

  /** settle brings the bar to where it belongs, for when scrolling rests; it returns that place. */
  settle(): number {
    this.#bar = this.sync()
    return this.#bar
  }

  /** sync is where the bar belongs for the place in the content. */
  sync(): number {
    if (this.#content <= this.limit) return this.at
    const { edge } = this
    if (this.at <= edge) return this.at
    if (this.at >= this.#last - edge) return this.#lastBar - (this.#last - this.at)
    return edge + ((this.at - edge) / (this.#last - 2 * edge)) * (this.#lastBar - 2 * edge)
  }

  /** content is the place in the content that a place of the bar stands for. */
  content(bar: number): number {
    if (this.#content <= this.limit) return bar
    const { edge } = this
    if (bar <= edge) return bar
    if (bar >= this.#lastBar - edge) return this.#last - (this.#lastBar - bar)
    return edge + ((bar - edge) / (this.#lastBar - 2 * edge)) * (this.#last - 2 * edge)
  }
}
