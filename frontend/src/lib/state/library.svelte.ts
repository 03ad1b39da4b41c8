import { api as bound, onDrop, onState, type Api, type Drop } from '$lib/api'
import { t } from '$lib/text'
import { Appearance } from './appearance.svelte'
import { Decisions } from './decisions.svelte'
import { Lens } from './lens.svelte'
import { Listing, type ListingReader } from './listing.svelte'
import { Navigation } from './navigation.svelte'
import { Overlays } from './overlays.svelte'
import { Overview } from './overview.svelte'
import { Program } from './program.svelte'
import { Recent } from './recent.svelte'
import { Removals } from './removals.svelte'
import { Search } from './search.svelte'
import { Selection } from './selection.svelte'
import { Toasts } from './toasts.svelte'

/** All state of the page, each part once, and what ties the parts together. */
export class Library {
  readonly program: Program
  readonly navigation = new Navigation()
  readonly listing: Listing
  readonly overview: Overview
  readonly search: Search
  readonly selection = new Selection()
  readonly appearance = new Appearance()
  readonly toasts = new Toasts()
  readonly recent = new Recent()
  readonly overlays = new Overlays()
  readonly lens = new Lens()
  readonly decisions: Decisions
  readonly removals: Removals

  constructor(
    readonly api: Api = bound,
    reader?: ListingReader,
  ) {
    this.program = new Program(api)
    this.listing = new Listing(reader)
    this.overview = new Overview(reader)
    this.search = new Search(api)
    this.decisions = new Decisions(api)
    this.removals = new Removals(api, (thrown) => this.toasts.error(thrown))
  }

  /** Listens to the program until the returned function is called. */
  start(): () => void {
    this.navigation.restore(location.hash)
    const ends = [
      this.appearance.start(),
      this.program.subscribe((now, before) => {
        this.appearance.set(now.appearance.theme)
        this.listing.changed(now.library.listing)
        this.overview.changed(now)
        // What the photos show becomes known little by little: the same question finds more.
        if (before && before.library.seen !== now.library.seen && this.search.active && !this.search.pending) this.#again()
      }),
      this.search.onNarrow((narrow) => this.listing.narrowTo(narrow)),
      onState((state) => void this.program.pushed(state)),
      onDrop((drop) => this.dropped(drop)),
      () => clearTimeout(this.#timer),
    ]
    return () => ends.forEach((end) => end())
  }

  /** Takes in what was dropped on the window. */
  dropped(drop: Drop): void {
    if (drop.problem) this.toasts.add(drop.problem, { level: 'error' })
    const picture = drop.pictures[0]
    if (picture && this.#begun()) {
      this.navigation.go('photos')
      void this.search.byPicture(picture)
    } else if (drop.folders.length > 0 && this.program.stage !== 'start') {
      this.navigation.go('folders')
    }
  }

  /** Looks for photos alike to a picture that was pasted, dropped or picked. Throws what is wrong with it. */
  async searchBy(picture: Blob, name: string): Promise<void> {
    if (!this.#begun()) return
    this.navigation.go('photos')
    await this.search.byBytes(picture, name)
  }

  /** Before a folder was chosen there is nothing to look in. */
  #begun(): boolean {
    if (this.program.stage !== 'start') return true
    this.toasts.add(t.drop.noPhotos)
    return false
  }

  #timer: ReturnType<typeof setTimeout> | undefined

  #again(): void {
    if (this.#timer !== undefined) return
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.search.run()
    }, 2000)
  }
}
