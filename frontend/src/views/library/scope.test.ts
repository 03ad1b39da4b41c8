import { describe, expect, it } from 'vitest'
import type { Folder } from '$lib/api'
import { NO_NARROW } from '$lib/state'
import { months, photos } from '$lib/text/en/photos'
import { scopeOf } from './scope'

const folders: Folder[] = [{ id: 'f1', name: 'Scans', path: '/photos/Scans', online: true, reason: '', photos: 3, scanned: '' }]
const month = (year: number, m: number) => year * 12 + m - 1

describe('what filters leave', () => {
  it('is nothing to speak of without filters', () => {
    expect(scopeOf(NO_NARROW, folders)).toEqual({ words: '', widen: null })
  })
  it('is said in words, and widened by the filter that leaves out most', () => {
    const scope = scopeOf({ folder: 'f1', from_month: month(2019, 1), to_month: month(2026, 12), favourite: true, min_rating: 3 }, folders)
    expect(scope.words).toBe('with 3 stars or more, among your favourites, in “Scans”, from 2019 to 2026')
    expect(scope.widen).toEqual({ label: 'Search all years', part: { from_month: 0, to_month: 0 } })
    expect(scopeOf({ ...NO_NARROW, favourite: true }, folders).widen?.part).toEqual({ favourite: false })
    expect(scopeOf({ ...NO_NARROW, to_month: month(2020, 5) }, folders).words).toBe('until May 2020')
  })
})

describe('months in words', () => {
  it.each([
    [month(2021, 8), month(2021, 8), 'August 2021'],
    [month(2014, 3), month(2014, 8), 'March to August 2014'],
    [month(2014, 1), month(2014, 12), '2014'],
    [month(2019, 1), month(2026, 12), '2019 to 2026'],
    [month(2019, 4), month(2020, 2), 'April 2019 to February 2020'],
  ])('%d to %d: %s', (from, to, text) => expect(months(from, to)).toBe(text))
})

describe('the sentence of a group', () => {
  it('says what is shown and what is not', () => {
    expect(photos.groupAll(['dog', 'beach'])).toBe('Dog and beach')
    expect(photos.groupSome(['beach'], ['dog'])).toBe('Beach, with no dog in sight')
    expect(photos.groupSome(['beach'], ['dog', 'kite'])).toBe('Beach, with no dog or kite in sight')
    expect(photos.noneShowsAll(2)).toBe('No photo shows both.')
    expect(photos.noneShowsAll(4)).toBe('No photo shows all four.')
    expect(photos.groupCount(3, 4)).toBe('Three of four clues')
  })
})

describe('how rare a match is', () => {
  it('is a number that people understand', () => {
    expect(photos.seen(2400)).toBe('Seen in the picture. Only 1 in 2,400 of your photos shows it so clearly.')
    expect(photos.seen(1)).toBe('Seen in the picture.')
    expect(photos.notSeen(10)).toBe('Not seen. 1 in 10 photos fits this well.')
  })
})
