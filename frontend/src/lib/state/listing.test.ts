import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { BLOCK, GoneError, type Columns, type ListingQuery } from '$lib/api'
import { Listing } from './listing.svelte'
import { deferred } from './testing'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const columnsOf = (name: string, count: number): Columns => ({ name, count, day: new Int32Array(count), aspect: new Uint16Array(count), flags: new Uint8Array(count) })
const idsOf = (name: string, block: number): string[] => Array.from({ length: BLOCK }, (_, i) => `${name}-${block * BLOCK + i}`)
const settle = () => vi.advanceTimersByTimeAsync(0)

describe('ids', () => {
  test('are read a block at a time, once, and announced', async () => {
    const ids = vi.fn(async (name: string, block: number) => idsOf(name, block))
    const listing = new Listing({ columns: async () => columnsOf('a', 1000), ids })
    await listing.reload()
    const before = listing.version
    expect(listing.idAt(300)).toBeUndefined()
    expect(listing.idAt(301)).toBeUndefined()
    await settle()
    expect(listing.version).toBeGreaterThan(before)
    expect(listing.idAt(300)).toBe('a-300')
    expect(listing.idAt(511)).toBe('a-511')
    expect(ids).toHaveBeenCalledTimes(1)
    expect(await listing.idOf(999)).toBe('a-999')
    expect(listing.idAt(1000)).toBeUndefined()
    expect(listing.idAt(-1)).toBeUndefined()
    expect(ids).toHaveBeenCalledTimes(2)
  })

  test('of a listing that was replaced meanwhile are dropped', async () => {
    const first = deferred<string[]>()
    let name = 'a'
    const listing = new Listing({ columns: async () => columnsOf(name, 10), ids: async (n, b) => (n === 'a' ? first.promise : idsOf(n, b)) })
    await listing.reload()
    listing.idAt(0)
    name = 'b'
    await listing.reload()
    first.resolve(idsOf('a', 0))
    await settle()
    expect(await listing.idOf(0)).toBe('b-0')
  })

  test('stay when the listing was read anew and is the same', async () => {
    const ids = vi.fn(async (name: string, block: number) => idsOf(name, block))
    const listing = new Listing({ columns: async () => columnsOf('a', 10), ids })
    await listing.reload()
    await listing.idOf(0)
    await listing.reload()
    expect(listing.idAt(0)).toBe('a-0')
    expect(ids).toHaveBeenCalledTimes(1)
  })

  test('that are no longer kept make the columns be read anew', async () => {
    let name = 'a'
    const listing = new Listing({
      columns: async () => columnsOf(name, 10),
      ids: async (n, b) => {
        if (n === 'a') throw new GoneError('gone')
        return idsOf(n, b)
      },
    })
    await listing.reload()
    name = 'b'
    listing.idAt(3)
    await settle()
    expect(listing.columns?.name).toBe('b')
    expect(await listing.idOf(3)).toBe('b-3')
  })

  test('are kept for a bounded number of blocks', async () => {
    const ids = vi.fn(async (name: string, block: number) => idsOf(name, block))
    const listing = new Listing({ columns: async () => columnsOf('a', 600 * BLOCK), ids })
    await listing.reload()
    for (let block = 0; block < 600; block++) await listing.idOf(block * BLOCK)
    expect(ids).toHaveBeenCalledTimes(600)
    await listing.idOf(599 * BLOCK)
    expect(ids).toHaveBeenCalledTimes(600)
    await listing.idOf(0)
    expect(ids).toHaveBeenCalledTimes(601)
  })
})

describe('columns', () => {
  test('an older read never replaces a newer one', async () => {
    const reads: ReturnType<typeof deferred<Columns>>[] = []
    const queries: ListingQuery[] = []
    const listing = new Listing({
      columns: (query) => {
        queries.push(query)
        const read = deferred<Columns>()
        reads.push(read)
        return read.promise
      },
      ids: async (n, b) => idsOf(n, b),
    })
    listing.sort('name')
    listing.narrowTo({ folder: 'f', from_month: 1, to_month: 2, favourite: true, min_rating: 3 })
    expect(queries[1]).toEqual({ order: 'name', folder: 'f', fromMonth: 1, toMonth: 2, favourite: true, rating: 3 })
    reads[1]?.resolve(columnsOf('new', 2))
    await settle()
    reads[0]?.resolve(columnsOf('old', 1))
    await settle()
    expect(listing.count).toBe(2)
  })

  test('are read anew on news only, and not in quick succession', async () => {
    let now = 0
    const columns = vi.fn(async () => {
      now += 300 // what a read takes
      return columnsOf('a', 1)
    })
    const listing = new Listing({ columns, ids: async (n, b) => idsOf(n, b) }, () => now)
    const pass = async (ms: number) => {
      now += ms
      await vi.advanceTimersByTimeAsync(ms)
    }
    listing.changed('1')
    await pass(0)
    expect(columns).toHaveBeenCalledTimes(1)
    listing.changed('1')
    listing.changed('2')
    listing.changed('3')
    await pass(2900)
    expect(columns).toHaveBeenCalledTimes(1)
    await pass(200)
    expect(columns).toHaveBeenCalledTimes(2)
  })

  test('that cannot be read leave the old ones, and a sentence', async () => {
    let broken = false
    const listing = new Listing({
      columns: async () => {
        if (broken) throw new Error('The library is busy.')
        return columnsOf('a', 5)
      },
      ids: async (n, b) => idsOf(n, b),
    })
    await listing.reload()
    broken = true
    await listing.reload()
    expect([listing.count, listing.problem]).toEqual([5, 'The library is busy.'])
    broken = false
    await listing.reload()
    expect(listing.problem).toBe('')
  })
})
