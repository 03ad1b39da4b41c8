import { ApiError } from './bridge'
import type { Picture } from './types'

/** Address of the thumbnail of a photo, 320 px. */
export const thumb = (id: string): string => `/media/thumb/${id}`

/** Address of a photo fit for a screen. */
export const preview = (id: string): string => `/media/preview/${id}`

/** Address of the bytes of a photo's file. */
export const original = (id: string): string => `/media/original/${id}`

/** Address of a picture that is not of the library. */
export const pictureUrl = (token: string): string => `/media/picture/${token}`

/**
 * Hands a pasted or dropped picture to the program, to search by it. The bytes go, not the blob: WebKitGTK ends the whole
 * program when a blob is posted to an address of its own scheme.
 */
export async function postPicture(blob: Blob, name: string): Promise<Picture> {
  const body = await blob.arrayBuffer()
  const response = await fetch('/media/picture', { method: 'POST', body, headers: { 'X-Name': encodeURIComponent(name) } })
  if (!response.ok) throw new ApiError((await response.text()).trim() || response.statusText)
  return (await response.json()) as Picture
}

/** Why a picture at an address was not shown, in the program's own sentence; '' where it gives none. */
export async function mediaProblem(address: string): Promise<string> {
  const stop = new AbortController()
  try {
    const response = await fetch(address, { signal: stop.signal })
    if (response.ok || !response.headers.get('Content-Type')?.startsWith('text/plain')) return ''
    return (await response.text()).trim()
  } catch {
    return ''
  } finally {
    stop.abort() // of a picture that does come, nothing more is read
  }
}
