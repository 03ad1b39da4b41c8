import type { Folder, Narrow } from '$lib/api'
import { t } from '$lib/text'

/** Scope is what filters leave, in words: “from 2019 to 2026”, “in “Scans””; and the one change that would widen it most. */
export interface Scope {
  words: string
  widen: { label: string; part: Partial<Narrow> } | null
}

/** scopeOf says what filters leave. */
export function scopeOf(narrow: Narrow, folders: readonly Folder[]): Scope {
  const words: string[] = []
  let widen: Scope['widen'] = null
  if (narrow.min_rating > 0) {
    words.push(t.photos.scopeRating(narrow.min_rating))
    widen = { label: t.photos.widenRating, part: { min_rating: 0 } }
  }
  if (narrow.favourite) {
    words.push(t.photos.scopeFavourite)
    widen = { label: t.photos.widenFavourite, part: { favourite: false } }
  }
  if (narrow.folder !== '') {
    words.push(t.photos.scopeFolder(folders.find((f) => f.id === narrow.folder)?.name ?? ''))
    widen = { label: t.photos.widenFolder, part: { folder: '' } }
  }
  if (narrow.from_month !== 0 || narrow.to_month !== 0) {
    words.push(t.photos.scopeMonths(narrow.from_month, narrow.to_month))
    widen = { label: t.photos.widenMonths, part: { from_month: 0, to_month: 0 } }
  }
  return { words: words.join(', '), widen }
}
