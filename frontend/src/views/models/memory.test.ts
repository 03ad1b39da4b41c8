import { describe, expect, it } from 'vitest'
import type { Memory, Model, Worker } from '$lib/api'
import { byModel, memoryBar } from './memory'

const memory: Memory = { self_bytes: 1, workers_bytes: 2, tree_bytes: 3, budget_bytes: 1000, limit_bytes: 800, budget_reason: '' }
const worker = (role: string, memory_bytes: number): Worker => ({ role, pid: 1, nice: 0, state: 'idle', memory_bytes, unique_bytes: 0, in_flight: 0, answered: 0, restarts: 0 })
const model = (graph: string, memory_bytes: number, id = 'starter'): Model => ({
  graph, id, revision: '1', name: 'Starter', stage: 'starter', state: 'ready', load_seconds: 0, from_cache: false, memory_bytes, last_used: null, queue: 0, in_flight: 0, retry_at: null,
})

describe('the bar of memory', () => {
  it('adds up the workers by role, and counts a model once', () => {
    const bar = memoryBar(memory, [worker('decode', 50), worker('text', 100), worker('image', 200), worker('decode', 70)], [model('text', 100), model('image', 200)])
    expect(bar.pieces.map(({ role, bytes }) => [role, bytes])).toEqual([['text', 100], ['image', 200], ['decode', 120]])
    expect(bar.used).toBe(420)
    expect(bar.limit).toBeCloseTo(0.8)
    expect(bar.pieces.reduce((sum, { share }) => sum + share, 0)).toBeCloseTo(0.42)
  })
  it('counts a worker that loads', () => {
    expect(memoryBar(memory, [worker('text', 40)], [model('text', 0)]).used).toBe(40)
  })
  it('grows with what is taken beyond the budget', () => {
    const bar = memoryBar(memory, [worker('image', 2000)], [])
    expect(bar.pieces[0]?.share).toBe(1)
    expect(bar.limit).toBeCloseTo(0.4)
  })
  it('is empty, not broken, before anything runs', () => {
    expect(memoryBar({ ...memory, budget_bytes: 0, limit_bytes: 0 }, [], [])).toEqual({ pieces: [], used: 0, budget: 0, limit: 0 })
  })
})

describe('cards', () => {
  it('hold the graphs of one model', () => {
    const groups = byModel([model('text', 1), model('image', 1), model('text', 1, 'other')])
    expect(groups.map(({ id, graphs }) => [id, graphs.length])).toEqual([['starter', 2], ['other', 1]])
  })
  it('keep graphs without a model apart', () => {
    expect(byModel([model('text', 0, ''), model('image', 0, '')])).toHaveLength(2)
  })
})
