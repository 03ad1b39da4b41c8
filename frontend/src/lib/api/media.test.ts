import { afterEach, expect, it, vi } from 'vitest'
import { postPicture } from './media'

afterEach(() => vi.unstubAllGlobals())

it('posts the bytes of a picture and never the blob itself', async () => {
  const asked: RequestInit[] = []
  vi.stubGlobal('fetch', async (_address: string, init: RequestInit) => {
    asked.push(init)
    return new Response(JSON.stringify({ token: 'abc', name: 'café.jpg' }))
  })
  const made = await postPicture(new Blob([new Uint8Array([1, 2, 3])]), 'café.jpg')
  expect(made).toEqual({ token: 'abc', name: 'café.jpg' })
  const body = asked[0]?.body
  expect(body).not.toBeInstanceOf(Blob)
  expect([...new Uint8Array(body as ArrayBuffer)]).toEqual([1, 2, 3])
  expect(asked[0]?.headers).toEqual({ 'X-Name': 'caf%C3%A9.jpg' })
})

it('passes on the sentence of a refusal', async () => {
  vi.stubGlobal('fetch', async () => new Response('This is no picture that can be searched by.', { status: 422 }))
  await expect(postPicture(new Blob([]), 'x')).rejects.toThrow('This is no picture that can be searched by.')
})
