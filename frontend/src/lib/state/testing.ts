/** What tests of the state put in place of the program. */
import type { Answer, Api, Hit, Model, Setting, State } from '$lib/api'
import { ApiError } from '$lib/api/bridge'
import type { ListingReader } from './listing.svelte'

const none = { id: '', revision: '', name: '', stage: '' }

/** A state of a library with photos. Parts go over those of its own. */
export function stateOf(seq: number, part: Partial<State> = {}): State {
  return {
    seq: String(seq),
    version: 'test',
    stage: 'library',
    snapshot: {
      version: 1, seq, at: '2026-01-01T00:00:00Z', ready: true,
      phases: [], models: [], other_models: [], workers: [], capabilities: [], caches: [], counters: {}, log: [],
      use: { answering: none, wanted: none, chosen: false, together: false },
      decoders: { processes: 0, limit: 1, queue: 0, in_flight: 0, retry_at: null },
      memory: { self_bytes: 0, workers_bytes: 0, tree_bytes: 0, budget_bytes: 0, limit_bytes: 0, budget_reason: '' },
      sandbox: { state: 'full', landlock_abi: 5, seccomp: true },
    },
    library: { photos: 2, files: 2, seen: 2, pending: 0, failed: 0, favourite: 0, listing: 'a', read_only: false, path: '~/library' },
    folders: [],
    index: { running: false, paused: false, cancelled: false, scanning: false, done: 0, total: 0, failed: 0, rate: 0, remaining_seconds: -1, current: '', keeper: '' },
    candidates: [],
    notices: [],
    appearance: { theme: 'system' },
    ...part,
  }
}

export const hitOf = (id: string): Hit => ({ id, width: 3, height: 2, name: `${id}.jpg`, taken: '', favourite: false, rating: 0, why: [], evidence: [] })

/** An answer with these hits. */
export const answerOf = (ids: string[], part: Partial<Answer> = {}): Answer => ({
  wrong: null, superseded: false, total: ids.length, took_ms: 1, model: '', stage: '', hits: ids.map(hitOf), clues: [], months: [], line: null, looked: ids.length, notes: [], ...part,
})

export const modelOf = (part: Partial<Model>): Model => ({
  graph: 'text', id: 'm', revision: '1', name: 'Model', stage: 'starter', state: 'ready', load_seconds: 1, from_cache: false, memory_bytes: 0, last_used: null, queue: 0, in_flight: 0, retry_at: null, ...part,
})

export const settingOf = (part: Partial<Setting>): Setting => ({
  key: 'search.limit', section: 'search', kind: 'whole', sentence: 'How many photos are found at first.', value: '200', standard: '200', low: '1', high: '1000', zero: '', choices: [], pending: false, ...part,
})

/** A program that refuses all but what is given. */
export function apiOf(part: Partial<Api> = {}): Api {
  const refuse = (name: string) => () => Promise.reject(new ApiError(`not there: ${name}`))
  return new Proxy(part, { get: (target, name) => Reflect.get(target, name) ?? refuse(String(name)) }) as Api
}

/** A listing of these photos. */
export const readerOf = (ids: string[] = []): ListingReader => ({
  columns: async () => ({ name: 'l', count: ids.length, day: new Int32Array(ids.length), aspect: new Uint16Array(ids.length), flags: new Uint8Array(ids.length) }),
  ids: async (_, block) => ids.slice(block * 256, block * 256 + 256),
})

/** A promise that is settled from outside. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (reason: unknown) => void } {
  let resolve!: (value: T) => void
  let reject!: (reason: unknown) => void
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}
