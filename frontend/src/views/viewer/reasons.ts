import Camera from '@lucide/svelte/icons/camera'
import Eye from '@lucide/svelte/icons/eye'
import File from '@lucide/svelte/icons/file'
import Folder from '@lucide/svelte/icons/folder'
import MapPin from '@lucide/svelte/icons/map-pin'
import Tag from '@lucide/svelte/icons/tag'
import TextQuote from '@lucide/svelte/icons/text-quote'
import type { Hit, Reason, Source } from '$lib/api'
import type { IconComponent } from '$lib/actions'
import { t } from '$lib/text'

/** How a place where something was found is drawn: its icon, and its kind, which has a colour. */
export interface Sign {
  icon: IconComponent
  kind: 'seen' | 'words' | 'tag' | 'name'
}

const SIGNS: Record<string, Sign> = {
  meaning: { icon: Eye, kind: 'seen' },
  like: { icon: Eye, kind: 'seen' },
  caption: { icon: TextQuote, kind: 'words' },
  title: { icon: TextQuote, kind: 'words' },
  keyword: { icon: Tag, kind: 'tag' },
  tag: { icon: Tag, kind: 'tag' },
  file: { icon: File, kind: 'name' },
  folder: { icon: Folder, kind: 'name' },
  camera: { icon: Camera, kind: 'name' },
  place: { icon: MapPin, kind: 'name' },
}

/** The sign of a place. */
export function signOf(source: Source): Sign {
  return SIGNS[source] ?? { icon: Eye, kind: 'seen' }
}

/** "In the caption". */
export function foundIn(source: Source): string {
  const names: Record<string, string> = t.viewer.why.found
  return names[source] ?? t.viewer.why.found.other
}

/** The places that the words of the question do not tell already: where the clues say it was seen, "looks like it" adds nothing. */
export function reasonsOf(hit: Pick<Hit, 'why' | 'evidence'>): Reason[] {
  const told = new Set(hit.evidence.filter(({ level }) => level !== 'hollow').map(({ source }) => source))
  return hit.why.filter(({ source, text }) => text !== '' || (!told.has(source) && !(source === 'meaning' && hit.evidence.length > 0)))
}
