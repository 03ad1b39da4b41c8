import { describe, expect, it } from 'vitest'
import type { GraphState } from '$lib/api'
import { sentence } from '$lib/text'
import { deviceName, stateOf } from './words'

const STATES: GraphState[] = ['not_installed', 'downloading', 'installed', 'queued', 'loading', 'ready', 'unloading', 'failed']

describe('a graph', () => {
  it('has words of its own for each state', () => {
    const words = STATES.map((state) => stateOf({ state, in_flight: 0 }).text)
    expect(new Set(words).size).toBe(STATES.length)
    expect(words.every(Boolean)).toBe(true)
  })
  it('is lit only while it is at work', () => {
    expect(stateOf({ state: 'ready', in_flight: 0 }).kind).toBe('ready')
    expect(stateOf({ state: 'ready', in_flight: 2 })).toMatchObject({ kind: 'busy', icon: null })
    expect(stateOf({ state: 'loading', in_flight: 0 }).kind).toBe('busy')
  })
})

it('devices have names', () => {
  expect(deviceName('cpu')).toBe('Processor')
  expect(deviceName('directml')).toBe('directml')
  expect(deviceName(undefined)).toBe('')
})

it('what the program says becomes a sentence', () => {
  expect(sentence('the model is not in memory yet')).toBe('The model is not in memory yet.')
  expect(sentence('Done.')).toBe('Done.')
  expect(sentence(' ')).toBe('')
})
