// What a camera wrote into a photo, as people write it.

import type { Photo } from '$lib/api'
import { format } from '$lib/text'

/** What exposure() reads. */
export type Exposed = Pick<Photo, 'focal_length' | 'aperture' | 'exposure' | 'iso'>

/** "23 mm, ƒ/4, 1/500 s, ISO 200"; parts that are not known are left out. */
export function exposure({ focal_length, aperture, exposure: seconds, iso }: Exposed): string {
  const parts: string[] = []
  if (focal_length > 0) parts.push(`${rounded(focal_length, focal_length < 10 ? 1 : 0)} mm`)
  if (aperture > 0) parts.push(`ƒ/${rounded(aperture, 1)}`)
  if (seconds > 0) parts.push(format.exposure(seconds))
  if (iso > 0) parts.push(`ISO ${iso}`)
  return parts.join(', ')
}

/** "38.7139° N, 9.1394° W". */
export function coordinates(latitude: number, longitude: number): string {
  const half = (degrees: number, [plus, minus]: [string, string]): string => `${Math.abs(degrees).toFixed(4)}° ${degrees < 0 ? minus : plus}`
  return `${half(latitude, ['N', 'S'])}, ${half(longitude, ['E', 'W'])}`
}

/** Names of formats that are no plain capitals. */
const FORMATS: Record<string, string> = { webp: 'WebP' }

/** "JPEG", "WebP", "CR2". */
export function formatName(format: string): string {
  return FORMATS[format] ?? format.toUpperCase()
}

const SHOWN_BY_BROWSERS = new Set(['jpeg', 'png', 'gif', 'webp', 'avif', 'bmp'])

/** Whether the window can draw a file of this format itself. */
export function isShownAsItIs(format: string): boolean {
  return SHOWN_BY_BROWSERS.has(format)
}

/** The headline of a photo: what a person wrote comes before what a model did. */
export function headline(photo: Pick<Photo, 'title' | 'description' | 'caption'>): { text: string; from: 'title' | 'description' | 'caption' | '' } {
  for (const from of ['title', 'description', 'caption'] as const) {
    const text = photo[from].trim()
    if (text) return { text, from }
  }
  return { text: '', from: '' }
}

function rounded(number: number, digits: number): string {
  return String(Number(number.toFixed(digits)))
}
