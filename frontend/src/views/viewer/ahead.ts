import { preview } from '$lib/api'

/** Pictures that are held, so that the window does not drop what was read ahead. */
const HELD = 6

/** Reads ahead what is likely to be looked at next. */
export class Ahead {
  #held = new Map<string, HTMLImageElement>()

  constructor(private readonly read: (id: string) => void) {}

  /** Reads the details and the previews of these photos, the likeliest first. */
  look(ids: readonly (string | undefined)[]): void {
    for (const id of ids) {
      if (id === undefined || this.#held.has(id)) continue
      const image = new Image()
      image.src = preview(id)
      this.#held.set(id, image)
      this.read(id)
    }
    while (this.#held.size > HELD) this.#drop(this.#held.keys().next().value ?? '')
  }

  end(): void {
    for (const id of [...this.#held.keys()]) this.#drop(id)
  }

  #drop(id: string): void {
    const image = this.#held.get(id)
    if (image && !image.complete) image.removeAttribute('src')
    this.#held.delete(id)
  }
}
