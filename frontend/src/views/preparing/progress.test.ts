import { describe, expect, it } from 'vitest'
import type { Capability, Index, LibraryCounts, Model, Phase, State } from '$lib/api'
import { headline, steps, unlocks } from './progress'

interface Parts {
  index?: Partial<Index>
  library?: Partial<LibraryCounts>
  model?: Partial<Model>
  phases?: Phase[]
  capabilities?: Capability[]
}

function stateOf({ index, library, model, phases = [], capabilities = [] }: Parts): State {
  return {
    index: { running: true, paused: false, cancelled: false, scanning: false, done: 62, total: 100, failed: 0, rate: 14, remaining_seconds: 480, current: '', keeper: '', ...index },
    library: { photos: 62, files: 100, seen: 62, pending: 38, failed: 0, favourite: 0, listing: '', read_only: false, path: '', ...library },
    snapshot: { phases, capabilities, models: [{ graph: 'image', state: 'ready', load_seconds: 2.1, ...model }] },
  } as unknown as State
}

const step = (state: State, id: string) => steps(state).find((s) => s.id === id)!

describe('how far preparing is', () => {
  it('is a percentage and the time that is left', () => {
    expect(headline(stateOf({}))).toEqual({ percent: 62, rest: 'about 8 min left' })
  })

  it('says what holds it up rather than a time that does not run', () => {
    expect(headline(stateOf({ index: { paused: true } })).rest).toBe('Paused')
    expect(headline(stateOf({ index: { cancelled: true, paused: true } })).rest).toBe('Stopped before the first photo')
    expect(headline(stateOf({ index: { remaining_seconds: -1 } })).rest).toBe('time left not known yet')
    expect(headline(stateOf({ index: { scanning: true, done: 0, total: 0 }, library: { files: 40, pending: 40 } }))).toEqual({ percent: 0, rest: 'Finding photos' })
  })

  it('never exceeds all, and is all when nothing waits', () => {
    expect(headline(stateOf({ library: { pending: 0 } })).percent).toBe(100)
    expect(headline(stateOf({ library: { files: 10, pending: 12 } })).percent).toBe(0)
    expect(headline(stateOf({ library: { files: 0, pending: 0 } })).percent).toBe(0)
  })

  it('counts what was seen before the program was started', () => {
    const resumed = stateOf({ index: { done: 3, total: 41 } })
    expect(headline(resumed).percent).toBe(62)
    expect(step(resumed, 'index').value).toBe('62')
  })
})

describe('the steps', () => {
  it('stand one after the other', () => {
    expect(steps(stateOf({})).map((s) => [s.id, s.state])).toEqual([
      ['scan', 'done'],
      ['models', 'done'],
      ['index', 'now'],
    ])
    const early = stateOf({ index: { scanning: true, done: 0 }, library: { pending: 100 }, model: { state: 'loading', load_seconds: 0 } })
    expect(steps(early).map((s) => s.state)).toEqual(['now', 'now', 'waits'])
  })

  it('say why a model failed and what to do', () => {
    const failed = step(stateOf({ model: { state: 'failed', error: 'The file is damaged.', remedy: 'Install it again.' } }), 'models')
    expect(failed).toMatchObject({ state: 'failed', problem: 'The file is damaged. Install it again.' })
  })

  it('keep a model done that rests after it was used', () => {
    expect(step(stateOf({ model: { state: 'installed' } }), 'models').state).toBe('done')
    expect(step(stateOf({ model: { state: 'installed', load_seconds: 0 } }), 'models').state).toBe('waits')
  })
})

describe('what can be done', () => {
  const capability = (name: string, available: boolean, rest: Partial<Capability> = {}): Capability => ({ name, available, remaining_seconds: null, ...rest })

  it('unlocks with its scope', () => {
    const list = unlocks(stateOf({ capabilities: [capability('names', true), capability('search_words', true)] }))
    expect(list[0]).toMatchObject({ id: 'browse', now: true })
    expect(list[1]).toMatchObject({ id: 'words', now: true, note: 'for the 62 photos seen so far' })
  })

  it('is not promised while no photo was seen', () => {
    const list = unlocks(stateOf({ library: { seen: 0 }, capabilities: [capability('search_words', true)] }))
    expect(list[1]).toMatchObject({ now: false, note: 'from the first photo on' })
  })

  it('says why not, what to do, and when', () => {
    const list = unlocks(stateOf({ capabilities: [capability('search_picture', false, { reason: 'the model is being loaded', remaining_seconds: 3 })] }))
    expect(list[2]).toMatchObject({ now: false, note: 'the model is being loaded; in about 3 s' })
  })
})
