import { untrack } from 'svelte'
import { SvelteMap } from 'svelte/reactivity'
import type { Api } from '$lib/api'

/** What a person decided about a photo. */
export interface Decision {
  favourite: boolean
  rating: number
}

/** Photos of which the program is asked at most, before all are made favourites. */
const ASKED = 100

/** Favourites and ratings, as far as the page knows them. Changed at once, and put back where the program refuses. */
export class Decisions {
  #known = new SvelteMap<string, Partial<Decision>>()
  #noted = new WeakSet<object>()

  constructor(private readonly api: Pick<Api, 'setFavourite' | 'setRating' | 'photo'>) {}

  /** Notes what the program told of photos. What it told once is older than what was decided since: it is not noted again. */
  learn(photos: Iterable<{ id: string } & Decision>): void {
    if (this.#noted.has(photos)) return
    this.#noted.add(photos)
    untrack(() => {
      for (const { id, favourite, rating } of photos) {
        const old = this.#known.get(id)
        if (old?.favourite !== favourite || old.rating !== rating) this.#known.set(id, { favourite, rating })
      }
    })
  }

  /** What is known of a photo: all, a part, or nothing. */
  of(id: string): Partial<Decision> | undefined {
    return this.#known.get(id)
  }

  /** Whether all of these are favourites, as far as is known. */
  allFavourite(ids: readonly string[]): boolean {
    return ids.length > 0 && ids.every((id) => this.#known.get(id)?.favourite === true)
  }

  /** Makes all favourites; or none, if all are. Returns what holds now, and of which it did not before: none if there were too many to ask. */
  async toggleFavourite(ids: readonly string[]): Promise<{ on: boolean; changed: string[] }> {
    await this.#learnOf(ids)
    const on = !this.allFavourite(ids)
    const exact = ids.every((id) => this.#known.get(id)?.favourite !== undefined)
    const changed = exact ? ids.filter((id) => this.#known.get(id)?.favourite !== on) : []
    await this.setFavourite(ids, on)
    return { on, changed }
  }

  setFavourite(ids: readonly string[], on: boolean): Promise<void> {
    return this.#change(ids, { favourite: on }, () => this.api.setFavourite([...ids], on))
  }

  setRating(ids: readonly string[], stars: number): Promise<void> {
    return this.#change(ids, { rating: stars }, () => this.api.setRating([...ids], stars))
  }

  async #learnOf(ids: readonly string[]): Promise<void> {
    const unknown = ids.filter((id) => this.#known.get(id)?.favourite === undefined)
    if (unknown.length <= ASKED) this.learn(await Promise.all(unknown.map((id) => this.api.photo(id))))
  }

  async #change(ids: readonly string[], part: Partial<Decision>, write: () => Promise<void>): Promise<void> {
    const before = ids.map((id) => [id, this.#known.get(id)] as const)
    for (const [id, old] of before) this.#known.set(id, { ...old, ...part })
    try {
      await write()
    } catch (thrown) {
      for (const [id, old] of before) {
        if (old) this.#known.set(id, old)
        else this.#known.delete(id)
      }
      throw thrown
    }
  }
}
