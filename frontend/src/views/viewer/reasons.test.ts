import { describe, expect, it } from 'vitest'
import type { Evidence } from '$lib/api'
import { foundIn, reasonsOf, signOf } from './reasons'

const evidence = (level: Evidence['level'], source: string): Evidence => ({ clue: 'beach', level, one_in: 10, source })

describe('the reasons of a hit', () => {
  it('leave out what the clues say', () => {
    expect(reasonsOf({ why: [{ source: 'meaning', text: '' }, { source: 'tag', text: 'beach' }], evidence: [evidence('full', 'meaning')] })).toEqual([{ source: 'tag', text: 'beach' }])
  })
  it('are all there when the question has no clues', () => {
    expect(reasonsOf({ why: [{ source: 'like', text: '' }], evidence: [] })).toHaveLength(1)
  })
  it('keep a place that a clue only failed to show', () => {
    expect(reasonsOf({ why: [{ source: 'file', text: '' }], evidence: [evidence('hollow', 'file')] })).toHaveLength(1)
  })
  it('have a sign and words, unknown ones too', () => {
    expect(signOf('caption').kind).toBe('words')
    expect(signOf('nonsense').kind).toBe('seen')
    expect(foundIn('tag')).toBe('In a tag')
    expect(foundIn('nonsense')).toBe('In what is known of it')
  })
})
