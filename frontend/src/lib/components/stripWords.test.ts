import { describe, expect, it } from 'vitest'
import type { Api, Index, LibraryCounts, State } from '$lib/api'
import { monthsOf, NO_MONTH } from '$lib/draw/months'
import { Library } from '$lib/state'
import { columnName, columnPhotos, stripState } from './stripWords'

const month = 2015 * 12 + 4

function libraryOf(counts: Partial<LibraryCounts>, index: Partial<Index> = {}): Library {
  const library = new Library({} as Api)
  library.program.state = {
    library: { photos: 18204, files: 18204, seen: 18204, pending: 0, failed: 0, ...counts },
    index: { running: false, paused: false, cancelled: false, scanning: false, ...index },
  } as unknown as State
  return library
}

describe('the words beside the strip', () => {
  it('name a column', () => {
    expect(columnName({ from: month, to: month, count: 1 })).toBe('May 2015')
    expect(columnName({ from: 2015 * 12, to: 2015 * 12 + 11, count: 1 })).toBe('2015')
    expect(columnName({ from: month, to: month + 2, count: 1 })).toBe('May 2015 to July 2015')
    expect(columnName({ from: NO_MONTH, to: NO_MONTH, count: 1 })).toBe('No date')
    expect(columnPhotos({ from: month, to: month, count: 214 }, null)).toBe('214 photos')
    expect(columnPhotos({ from: month, to: month, count: 214 }, monthsOf([{ month, count: 3 }]))).toBe('214 photos, 3 found')
  })

  it('say what is searchable', () => {
    expect(stripState(libraryOf({}), null)).toEqual(['18,204 photos', 'All searchable'])
    expect(stripState(libraryOf({ seen: 18000 }), null)).toEqual(['18,204 photos', '18,000 searchable'])
    expect(stripState(libraryOf({}), monthsOf([]))).toEqual(['18,204 photos', 'None of them answers'])
    expect(stripState(libraryOf({ photos: 0, files: 0, seen: 0 }), null)[0]).toBe('No photos yet')
  })

  it('say how far looking is, and what holds it up', () => {
    const some = { photos: 100, seen: 90, files: 210, failed: 10, pending: 100 }
    expect(stripState(libraryOf(some, { running: true }), null)).toEqual(['Looking at photos', '90 of 200 photos'])
    expect(stripState(libraryOf(some, { running: true, paused: true }), null)[0]).toBe('Paused')
    expect(stripState(libraryOf(some, { cancelled: true }), null)[0]).toBe('Stopped')
    expect(stripState(libraryOf({ ...some, seen: 0 }, { scanning: true }), null)).toEqual(['Finding photos', '210 files so far'])
  })
})
