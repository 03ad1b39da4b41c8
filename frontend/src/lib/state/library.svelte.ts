import { api as bound, onDrop, onState, type Api, type Drop, type State } from '$lib/api'
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

/** Time after which the program is asked whether a push was lost, in ms. */
const HEARTBEAT = 15_000

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
    const beat = setInterval(() => this.program.state && void this.program.ask(), HEARTBEAT)
    const ends = [
      this.appearance.start(),
      this.program.subscribe((now, before) => this.#changed(now, before)),
      this.search.onNarrow((narrow) => this.listing.narrowTo(narrow)),
      onState((state) => void this.program.pushed(state)),
      onDrop((drop) => this.dropped(drop)),
      $effect.root(() => {
        $effect(() => {
          // A photo that was in the viewer before a reload gets its neighbours back when they are there.
          void this.listing.version
          void this.search.version
          if (this.navigation.lost) this.navigation.rejoin(this.navigation.lost.kind === 'answer' ? this.search : this.listing)
        })
      }),
      () => clearInterval(beat),
      () => clearTimeout(this.#timer),
    ]
    this.search.restore()
    return () => ends.forEach((end) => end())
  }

  #changed(now: State, before: State | null): void {
    this.appearance.set(now.appearance.theme)
    this.listing.changed(now.library.listing)
    this.overview.changed(now)
    // What the photos show becomes known little by little, and the model may come late: the same question finds more. Files
    // come, go and get other names. What a person decides of a photo, the listing's second number, changes no answer.
    if (!before || !this.search.active) return
    const words = (state: State): boolean => state.snapshot.capabilities.some((c) => c.name === 'search_words' && c.available)
    const files = (state: State): string | undefined => state.library.listing.split('.')[0]
    if (words(now) && !words(before)) void this.search.run()
    else if (before.library.seen !== now.library.seen || files(before) !== files(now)) this.#again()
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
