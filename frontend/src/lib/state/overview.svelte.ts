import { Flag, type Candidate, type State } from '$lib/api'
import { countBetween, countMonths, largerOf, monthsOf, NO_PHOTOS, type Months } from '$lib/draw/months'
import { Listing, type ListingReader } from './listing.svelte'

/** Months, both included; NO_MONTH both: photos without a date. */
export interface MonthRange {
  from: number
  to: number
}

/** The whole library by month, whatever is narrowed away: what the strip shows, and what ties it to the photos on screen. */
export class Overview {
  #listing: Listing

  /** Photos that are known, by month. */
  listed: Months = $derived.by(() => {
    const columns = this.#listing.columns
    return columns === null ? NO_PHOTOS : countMonths(columns.day)
  })
  /** Those of them that can be found by what they show. */
  seen: Months = $derived.by(() => {
    const columns = this.#listing.columns
    return columns === null ? NO_PHOTOS : countMonths(columns.day, columns.flags, Flag.seen)
  })
  /** What the walks of folders found by month before these were added, while photos still wait to be seen. */
  expected = $state.raw<Months>(NO_PHOTOS)
  /** The months that are on screen; null: no photos are, or not in the order of time. The grid sets it. */
  onScreen = $state.raw<MonthRange | null>(null)
  /** A month that the grid shall go to. Each wish is an object of its own. */
  wish = $state.raw<{ readonly month: number } | null>(null)

  /** All photos by month, those that are only expected too. */
  months: Months = $derived(largerOf(this.listed, this.expected))
  /** The month of the photos that were seen last; 0: not known. */
  latest: number = $derived.by(() => {
    const before = this.#before
    this.#before = this.seen
    const month = grown(before, this.seen)
    if (month !== 0) this.#latest = month
    return this.#latest
  })

  #before: Months = NO_PHOTOS
  #latest = 0

  constructor(reader?: ListingReader, now?: () => number) {
    this.#listing = new Listing(reader, now)
  }

  /** Takes the program's state in; reads the photos' days anew where they may have changed. */
  changed(now: State): void {
    const { listing, seen, files, pending } = now.library
    this.#listing.changed(`${listing}/${seen}`)
    if (files > 0 && pending === 0 && !now.index.scanning) this.expected = NO_PHOTOS
  }

  /** Folders are being added: until their photos are seen, the strip shows what the walk found. */
  expect(candidates: readonly Candidate[]): void {
    this.expected = monthsOf(candidates.flatMap((c) => c.months))
  }

  /** Asks the grid to go to a month. */
  go(month: number): void {
    this.wish = { month }
  }
}

/** The month that grew most from one count to the next, the newest if several did; 0: none. */
export function grown(before: Months, after: Months): number {
  // Read for the first time: that says nothing about which came last.
  if (before === NO_PHOTOS) return 0
  let month = 0
  let most = 0
  for (let i = after.counts.length - 1; i >= 0; i--) {
    const by = after.counts[i]! - countBetween(before, after.first + i, after.first + i)
    if (by > most) {
      most = by
      month = after.first + i
    }
  }
  return month
}
