import { describe, expect, it } from 'vitest'
import type { Clue, Evidence, Hit } from '$lib/api'
import { aspectsOf, groupHits, marked, powers, spansOf } from './groups'

const clues = (...words: string[]): Clue[] => words.map((word, i) => ({ word, at: i * 10, lit: true }))

/** A hit whose evidence is written as a letter for each clue: f, h or - (hollow). */
function hit(id: string, levels: string, words: string[]): Hit {
  const evidence: Evidence[] = [...levels].map((l, i) => ({ clue: words[i] ?? '', level: l === 'f' ? 'full' : l === 'h' ? 'half' : 'hollow', one_in: 10, source: 'meaning' }))
  return { id, width: 400, height: 300, name: `${id}.jpg`, taken: '', favourite: false, rating: 0, why: [], evidence }
}

describe('grouping hits', () => {
  const words = ['beach', 'dog']
  it('puts those that show most first and keeps the order within', () => {
    const hits = [hit('a', 'f-', words), hit('b', 'ff', words), hit('c', 'h-', words), hit('d', '-f', words), hit('e', 'fh', words)]
    const grouped = groupHits(hits, clues(...words))
    expect(grouped.hits.map((h) => h.id)).toEqual(['b', 'e', 'a', 'c', 'd'])
    expect(grouped.groups).toEqual([
      { start: 0, end: 2, met: ['beach', 'dog'], missing: [] },
      { start: 2, end: 4, met: ['beach'], missing: ['dog'] },
      { start: 4, end: 5, met: ['dog'], missing: ['beach'] },
    ])
  })
  it('leaves the hits of one clue together', () => {
    const hits = [hit('a', 'f', ['dog']), hit('b', 'h', ['dog'])]
    expect(groupHits(hits, clues('dog')).groups).toEqual([{ start: 0, end: 2, met: [], missing: [] }])
  })
  it('leaves hits without evidence together', () => {
    expect(groupHits([hit('a', '', words), hit('b', '', words)], clues(...words)).groups).toHaveLength(1)
    expect(groupHits([], clues(...words)).groups).toHaveLength(0)
  })
  it('counts clues where there are many', () => {
    const many = ['red', 'car', 'night', 'rain']
    const hits = [hit('a', 'ff--', many), hit('b', '--ff', many), hit('c', 'ffff', many)]
    const grouped = groupHits(hits, clues(...many))
    expect(grouped.groups.map((g) => [g.met.length, g.end - g.start])).toEqual([[4, 1], [2, 2]])
  })
})

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
    const known = hit('a', '', [])
    expect([...aspectsOf([known, { ...known, width: 0 }])]).toEqual([1333, 0])
  })
})
