import { SvelteMap } from 'svelte/reactivity'
import type { Api } from '$lib/api'

/** How long a removal can be undone, in ms. */
export const UNDO = 10_000

/** Folders that are about to leave the library. They leave when undoing is no longer offered; until then nothing happens. */
export class Removals {
  #timers = new SvelteMap<string, ReturnType<typeof setTimeout>>()

  constructor(
    private readonly api: Pick<Api, 'removeFolder'>,
    /** Told what went wrong. */
    private readonly failed: (thrown: unknown) => void,
  ) {}

  /** Whether a folder is about to leave. */
  has(folder: string): boolean {
    return this.#timers.has(folder)
  }

  /** Lets a folder leave, in a while. */
  begin(folder: string): void {
    clearTimeout(this.#timers.get(folder))
    this.#timers.set(folder, setTimeout(() => void this.#end(folder), UNDO))
  }

  /** Lets a folder stay. False: it has left. */
  undo(folder: string): boolean {
    clearTimeout(this.#timers.get(folder))
    return this.#timers.delete(folder)
  }

  async #end(folder: string): Promise<void> {
    try {
      await this.api.removeFolder(folder)
    } catch (thrown) {
      this.failed(thrown)
    } finally {
      this.#timers.delete(folder)
    }
  }
}
