/** Photos in an order: of the library, of an answer, or a few. What the viewer walks through. */
export interface PhotoSource {
  readonly kind: 'listing' | 'answer' | 'list'
  readonly count: number
  /** Id of the photo at index; undefined while it is being read, and outside of the source. */
  idAt(index: number): string | undefined
}

/** A few photos, such as those most alike to another. */
export class PhotoList implements PhotoSource {
  readonly kind = 'list'
  constructor(readonly ids: readonly string[]) {}
  get count(): number {
    return this.ids.length
  }
  idAt(index: number): string | undefined {
    return this.ids[index]
  }
}
