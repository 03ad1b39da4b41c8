/** A menu for photos, at a place of the window. */
export interface PhotoMenu {
  x: number
  y: number
  ids: string[]
}

/** What lies over the page: the palette, the list of keys, a menu. One at a time. */
export class Overlays {
  palette = $state(false)
  keys = $state(false)
  menu = $state.raw<PhotoMenu | null>(null)

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

  /** Opens the menu of these photos. */
  showMenu(menu: PhotoMenu): void {
    this.close()
    this.menu = menu
  }

  close(): void {
    this.palette = false
    this.keys = false
    this.menu = null
  }
}
