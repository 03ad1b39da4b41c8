import { t } from '$lib/text'
import { ApiError } from './bridge'

/** Photos a block of ids holds. */
export const BLOCK = 256

/** The day of a photo without a date. */
export const NO_DAY = -2147483648

/** Bits of Columns.flags. */
export const Flag = { favourite: 1, seen: 2, damaged: 4, offline: 8 } as const

export type Order = 'taken' | 'added' | 'name' | 'size'

/** Which photos are listed, and in which order. */
export interface ListingQuery {
  order: Order
  folder: string
  fromMonth: number
  toMonth: number
  favourite: boolean
  rating: number
}

/** A listing of photos, a column for each thing that laying them out needs. */
export interface Columns {
  /** Names the listing in fetchIds. */
  name: string
  count: number
  /** Days since 1970-01-01 by the photo's own clock, or NO_DAY. */
  day: Int32Array
  /** Width over height, in thousandths; 0 if unknown. */
  aspect: Uint16Array
  flags: Uint8Array
}

/** The listing was given up: read its columns again. */
export class GoneError extends ApiError {}

const MAGIC = 0x314c4450 // "PDL1"
const aligned = (n: number): number => (n + 3) & ~3

/** Reads what /library/columns sends. */
export function parseColumns(name: string, data: ArrayBuffer): Columns {
  const bad = (): never => {
    throw new ApiError(t.app.damaged)
  }
  if (data.byteLength < 8) bad()
  const head = new DataView(data)
  if (head.getUint32(0, true) !== MAGIC) bad()
  const count = head.getUint32(4, true)
  const aspectAt = 8 + 4 * count
  const flagsAt = aspectAt + aligned(2 * count)
  if (data.byteLength < flagsAt + count) bad()
  return {
    name,
    count,
    day: new Int32Array(data, 8, count),
    aspect: new Uint16Array(data, aspectAt, count),
    flags: new Uint8Array(data, flagsAt, count),
  }
}

/** The query part of the address of a listing. */
export function listingAddress(query: ListingQuery): string {
  const parts = new URLSearchParams({ order: query.order })
  if (query.folder) parts.set('folder', query.folder)
  if (query.fromMonth) parts.set('from', String(query.fromMonth))
  if (query.toMonth) parts.set('to', String(query.toMonth))
  if (query.favourite) parts.set('favourite', '1')
  if (query.rating) parts.set('rating', String(query.rating))
  return `/library/columns?${parts}`
}

async function refused(response: Response): Promise<never> {
  const sentence = (await response.text()).trim() || response.statusText
  throw response.status === 410 ? new GoneError(sentence) : new ApiError(sentence)
}

/** Reads a listing. */
export async function fetchColumns(query: ListingQuery): Promise<Columns> {
  const response = await fetch(listingAddress(query))
  if (!response.ok) await refused(response)
  return parseColumns(response.headers.get('X-Listing') ?? '', await response.arrayBuffer())
}

const DIGITS = new TextEncoder().encode('0123456789abcdef')

/** Splits 32 bytes a photo into ids. All digits are written into one text, which is then cut: a block arrives in mid-scroll. */
export function parseIds(data: ArrayBuffer): string[] {
  const bytes = new Uint8Array(data)
  const count = Math.floor(bytes.length / 32)
  const digits = new Uint8Array(count * 64)
  for (let i = 0; i < count * 32; i++) {
    const byte = bytes[i] as number
    digits[2 * i] = DIGITS[byte >> 4] as number
    digits[2 * i + 1] = DIGITS[byte & 15] as number
  }
  const text = new TextDecoder().decode(digits)
  return Array.from({ length: count }, (_, photo) => text.slice(photo * 64, photo * 64 + 64))
}

/** Reads the ids of one block of a listing. Throws GoneError when the listing is no longer kept. */
export async function fetchIds(name: string, block: number): Promise<string[]> {
  const response = await fetch(`/library/ids/${name}/${block}`)
  if (!response.ok) await refused(response)
  return parseIds(await response.arrayBuffer())
}
