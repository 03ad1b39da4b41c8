import { describe, expect, it, vi } from 'vitest'
import type { Candidate, Columns, State } from '$lib/api'
import { dayOfMonth, monthsOf, NO_PHOTOS } from '$lib/draw/months'
import { grown, Overview } from './overview.svelte'

const month = 24240
const columnsOf = (name: string, months: number[], seen: number): Columns => ({
  name,
  count: months.length,
  day: Int32Array.from(months, dayOfMonth),
  aspect: new Uint16Array(months.length),
  flags: Uint8Array.from(months, (_, i) => (i < seen ? 2 : 0)),
})
const stateOf = (library: Partial<State['library']>, scanning = false): State => ({ library: { listing: '', seen: 0, files: 0, pending: 0, ...library }, index: { scanning } }) as unknown as State

describe('the overview', () => {
  it('counts photos and those that were seen by month, whatever the listing is narrowed to', async () => {
    const queries: unknown[] = []
    const overview = new Overview({ columns: (query) => (queries.push(query), Promise.resolve(columnsOf('a', [month, month, month + 1], 2))), ids: () => Promise.resolve([]) })
    overview.changed(stateOf({ listing: 'a', files: 3, pending: 1 }))
    await vi.waitFor(() => expect(overview.months.total).toBe(3))
    expect(overview.seen.total).toBe(2)
    expect(queries[0]).toMatchObject({ folder: '', fromMonth: 0, favourite: false })
  })

  it('shows what the walk found until nothing waits any more', async () => {
    const overview = new Overview({ columns: () => Promise.resolve(columnsOf('a', [month], 1)), ids: () => Promise.resolve([]) })
    overview.expect([{ months: [{ month, count: 5 }] } as Candidate])
    expect(overview.months.total).toBe(5)
    overview.changed(stateOf({ files: 0 }))
    overview.changed(stateOf({ listing: 'a', files: 5, pending: 4 }))
    await vi.waitFor(() => expect(overview.listed.total).toBe(1))
    expect(overview.months.total).toBe(5)
    overview.changed(stateOf({ listing: 'a', files: 5, pending: 0 }, true))
    expect(overview.months.total).toBe(5)
    overview.changed(stateOf({ listing: 'a', files: 5, pending: 0 }))
    expect(overview.months.total).toBe(1)
  })

  it('knows which month grew last', () => {
    const before = monthsOf([{ month, count: 5 }])
    const after = monthsOf([{ month, count: 5 }, { month: month - 3, count: 2 }])
    expect(grown(before, after)).toBe(month - 3)
    expect(grown(after, after)).toBe(0)
    expect(grown(monthsOf([]), after)).toBe(month)
    expect(grown(NO_PHOTOS, after)).toBe(0)
  })
})
