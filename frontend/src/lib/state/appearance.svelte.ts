import type { Theme } from '$lib/api'

/** Where public/theme.js finds the theme at the next start. */
const KEY = 'pd.theme'

/** What the page looks like: theme, motion, width. */
export class Appearance {
  theme = $state<Theme>('system')
  dark = $state(false)
  reducedMotion = $state(false)
  /** Under 900 px: no names in the rail, smaller margins. */
  narrow = $state(false)

  #system = false

  /** Watches the system until the returned function is called. */
  start(): () => void {
    try {
      const kept = localStorage.getItem(KEY)
      if (kept === 'light' || kept === 'dark') this.theme = kept
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
