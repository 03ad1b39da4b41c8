import { describe, expect, it } from 'vitest'
import type { Clue, Hit } from '$lib/api'
import { aspectsOf, marked, powers, spansOf } from './evidence'

describe('one in so many', () => {
  it.each([[1, 0, false], [9, 0, true], [10, 1, false], [100, 2, false], [2400, 3, true], [1_000_000, 5, false]])('%d lights %d squares', (n, full, part) => {
    expect(powers(n)).toEqual({ full, part })
  })
})

describe('marking words', () => {
  it('finds whole words, plurals too', () => {
    const parts = marked('Two Dogs run on the beach, no doghouse.', ['dog', 'beach'])
    expect(parts.filter((p) => p.hit).map((p) => p.text)).toEqual(['Dogs', 'beach'])
    expect(parts.map((p) => p.text).join('')).toBe('Two Dogs run on the beach, no doghouse.')
  })
})

describe('the question in parts', () => {
  const kinds = (text: string, c: Clue[], wrong: { at: number; length: number } | null = null) => spansOf(text, c, wrong).map((s) => [s.text, s.kind])
  it('underlines clues, lit or grey', () => {
    expect(kinds('dog on the beach', [{ word: 'dog', at: 0, lit: true }, { word: 'beach', at: 11, lit: false }])).toEqual([['dog', 'lit'], [' on the ', 'plain'], ['beach', 'grey']])
  })
  it('follows a clue that moved, and drops one that is gone', () => {
    expect(kinds('a dog', [{ word: 'dog', at: 0, lit: true }])).toEqual([['a ', 'plain'], ['dog', 'lit']])
    expect(kinds('dogma', [{ word: 'dog', at: 0, lit: true }])).toEqual([['dogma', 'plain']])
    expect(kinds('', [{ word: 'dog', at: 0, lit: true }])).toEqual([])
  })
  it('points at what is wrong, past the end too', () => {
    expect(kinds('iso>=x dog', [{ word: 'dog', at: 7, lit: true }], { at: 5, length: 1 })).toEqual([['iso>=', 'plain'], ['x', 'wrong'], [' ', 'plain'], ['dog', 'lit']])
    expect(kinds('iso>=', [], { at: 5, length: 1 })).toEqual([['iso>=', 'plain'], ['\u00a0', 'wrong']])
  })
  it('gives the whole question back', () => {
    for (const text of ['dog on the beach', 'beach beach dog', 'DOG']) {
      expect(spansOf(text, [{ word: 'dog', at: 0, lit: true }, { word: 'beach', at: 11, lit: false }], null).map((s) => s.text).join('')).toBe(text)
    }
  })
})

describe('aspects', () => {
  it('are 0 where a size is unknown', () => {
    const known: Hit = { id: 'a', width: 400, height: 300, name: 'a.jpg', taken: '', favourite: false, rating: 0, why: [], evidence: [] }
    expect([...aspectsOf([known, { ...known, width: 0 }])]).toEqual([1333, 0])
  })
})
