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

  /** Closes the viewer. */
  close(): void {
    this.viewer = null
    this.#keep()
  }

  /** Goes to where the address says. What it does not say is left as it is. */
  restore(hash: string): void {
    const [view, id] = hash.replace(/^#\/?/, '').split('/')
    if (VIEWS.some((known) => known === view)) this.view = view as View
    this.viewer = id && /^[0-9a-f]{64}$/.test(id) ? { source: new PhotoList([id]), index: 0, id } : null
  }

  /** The address of where one is. */
  get hash(): string {
    return `#/${this.view}${this.viewer ? `/${this.viewer.id}` : ''}`
  }

  #keep(): void {
    history.replaceState(null, '', this.hash)
  }
}
