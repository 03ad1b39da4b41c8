import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Removals, UNDO } from './removals.svelte'

describe('removing a folder', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  function program(refuse = '') {
    const removed: string[] = []
    const failed: unknown[] = []
    const removals = new Removals({
      removeFolder: async (id) => {
        if (refuse) throw new Error(refuse)
        removed.push(id)
      },
    }, (thrown) => failed.push(thrown))
    return { removals, removed, failed }
  }

  it('waits as long as it can be undone', async () => {
    const { removals, removed } = program()
    removals.begin('1')
    await vi.advanceTimersByTimeAsync(UNDO - 1)
    expect([removals.has('1'), removed]).toEqual([true, []])
    await vi.advanceTimersByTimeAsync(1)
    expect([removals.has('1'), removed]).toEqual([false, ['1']])
    expect(removals.undo('1')).toBe(false)
  })
  it('does nothing once it is undone', async () => {
    const { removals, removed } = program()
    removals.begin('1')
    removals.begin('2')
    expect(removals.undo('1')).toBe(true)
    await vi.advanceTimersByTimeAsync(UNDO * 2)
    expect(removed).toEqual(['2'])
  })
  it('is asked for once, however often it is begun', async () => {
    const { removals, removed } = program()
    removals.begin('1')
    await vi.advanceTimersByTimeAsync(UNDO / 2)
    removals.begin('1')
    await vi.advanceTimersByTimeAsync(UNDO * 2)
    expect(removed).toEqual(['1'])
  })
  it('lets the folder stay where the program refuses, and says so', async () => {
    const { removals, failed } = program('The library can only be read.')
    removals.begin('1')
    await vi.advanceTimersByTimeAsync(UNDO)
    expect(removals.has('1')).toBe(false)
    expect(failed).toHaveLength(1)
  })
})
