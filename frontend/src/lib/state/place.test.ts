import { describe, expect, it } from 'vitest'
import { placeOf } from './place'
import { PhotoList } from './source'

describe('the place of a photo', () => {
  const ids = Array.from({ length: 2000 }, (_, i) => `p${i}`)
  it('is found where others came before it, or went', () => {
    expect(placeOf(new PhotoList(['new', 'newer', ...ids]), 'p10', 10)).toBe(12)
    expect(placeOf(new PhotoList(ids.slice(3)), 'p10', 10)).toBe(7)
    expect(placeOf(new PhotoList(ids), 'p0', 0)).toBe(0)
    expect(placeOf(new PhotoList(ids), 'p1999', 1999)).toBe(1999)
  })
  it('stays where the photo is gone, or too far', () => {
    expect(placeOf(new PhotoList(ids), 'gone', 10)).toBe(10)
    expect(placeOf(new PhotoList(ids), 'p1900', 10)).toBe(10)
    expect(placeOf(new PhotoList([]), 'p1', 3)).toBe(3)
  })
})
