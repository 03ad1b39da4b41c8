import Camera from '@lucide/svelte/icons/camera'
import Eye from '@lucide/svelte/icons/eye'
import File from '@lucide/svelte/icons/file'
import MapPin from '@lucide/svelte/icons/map-pin'
import Tag from '@lucide/svelte/icons/tag'
import TextQuote from '@lucide/svelte/icons/text-quote'
import type { IconComponent } from '$lib/actions'
import type { Reason, Source } from '$lib/api'

/** Kinds of places where something was found. Each has an icon and a colour. */
export type Kind = 'seen' | 'words' | 'tag' | 'name' | 'camera' | 'place'

const KINDS: Record<string, Kind> = { meaning: 'seen', like: 'seen', caption: 'words', title: 'words', tag: 'tag', keyword: 'tag', file: 'name', folder: 'name', camera: 'camera', place: 'place' }
const ICONS: Record<Kind, IconComponent> = { seen: Eye, words: TextQuote, tag: Tag, name: File, camera: Camera, place: MapPin }

/** The kind of a source. */
export const kindOf = (source: Source): Kind => KINDS[source] ?? 'words'

/** The icon of a kind. */
export const iconOf = (kind: Kind): IconComponent => ICONS[kind]

/** The kinds of these reasons, each once, in their order. */
export const kindsOf = (why: readonly Reason[]): Kind[] => [...new Set(why.map((reason) => kindOf(reason.source)))]
