import type { Api, Failure } from '$lib/api'

/** Files that are read at once. */
export const PAGE = 100

/** The files that were set aside, read page by page as they come into view. */
export class FailurePages {
  total = $state(0)
  /** Why the newest page could not be read, a sentence. */
  problem = $state('')
  /** Whether the first page is there. */
  known = $state(false)

  #pages = $state.raw<ReadonlyMap<number, Failure[]>>(new Map())
  #reading = new Set<number>()
  #run = 0

  constructor(private readonly api: Pick<Api, 'failures'>) {}

  /** The file at index; undefined while it is being read. */
  at(index: number): Failure | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE]
  }

  /** Reads what is missing from first up to last. */
  look(first: number, last: number): void {
    for (let page = Math.floor(Math.max(0, first) / PAGE); page * PAGE <= last && page * PAGE < Math.max(1, this.total); page++) {
      if (!this.#pages.has(page)) void this.#read(page)
    }
  }

  /** Reads all anew: files were set aside, or taken in. What was there stays until then. */
  async again(first = 0, last = 0): Promise<void> {
    const run = ++this.#run
    this.#reading.clear()
    const from = Math.floor(first / PAGE)
    const to = Math.max(from, Math.floor(last / PAGE))
    const pages = new Map<number, Failure[]>()
    try {
      for (let page = from; page <= to; page++) {
        const { total, items } = await this.api.failures(page * PAGE, PAGE)
        if (run !== this.#run) return
        pages.set(page, items)
        this.total = total
        if ((page + 1) * PAGE >= total) break
      }
      this.#pages = pages
      this.problem = ''
      this.known = true
    } catch (thrown) {
      if (run === this.#run) this.problem = said(thrown)
    }
  }

  async #read(page: number): Promise<void> {
    if (this.#reading.has(page)) return
    const run = this.#run
    this.#reading.add(page)
    try {
      const { total, items } = await this.api.failures(page * PAGE, PAGE)
      if (run !== this.#run) return
      this.total = total
      this.#pages = new Map(this.#pages).set(page, items)
      this.problem = ''
      this.known = true
    } catch (thrown) {
      if (run === this.#run) this.problem = said(thrown)
    } finally {
      if (run === this.#run) this.#reading.delete(page)
    }
  }
}

function said(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown)
}
