import { describe, expect, it } from 'vitest'
import type { Api, Candidate, State } from '$lib/api'
import { Library } from '$lib/state'
import { Offer } from './offer.svelte'

const candidate = (id: string, rest: Partial<Candidate> = {}): Candidate => ({
  id,
  name: id,
  path: `/${id}`,
  kind: 'pictures',
  state: 'counted',
  problem: '',
  photos: 10,
  bytes: 1000,
  names_seconds: 1,
  meaning_seconds: 5,
  months: [{ month: 24240, count: 10 }],
  ...rest,
})

function offerOf(candidates: Candidate[], refusal?: string): { offer: Offer; calls: unknown[][]; library: Library } {
  const calls: unknown[][] = []
  const api = new Proxy({} as Api, {
    get: (_, method) => (...args: unknown[]) => {
      calls.push([method, ...args])
      return refusal === undefined ? Promise.resolve(null) : Promise.reject(new Error(refusal))
    },
  })
  const library = new Library(api)
  library.program.state = { candidates, stage: 'start' } as unknown as State
  return { offer: new Offer(library), calls, library }
}

const ids = (offer: Offer) => offer.picked.map((c) => c.id)

describe('what Start offers', () => {
  it('is the own folder as long as nothing else is meant', () => {
    expect(ids(offerOf([candidate('pictures')]).offer)).toEqual(['pictures'])
    expect(ids(offerOf([candidate('pictures'), candidate('trip', { kind: 'dropped' })]).offer)).toEqual(['trip'])
  })

  it('is the folder that was in the library last where there is no other', () => {
    const [last, before] = [candidate('last', { kind: 'known' }), candidate('before', { kind: 'known' })]
    expect(ids(offerOf([last, before]).offer)).toEqual(['last'])
    expect(offerOf([last, before]).offer.known).toBe(true)
    expect(ids(offerOf([{ ...last, state: 'failed', problem: 'It does not answer.' }, before]).offer)).toEqual(['before'])
    expect(ids(offerOf([last, candidate('pictures')]).offer)).toEqual(['pictures'])
    expect(ids(offerOf([last, candidate('trip', { kind: 'chosen' })]).offer)).toEqual(['trip'])
    expect(offerOf([last, candidate('pictures')]).offer.known).toBe(false)
  })

  it('takes the own folder still where the other cannot be read', () => {
    const { offer } = offerOf([candidate('pictures'), candidate('trip', { kind: 'dropped', state: 'failed', problem: 'It cannot be read.' })])
    expect(ids(offer)).toEqual(['pictures'])
  })

  it('can be ticked and unticked', () => {
    const { offer } = offerOf([candidate('pictures'), candidate('trip', { kind: 'chosen' })])
    offer.pick('pictures', true)
    expect(ids(offer)).toEqual(['pictures', 'trip'])
    offer.pick('trip', false)
    expect(ids(offer)).toEqual(['pictures'])
  })

  it('adds up, and does not know a time while one part of it is not known', () => {
    const both = [candidate('a', { kind: 'chosen' }), candidate('b', { kind: 'chosen', state: 'counting', meaning_seconds: -1 })]
    expect(offerOf(both).offer.total).toEqual({ photos: 20, bytes: 2000, names: 2, meaning: -1, counting: true })
    expect(offerOf(both).offer.months.total).toBe(20)
  })

  it('says that a folder is empty only once it was counted', () => {
    expect(offerOf([candidate('a', { photos: 0, state: 'counting' })]).offer.empty).toBe(false)
    expect(offerOf([candidate('a', { photos: 0 })]).offer.empty).toBe(true)
  })

  it('has each folder counted once', async () => {
    const { offer, calls } = offerOf([candidate('a', { state: 'new' }), candidate('b', { state: 'counted' }), candidate('c', { state: 'new', problem: 'away' })])
    await offer.count()
    await offer.count()
    expect(calls).toEqual([['survey', 'a']])
  })

  it('adds what was picked, and lets the strip know what to expect', async () => {
    const { offer, calls, library } = offerOf([candidate('a')])
    await offer.accept()
    expect(calls).toEqual([['addFolders', ['a']]])
    expect(library.overview.months.total).toBe(10)
  })

  it('says why a folder was not added', async () => {
    const { offer, library } = offerOf([candidate('a')], 'The folder is part of another one.')
    await offer.accept()
    expect(library.toasts.list.map((toast) => toast.text)).toEqual(['The folder is part of another one.'])
    expect(offer.busy).toBe(false)
    expect(library.overview.months.total).toBe(0)
  })
})
