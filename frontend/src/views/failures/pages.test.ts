import { describe, expect, it } from 'vitest'
import { ApiError, type Failure } from '$lib/api'
import { FailurePages, PAGE } from './pages.svelte'

const failure = (i: number): Failure => ({ id: String(i), name: `${i}.jpg`, folder: 'f', kind: 'refused', reason: 'No photo.', at: '' })

function program(total: number) {
  const asked: number[] = []
  const api = {
    total,
    refuse: '',
    async failures(offset: number, limit: number) {
      asked.push(offset)
      if (api.refuse) throw new ApiError(api.refuse)
      return { total: api.total, items: Array.from({ length: Math.max(0, Math.min(limit, api.total - offset)) }, (_, i) => failure(offset + i)) }
    },
  }
  return { api, asked }
}

const settled = () => new Promise((resolve) => setTimeout(resolve))

describe('files that were set aside', () => {
  it('are read where they are looked at, each page once', async () => {
    const { api, asked } = program(100_000)
    const pages = new FailurePages(api)
    await pages.again()
    expect(pages.total).toBe(100_000)
    pages.look(5 * PAGE - 2, 5 * PAGE + 2)
    pages.look(5 * PAGE - 2, 5 * PAGE + 2)
    await settled()
    expect(asked).toEqual([0, 4 * PAGE, 5 * PAGE])
    expect(pages.at(5 * PAGE)?.name).toBe(`${5 * PAGE}.jpg`)
    expect(pages.at(50 * PAGE)).toBeUndefined()
  })
  it('stay until the new list is there, and end where it ends', async () => {
    const { api } = program(3)
    const pages = new FailurePages(api)
    await pages.again()
    api.total = 1
    const again = pages.again()
    expect(pages.at(2)?.name).toBe('2.jpg')
    await again
    expect(pages.at(2)).toBeUndefined()
    expect(pages.total).toBe(1)
  })
  it('say why they cannot be read, until they can', async () => {
    const { api } = program(3)
    const pages = new FailurePages(api)
    api.refuse = 'The disk is gone.'
    await pages.again()
    expect([pages.known, pages.problem]).toEqual([false, 'The disk is gone.'])
    api.refuse = ''
    await pages.again()
    expect([pages.known, pages.problem]).toEqual([true, ''])
  })
  it('ask nothing beyond the end', async () => {
    const { api, asked } = program(0)
    const pages = new FailurePages(api)
    await pages.again()
    pages.look(0, 50)
    await settled()
    expect(asked).toEqual([0])
  })
})
