import { describe, expect, test, vi } from 'vitest'
import type { State } from '$lib/api'
import { Program } from './program.svelte'
import { apiOf, deferred, modelOf, stateOf } from './testing'

describe('pushes', () => {
  test('each is taken in, in their order', async () => {
    const program = new Program(apiOf())
    const seen: string[] = []
    program.subscribe((now) => seen.push(now.seq))
    program.apply(stateOf(1))
    await program.pushed(stateOf(2))
    await program.pushed(stateOf(3))
    expect(seen).toEqual(['1', '2', '3'])
  })

  test('one that is older than what is known is dropped', async () => {
    const program = new Program(apiOf())
    program.apply(stateOf(5, { version: 'new' }))
    await program.pushed(stateOf(4, { version: 'old' }))
    expect(program.state?.version).toBe('new')
  })

  test('numbers are compared beyond what a double holds', async () => {
    const program = new Program(apiOf())
    program.apply({ ...stateOf(0), seq: '9007199254740993', version: 'new' })
    program.apply({ ...stateOf(0), seq: '9007199254740992', version: 'old' })
    expect(program.state?.version).toBe('new')
  })

  test('a gap makes the page ask, once at a time', async () => {
    const answer = deferred<State>()
    const state = vi.fn(() => answer.promise)
    const program = new Program(apiOf({ state }))
    program.apply(stateOf(1))
    const first = program.pushed(stateOf(4))
    const second = program.pushed(stateOf(9))
    expect(program.state?.seq).toBe('9')
    answer.resolve(stateOf(11))
    await Promise.all([first, second])
    expect(state).toHaveBeenCalledTimes(1)
    expect(program.state?.seq).toBe('11')
  })

  test('without a gap nothing is asked', async () => {
    const state = vi.fn()
    const program = new Program(apiOf({ state }))
    await program.pushed(stateOf(7)) // the first one the page hears of
    await program.pushed(stateOf(8))
    expect(state).not.toHaveBeenCalled()
  })

  test('where asking fails, the next gap asks again', async () => {
    const state = vi.fn<() => Promise<State>>().mockRejectedValueOnce(new Error('busy')).mockResolvedValueOnce(stateOf(9))
    const program = new Program(apiOf({ state }))
    program.apply(stateOf(1))
    await program.pushed(stateOf(3))
    await program.pushed(stateOf(6))
    expect(program.state?.seq).toBe('9')
  })

  test('who has left hears nothing', () => {
    const program = new Program(apiOf())
    const heard = vi.fn()
    program.subscribe(heard)()
    program.apply(stateOf(1))
    expect(heard).not.toHaveBeenCalled()
  })
})

test('models, phases and capabilities are found by name', () => {
  const program = new Program(apiOf())
  expect(program.can('search_words')).toBe(false)
  const state = stateOf(1)
  state.snapshot.models = [modelOf({ graph: 'image', name: 'Eye' })]
  state.snapshot.capabilities = [{ name: 'search_words', available: true, remaining_seconds: 0 }]
  state.snapshot.phases = [{ name: 'scan', state: 'running', percent: 4, remaining_seconds: null }]
  program.apply(state)
  expect(program.can('search_words')).toBe(true)
  expect(program.can('search_picture')).toBe(false)
  expect(program.model('image')?.name).toBe('Eye')
  expect(program.phase('scan')?.percent).toBe(4)
  expect(program.phase('index')).toBeUndefined()
})
