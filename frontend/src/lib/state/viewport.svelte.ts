import { NO_MONTH } from '$lib/draw/months'

/** What the photos on screen span in time, so that the strip and the grid move together. */
export class Viewport {
  /** Latest and earliest month on screen, as year*12 + month−1; NO_MONTH: none, or photos without a date. */
  to = $state(NO_MONTH)
  from = $state(NO_MONTH)
  /** Photos of the period at the top of the screen. */
  photos = $state(0)

  #listeners = new Set<(month: number) => void>()

  /** Says what is on screen now. */
  show(from: number, to: number, photos: number): void {
    this.from = from
    this.to = to
    this.photos = photos
  }

  /** Asks whatever shows photos by date to scroll to a month; NO_MONTH: to those without a date. False: nobody can. */
  goTo(month: number): boolean {
    for (const fn of this.#listeners) fn(month)
    return this.#listeners.size > 0
  }

  /** Calls fn with each month that is asked for. Returns what ends that. */
  onGoTo(fn: (month: number) => void): () => void {
    this.#listeners.add(fn)
    return () => this.#listeners.delete(fn)
  }
}
