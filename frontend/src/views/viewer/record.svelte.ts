import { ApiError, type Api, type Photo } from '$lib/api'

/** Photos that are remembered, so that going back and forth asks nothing. */
const KEPT = 32

/** What is known of the photo on the stage. Older answers never replace newer ones. */
export class PhotoRecord {
  photo = $state.raw<Photo | null>(null)
  /** Why there is none, a sentence. */
  problem = $state('')

  #id = ''
  #known = new Map<string, Photo>()

  constructor(
    private readonly api: Pick<Api, 'photo'>,
    /** Told of each photo that was read. */
    private readonly learn: (photo: Photo) => void = () => {},
  ) {}

  /** Shows this photo. What is remembered is there at once, and read anew all the same. */
  async show(id: string): Promise<void> {
    this.#id = id
    this.photo = this.#known.get(id) ?? null
    this.problem = ''
    await this.#read(id)
  }

  /** Reads the photo on show anew. */
  async again(): Promise<void> {
    if (this.#id) await this.#read(this.#id)
  }

  /** Reads a photo that is likely to be shown next. */
  async ahead(id: string | undefined): Promise<void> {
    if (!id || this.#known.has(id)) return
    try {
      this.#keep(await this.api.photo(id))
    } catch {
      // It is read again, and its problem told, when it is shown.
    }
  }

  async #read(id: string): Promise<void> {
    try {
      const photo = await this.api.photo(id)
      this.#keep(photo)
      if (id === this.#id) this.problem = ''
    } catch (thrown) {
      if (id === this.#id) this.problem = thrown instanceof ApiError ? thrown.sentence : String(thrown)
    }
  }

  #keep(photo: Photo): void {
    this.#known.delete(photo.id)
    this.#known.set(photo.id, photo)
    if (this.#known.size > KEPT) this.#known.delete(this.#known.keys().next().value ?? '')
    this.learn(photo)
    if (photo.id === this.#id) this.photo = photo
  }
}
