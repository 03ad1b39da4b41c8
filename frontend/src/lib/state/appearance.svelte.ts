import type { Theme } from '$lib/api'

/** Where public/early.js finds the theme at the next start. */
const KEY = 'pd.theme'

/** Where the size of photos is kept between starts. */
const SIZE_KEY = 'pd.size'

/** What the page looks like: theme, motion, width. */
export class Appearance {
  theme = $state<Theme>('system')
  dark = $state(false)
  reducedMotion = $state(false)
  /** Under 900 px: no names in the rail, smaller margins. */
  narrow = $state(false)
  /** How large photos are when browsing: 0 small, 1 medium, 2 large. */
  photoSize = $state(1)

  #system = false

  /** Watches the system until the returned function is called. */
  start(): () => void {
    try {
      const kept = localStorage.getItem(KEY)
      if (kept === 'light' || kept === 'dark') this.theme = kept
      const size = Number(localStorage.getItem(SIZE_KEY) ?? 1)
      if (size === 0 || size === 2) this.photoSize = size
    } catch {
      // Storage may be off: the program tells the theme soon.
    }
    const ends = [
      watch('(prefers-color-scheme: dark)', (on) => {
        this.#system = on
        this.#apply()
      }),
      watch('(prefers-reduced-motion: reduce)', (on) => (this.reducedMotion = on)),
      watch('(max-width: 900px)', (on) => (this.narrow = on)),
    ]
    return () => ends.forEach((end) => end())
  }

  /** Takes over the theme of the settings. */
  set(theme: Theme): void {
    if (theme === this.theme) return
    this.theme = theme
    try {
      localStorage.setItem(KEY, theme)
    } catch {
      // Then the next start flashes once.
    }
    this.#apply()
  }

  /** Shows photos smaller or larger. */
  resize(size: number): void {
    this.photoSize = size
    try {
      localStorage.setItem(SIZE_KEY, String(size))
    } catch {
      // Then the next start begins at medium.
    }
  }

  #apply(): void {
    this.dark = this.theme === 'dark' || (this.theme === 'system' && this.#system)
    document.documentElement.dataset.theme = this.dark ? 'dark' : 'light'
  }
}

function watch(query: string, fn: (on: boolean) => void): () => void {
  const list = matchMedia(query)
  const changed = (): void => fn(list.matches)
  changed()
  list.addEventListener('change', changed)
  return () => list.removeEventListener('change', changed)
}
