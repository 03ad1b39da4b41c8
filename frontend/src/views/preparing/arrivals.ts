import { ratio } from '$lib/layout/justified'

/** A photo that was just seen. */
export interface Arrival {
  readonly id: string
  /** Width over height, in thousandths; 0: not known. */
  readonly aspect: number
  /** When it begins to sharpen (performance.now()); null: it is shown as it is. */
  readonly since: number | null
}

/** A row of photos, the first to arrive at the left. */
export interface ArrivalRow {
  readonly key: string
  readonly photos: readonly Arrival[]
  /** In CSS pixels. */
  readonly height: number
  /** It fills the width and changes no more. */
  readonly full: boolean
}

/** The room that rows have, in CSS pixels. */
export interface ArrivalRoom {
  width: number
  wish: number
  gap: number
}

/** Photos that are kept, about. Older ones are in the library's own view. */
const KEPT = 160

/** Photos that sharpen at once, at most: with more, one would see no photo for cells. */
const SHARPENING = 12

/** How much taller than wished a row may be, rather than shorter with one photo more. */
const TALL = 1.3

/**
 * Photos that were just seen, in rows. A photo keeps its place within its row, and a full row its height, so that nothing
 * jumps while photos stream in: rows move down, one at a time.
 */
export class Arrivals {
  #rows: ArrivalRow[] = [] // oldest first
  #open: Arrival[] = []
  #known = new Set<string>()

  constructor(private room: ArrivalRoom) {}

  /** Newest row first. */
  get rows(): ArrivalRow[] {
    const rows = [...this.#rows]
    const first = this.#open[0]
    if (first) rows.push({ key: first.id, photos: [...this.#open], height: Math.round(Math.min(this.room.wish, this.#height(this.#open))), full: false })
    return rows.reverse()
  }

  /** Lays everything out anew in other room. */
  resize(room: ArrivalRoom): void {
    const photos = [...this.#rows.flatMap((row) => row.photos), ...this.#open]
    this.room = room
    this.#rows = []
    this.#open = []
    for (const photo of photos) this.#place(photo)
  }

  /**
   * Takes in the newest photos of the library, newest first. The newest of those that are new begin to sharpen one after
   * the other, spread over `spread` ms from `now` on; the others are shown as they are. False: none is new.
   */
  take(newest: readonly { id: string; aspect: number }[], now: number, spread: number): boolean {
    const added = newest.filter((p) => !this.#known.has(p.id)).slice(0, KEPT).reverse()
    const still = Math.max(0, added.length - SHARPENING)
    added.forEach((p, i) => {
      this.#known.add(p.id)
      this.#place({ ...p, since: i < still ? null : now + (spread * (i - still)) / (added.length - still) })
    })
    let kept = this.#rows.reduce((sum, row) => sum + row.photos.length, 0)
    while (this.#rows.length > 1 && kept - this.#rows[0]!.photos.length >= KEPT) {
      for (const gone of this.#rows.shift()!.photos) {
        this.#known.delete(gone.id)
        kept--
      }
    }
    return added.length > 0
  }

  #place(photo: Arrival): void {
    const { wish } = this.room
    const without = this.#height(this.#open)
    const next = this.#height([...this.#open, photo])
    if (this.#open.length > 0 && next < wish && without <= wish * TALL && without - wish < wish - next) {
      this.#close()
      this.#open.push(photo)
      return
    }
    this.#open.push(photo)
    if (next <= wish) this.#close()
  }

  #close(): void {
    this.#rows.push({ key: this.#open[0]!.id, photos: this.#open, height: Math.round(this.#height(this.#open)), full: true })
    this.#open = []
  }

  /** The height at which these photos fill the width. */
  #height(photos: readonly Arrival[]): number {
    const sum = photos.reduce((total, p) => total + ratio(p.aspect), 0)
    return sum === 0 ? Infinity : (this.room.width - this.room.gap * (photos.length - 1)) / sum
  }
}
