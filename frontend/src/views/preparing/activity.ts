/** Something that happened a moment ago. */
export interface Moment {
  /** HH:MM:SS */
  time: string
  text: string
}

const KEPT = 40

/** The folders into which the program looks, one after the other, as the page gets to know of them. */
export class Activity {
  #moments: Moment[] = []
  #known = new Set<string>()

  constructor(private readonly say: (folder: string) => string) {}

  /** Oldest first. */
  get moments(): readonly Moment[] {
    return this.#moments
  }

  /** Takes note of the file in hand. True if that is news. */
  take(current: string, now: Date): boolean {
    const folders = current.split(/[/\\]/).slice(0, -1).filter(Boolean)
    const folder = folders.slice(-2).join('/')
    const key = folders.join('/')
    if (folder === '' || this.#known.has(key)) return false
    // Several photos are in hand at once, so folders come back: each is told once, as long as it is remembered.
    if (this.#known.size > 2000) this.#known.clear()
    this.#known.add(key)
    const two = (n: number) => String(n).padStart(2, '0')
    const time = `${two(now.getHours())}:${two(now.getMinutes())}:${two(now.getSeconds())}`
    this.#moments = [...this.#moments, { time, text: this.say(folder) }].slice(-KEPT)
    return true
  }
}
