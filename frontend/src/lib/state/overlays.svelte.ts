/** A menu for photos, or for another object, at a place of the window. */
export interface Menu {
  x: number
  y: number
  /** The photos; none if it is about something else. */
  ids: string[]
  /** What else it is about, by its name, and the ids of the actions that it has. */
  about?: { name: string; actions: readonly string[] }
}

/** What lies over the page: the palette, the list of keys, a menu. One at a time. */
export class Overlays {
  palette = $state(false)
  keys = $state(false)
  menu = $state.raw<Menu | null>(null)

  /** Whether keys belong to what lies over the page. */
  any: boolean = $derived(this.palette || this.keys || this.menu !== null)

  showPalette(): void {
    this.close()
    this.palette = true
  }

  showKeys(): void {
    this.close()
    this.keys = true
  }

  /** Opens a menu. */
  showMenu(menu: Menu): void {
    this.close()
    this.menu = menu
  }

  close(): void {
    this.palette = false
    this.keys = false
    this.menu = null
  }
}
