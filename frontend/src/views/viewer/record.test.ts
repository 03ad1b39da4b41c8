import { describe, expect, it } from 'vitest'
import { ApiError, type Photo } from '$lib/api'
import { PhotoRecord } from './record.svelte'

const photo = (id: string, part: Partial<Photo> = {}): Photo => ({
  id, width: 10, height: 10, bytes: 1, format: 'jpeg', damaged: false, taken: '', taken_from: '', camera: '', lens: '', iso: 0, aperture: 0, exposure: 0, focal_length: 0,
  latitude: null, longitude: null, place: '', title: '', description: '', caption: '', keywords: [], tags: [], favourite: false, rating: 0, files: [], searchable: true, ...part,
})

/** A program that answers when told to. */
function program() {
  const asked: { id: string; answer: (photo: Photo) => void; refuse: (sentence: string) => void }[] = []
  const api = {
    photo: (id: string) => new Promise<Photo>((resolve, reject) => asked.push({ id, answer: resolve, refuse: (sentence) => reject(new ApiError(sentence)) })),
  }
  return { api, asked }
}

describe('the photo on show', () => {
  it('is the one asked for last, in whichever order answers come', async () => {
    const { api, asked } = program()
    const record = new PhotoRecord(api)
    const first = record.show('a')
    const second = record.show('b')
    asked[1]?.answer(photo('b'))
    await second
    asked[0]?.answer(photo('a'))
    await first
    expect(record.photo?.id).toBe('b')
  })

  it('is there at once when it was read before', async () => {
    const { api, asked } = program()
    const learned: string[] = []
    const record = new PhotoRecord(api, ({ id }) => learned.push(id))
    const ahead = record.ahead('a')
    asked[0]?.answer(photo('a', { title: 'known' }))
    await ahead
    void record.show('a')
    expect(record.photo?.title).toBe('known')
    expect(asked).toHaveLength(2) // and it is read anew
    expect(learned).toEqual(['a'])
  })

  it('keeps what it has and says why there is nothing newer', async () => {
    const { api, asked } = program()
    const record = new PhotoRecord(api)
    const shown = record.show('a')
    asked[0]?.refuse('This photo is gone.')
    await shown
    expect(record.photo).toBeNull()
    expect(record.problem).toBe('This photo is gone.')
  })
})
