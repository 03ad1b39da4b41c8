const KEY = 'pd.recent'

/** Questions that are remembered. */
const MOST = 12

/** The questions asked lately, newest first. Kept in the page's own storage. */
export class Recent {
  list = $state.raw<string[]>(read())

  /** Remembers a question. Those that it grew out of are dropped. */
  add(text: string): void {
    const question = text.trim()
    if (question.length < 2) return
    const fold = question.toLowerCase()
    this.list = [question, ...this.list.filter((old) => !fold.startsWith(old.toLowerCase()))].slice(0, MOST)
    this.#write()
  }

  remove(text: string): void {
    this.list = this.list.filter((old) => old !== text)
    this.#write()
  }

  clear(): void {
    this.list = []
    this.#write()
  }

  #write(): void {
    try {
      localStorage.setItem(KEY, JSON.stringify(this.list))
    } catch {
      // Then they are forgotten with the window.
    }
  }
}

function read(): string[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]')
    return Array.isArray(kept) ? kept.filter((q): q is string => typeof q === 'string').slice(0, MOST) : []
  } catch {
    return []
  }
}
