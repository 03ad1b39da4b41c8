import type { PhotoSource } from './source'

/** How far from its old place a photo is looked for. */
const REACH = 512

/**
 * Where a photo is in a source that may have changed, looked for outward from where it was. Only what is known is looked
 * at; near itself where it is not found.
 */
export function placeOf(source: PhotoSource, id: string, near: number): number {
  for (let by = 0; by <= REACH; by++) {
    if (near + by < source.count && source.idAt(near + by) === id) return near + by
    if (by > 0 && near - by >= 0 && source.idAt(near - by) === id) return near - by
  }
  return near
}
