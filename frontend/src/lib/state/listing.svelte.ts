import { BLOCK, GoneError, fetchColumns, fetchIds, type Columns, type ListingQuery, type Narrow, type Order } from '$lib/api'
import type { PhotoSource } from './source'

/** Where a listing comes from; tests put a table in its place. */
export interface ListingReader {
  columns(query: ListingQuery): Promise<Columns>
  ids(name: string, block: number): Promise<string[]>
}

/** Blocks of ids that are kept: 512 × 256 photos. */
const KEPT = 512

/** Least time between two reads of the columns, in ms, and how often the time of the last one must have passed. */
const PAUSE = 1000
const PAUSE_FACTOR = 10

/** All photos of the library that are not narrowed away, in one order. Read as columns; ids follow where they are seen. */
export class Listing implements PhotoSource {
  readonly kind = 'listing'

  order = $state<Order>('taken')
  columns = $state.raw<Columns | null>(null)
  /** Why the columns could not be read, a sentence. */
  problem = $state('')
  /** Grows whenever ids arrive or go, so that what shows them is drawn anew. */
  version = $state(0)

  count = $derived(this.columns?.count ?? 0)

  #narrow: Narrow = { folder: '', from_month: 0, to_month: 0, favourite: false, min_rating: 0 }
  #blocks = new Map<number, string[]>()
  #reading = new Set<number>()
  #run = 0
  #mark = ''
  #lastTook = 0
  #lastEnd = -Infinity
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(
    private readonly reader: ListingReader = { columns: fetchColumns, ids: fetchIds },
    private readonly now: () => number = () => performance.now(),
  ) {}

  get query(): ListingQuery {
    const n = this.#narrow
    return { order: this.order, folder: n.folder, fromMonth: n.from_month, toMonth: n.to_month, favourite: n.favourite, rating: n.min_rating }
  }

  /** Lists in another order. */
  sort(order: Order): void {
    if (order === this.order) return
    this.order = order
    void this.reload()
  }

  /** Lists only what is not narrowed away. */
  narrowTo(narrow: Narrow): void {
    this.#narrow = narrow
    void this.reload()
  }

  /** Notes that the library's listing is now marked so. Reads it anew if that is news, but not in quick succession. */
  changed(mark: string): void {
    if (mark === this.#mark) return
    this.#mark = mark
    if (this.#timer !== undefined) return
    const due = this.#lastEnd + Math.max(PAUSE, PAUSE_FACTOR * this.#lastTook)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      void this.reload()
    }, Math.max(0, due - this.now()))
  }

  /** Reads the columns. An older read that ends later is dropped. */
  async reload(): Promise<void> {
    const run = ++this.#run
    const start = this.now()
    try {
      const columns = await this.reader.columns(this.query)
      if (run !== this.#run) return
      if (columns.name !== this.columns?.name) {
        this.#blocks.clear()
        this.#reading.clear()
      }
      this.columns = columns
      this.problem = ''
      this.version++
    } catch (thrown) {
      if (run === this.#run) this.problem = thrown instanceof Error ? thrown.message : String(thrown)
    } finally {
      if (run === this.#run) {
        this.#lastEnd = this.now()
        this.#lastTook = this.#lastEnd - start
      }
    }
  }

  idAt(index: number): string | undefined {
    void this.version
    if (index < 0 || index >= this.count) return undefined
    const block = Math.floor(index / BLOCK)
    const ids = this.#blocks.get(block)
    if (ids) return ids[index % BLOCK]
    void this.#read(block)
    return undefined
  }

  /** Id of the photo at index, read first if need be. */
  async idOf(index: number): Promise<string | undefined> {
    if (index < 0 || index >= this.count) return undefined
    const block = Math.floor(index / BLOCK)
    if (!this.#blocks.has(block)) await this.#read(block)
    return this.#blocks.get(block)?.[index % BLOCK]
  }

  async #read(block: number): Promise<void> {
    const name = this.columns?.name
    if (name === undefined || this.#reading.has(block)) return
    this.#reading.add(block)
    try {
      const ids = await this.reader.ids(name, block)
      if (name !== this.columns?.name) return
      this.#blocks.set(block, ids)
      if (this.#blocks.size > KEPT) this.#blocks.delete(this.#blocks.keys().next().value as number)
      this.version++
    } catch (thrown) {
      if (thrown instanceof GoneError && name === this.columns?.name) void this.reload()
    } finally {
      if (name === this.columns?.name) this.#reading.delete(block)
    }
  }
}
