import { describe, expect, it } from 'vitest'
import type { Clue, Evidence, Hit } from '$lib/api'
import { groupHits } from './groups'

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
