import { placeOf } from './place'
import { PhotoList, type PhotoSource } from './source'

/** The views of the page. */
export const VIEWS = ['photos', 'models', 'settings', 'failures', 'folders'] as const
export type View = (typeof VIEWS)[number]

/** The photo that fills the window, and those left and right of it. */
export interface Viewing {
  source: PhotoSource
  index: number
  id: string
}

/** Where in the page one is. Kept in the address, so that a reload leads back. */
export class Navigation {
  view = $state<View>('photos')
  viewer = $state.raw<Viewing | null>(null)
  /** What a view shall show first, such as a setting's key. */
  focus = $state('')
  /** Where the photo of the viewer was before a reload, until its neighbours are there again. */
  lost: { kind: PhotoSource['kind']; index: number; id: string } | null = null

  /** Shows a view. The viewer closes. */
  go(view: View, focus = ''): void {
    this.viewer = null
    this.view = view
    this.focus = focus
    this.#keep()
  }

  /** Lets a photo fill the window: of a source, or by itself. */
  open(id: string, source?: PhotoSource, index = 0): void {
    this.viewer = source ? { source, index, id } : { source: new PhotoList([id]), index: 0, id }
    this.#keep()
  }

  /** Opens the photo so many places further. False where there is none, or its id is not known yet. */
  step(by: number): boolean {
    const now = this.viewer
    if (!now) return false
    const index = now.index + by
    const id = now.source.idAt(index)
    if (id === undefined) return false
    this.viewer = { source: now.source, index, id }
    this.#keep()
    return true
  }

  /** Finds the photo on show again in a source that changed. */
  settle(): void {
    const now = this.viewer
    const there = now?.source.idAt(now.index)
    if (!now || there === undefined || there === now.id) return
    const index = placeOf(now.source, now.id, now.index)
    if (index === now.index) return
    this.viewer = { ...now, index }
    this.#keep()
  }

  /** Closes the viewer. */
  close(): void {
    this.viewer = null
    this.#keep()
  }

  /** Puts the photo of the viewer back among its neighbours, if it is still in its place there. */
  rejoin(source: PhotoSource): void {
    const { lost, viewer } = this
    if (!lost || lost.kind !== source.kind || lost.id !== viewer?.id || source.idAt(lost.index) !== lost.id) return
    this.lost = null
    this.viewer = { source, index: lost.index, id: lost.id }
    this.#keep()
  }

  /** Goes to where the address says. What it does not say is left as it is. */
  restore(hash: string): void {
    const [view, id, place] = hash.replace(/^#\/?/, '').split('/')
    if (VIEWS.some((known) => known === view)) this.view = view as View
    this.viewer = null
    this.lost = null
    if (!id || !/^[0-9a-f]{64}$/.test(id)) return
    this.viewer = { source: new PhotoList([id]), index: 0, id }
    const [, kind, index] = /^(listing|answer)-(\d{1,9})$/.exec(place ?? '') ?? []
    if (kind) this.lost = { kind: kind as PhotoSource['kind'], index: Number(index), id }
  }

  /** The address of where one is. */
  get hash(): string {
    const { viewer } = this
    if (!viewer) return `#/${this.view}`
    const place = viewer.source.kind === 'list' ? '' : `/${viewer.source.kind}-${viewer.index}`
    return `#/${this.view}/${viewer.id}${place}`
  }

  #keep(): void {
    history.replaceState(null, '', this.hash)
  }
}
