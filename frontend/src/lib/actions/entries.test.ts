// @vitest-environment happy-dom
import { describe, expect, test } from 'vitest'
import { Library } from '$lib/state'
import { answerOf, apiOf, settingOf, stateOf } from '$lib/state/testing'
import { contextOf } from './context'
import { sections } from './entries'
import { match, split } from './match'

const A = 'a'.repeat(64)
const settings = [
  settingOf({}),
  settingOf({ key: 'supervisor.keep_loaded', section: 'supervisor', kind: 'switch', sentence: 'Whether models stay in memory.', value: 'false' }),
]

function ctxOf(targets: string[] = []) {
  const library = new Library(apiOf({ search: async () => answerOf([]) }))
  library.recent.clear()
  library.program.apply({ ...stateOf(1), folders: [{ id: 'f1', name: 'Simon’s wedding', path: '~/Simon', online: true, reason: '', photos: 428, scanned: '' }] })
  return contextOf(library, targets)
}
const outline = (ctx: ReturnType<typeof ctxOf>, query: string) => sections(ctx, query, settings).map((s) => [s.title, ...s.entries.map((e) => e.label)])

describe('matching', () => {
  test('finds every word anywhere, and prefers starts of words', () => {
    expect(match('Find similar photos', 'sim')?.ranges).toEqual([[5, 8]])
    expect(match('Dissimilar, similar', 'sim')?.ranges).toEqual([[12, 15]])
    expect(match('Find similar photos', 'photo sim')?.ranges).toEqual([[5, 8], [13, 18]])
    expect(match('Find similar photos', 'dog')).toBeNull()
    expect(match('aaa', 'aa a')?.ranges).toEqual([[0, 2]])
    expect(match('anything', '')?.ranges).toEqual([])
  })

  test('parts put together are the text', () => {
    const text = 'Find similar photos'
    const parts = split(text, match(text, 'photo sim')?.ranges ?? [])
    expect(parts.map((p) => p.text).join('')).toBe(text)
    expect(parts.filter((p) => p.hit).map((p) => p.text)).toEqual(['sim', 'photo'])
  })
})

describe('the palette', () => {
  test('offers what concerns the photo first, a search for the words last', () => {
    const found = outline(ctxOf([A]), 'sim')
    expect(found[0]).toEqual(['For the photo you are on', 'Find similar photos'])
    expect(found).toContainEqual(['In your library', 'Simon’s wedding'])
    expect(found.at(-1)).toEqual(['Photos', 'Search photos for “sim”'])
  })

  test('offers nothing for photos where there is none', () => {
    expect(outline(ctxOf(), '')[0]?.[0]).toBe('Everywhere')
  })

  test('finds settings by name and by sentence, with their value', () => {
    const entries = sections(ctxOf(), 'stay in memory', settings).flatMap((s) => s.entries)
    expect(entries.map((e) => [e.label, e.detail])).toContainEqual(['Keep models loaded', 'now off'])
    const wait = settingOf({ key: 'supervisor.load_timeout', kind: 'span', value: '1m' })
    expect(sections(ctxOf(), 'load_timeout', [wait]).flatMap((s) => s.entries)[0]?.detail).toBe('now 1 min')
    const budget = settingOf({ key: 'supervisor.memory_budget', kind: 'bytes', value: '0', zero: 'half of the memory' })
    expect(sections(ctxOf(), 'memory_budget', [budget]).flatMap((s) => s.entries)[0]?.detail).toBe('now automatic')
    expect(sections(ctxOf(), 'search.limit', settings).flatMap((s) => s.entries)[0]?.detail).toBe('now 200')
  })

  test('offers what can be done with one folder once it is looked for', () => {
    expect(outline(ctxOf(), '').flat()).not.toContain('Look through Simon’s wedding again')
    expect(outline(ctxOf(), 'wedding').find(([title]) => title === 'Everywhere')).toEqual(['Everywhere', 'Look through Simon’s wedding again', 'Remove Simon’s wedding from the library'])
  })

  test('a setting leads to itself', () => {
    const ctx = ctxOf()
    void sections(ctx, 'search.limit', settings)[0]?.entries[0]?.run()
    expect([ctx.library.navigation.view, ctx.library.navigation.focus]).toEqual(['settings', 'search.limit'])
  })

  test('remembers what it looked for', async () => {
    const ctx = ctxOf()
    await sections(ctx, 'dog on the beach', settings).at(-1)?.entries.at(-1)?.run()
    expect(ctx.library.search.text).toBe('dog on the beach')
    expect(outline(ctx, '')).toContainEqual(['Asked lately', 'dog on the beach'])
  })
})
