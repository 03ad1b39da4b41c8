import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Answer, Question } from '$lib/api'
import { PAGE, Search, TRAILING } from './search.svelte'
import { answerOf, apiOf, deferred } from './testing'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** A search whose answers are given by hand. */
function byHand() {
  const asked: { question: Question; answer: (a: Answer) => void; fail: (e: unknown) => void }[] = []
  const api = apiOf({
    search: (question) => {
      const { promise, resolve, reject } = deferred<Answer>()
      asked.push({ question, answer: resolve, fail: reject })
      return promise
    },
  })
  return { search: new Search(api), asked }
}

const settle = () => vi.advanceTimersByTimeAsync(0)

describe('typing', () => {
  test('asks once for keys that come quickly', async () => {
    const { search, asked } = byHand()
    for (const text of ['d', 'do', 'dog']) {
      search.type(text)
      await vi.advanceTimersByTimeAsync(TRAILING - 1)
    }
    expect(asked).toHaveLength(0)
    await vi.advanceTimersByTimeAsync(1)
    expect(asked.map((a) => a.question.query)).toEqual(['dog'])
  })

  test('an older answer never replaces a newer one', async () => {
    const { search, asked } = byHand()
    void search.ask('dog')
    void search.ask('dog beach')
    asked[1]?.answer(answerOf(['new']))
    await settle()
    asked[0]?.answer(answerOf(['old']))
    await settle()
    expect(search.hits.map((h) => h.id)).toEqual(['new'])
    expect(search.pending).toBe(false)
  })

  test('an older failure says nothing', async () => {
    const { search, asked } = byHand()
    void search.ask('dog')
    void search.ask('dog beach')
    asked[0]?.fail(new Error('too late'))
    await settle()
    expect(search.problem).toBe('')
    expect(search.pending).toBe(true)
  })

  test('the old hits stay while the new ones are looked for', async () => {
    const { search, asked } = byHand()
    void search.ask('dog')
    asked[0]?.answer(answerOf(['a']))
    await settle()
    void search.ask('dogs')
    expect(search.hits.map((h) => h.id)).toEqual(['a'])
    expect(search.pending).toBe(true)
  })

  test('a question that was superseded or is wrong leaves the hits', async () => {
    const { search, asked } = byHand()
    void search.ask('dog')
    asked[0]?.answer(answerOf(['a']))
    await settle()
    void search.ask('dog iso:')
    asked[1]?.answer(answerOf([], { wrong: { at: 4, length: 4, message: 'iso needs a number' } }))
    await settle()
    expect(search.wrong?.at).toBe(4)
    void search.ask('dog iso:1')
    void search.ask('dog iso:12')
    asked[2]?.answer(answerOf([], { superseded: true }))
    await settle()
    expect(search.hits.map((h) => h.id)).toEqual(['a'])
  })

  test('a question that another part of the window pushed aside is asked again', async () => {
    const { search, asked } = byHand()
    void search.ask('dog')
    asked[0]?.answer(answerOf([], { superseded: true }))
    await vi.advanceTimersByTimeAsync(1000)
    expect(asked).toHaveLength(2)
    expect(search.pending).toBe(true)
    asked[1]?.answer(answerOf(['a']))
    await settle()
    expect([search.hits.length, search.pending]).toEqual([1, false])
  })

  test('an emptied box forgets the answer, also one that is under way', async () => {
    const { search, asked } = byHand()
    void search.ask('dog')
    search.type('  ')
    asked[0]?.answer(answerOf(['a']))
    await settle()
    expect(search.active).toBe(false)
    expect(search.answer).toBeNull()
    expect(search.hits).toEqual([])
  })
})

describe('what is looked for', () => {
  test('is exactly one of words, photo and picture', async () => {
    const { search, asked } = byHand()
    void search.ask(' dog ')
    void search.alike('f00d')
    void search.byPicture({ token: 't', name: 'pasted' })
    void search.ask('cat')
    const parts = asked.map(({ question: { query, like, picture } }) => [query, like, picture])
    expect(parts).toEqual([['dog', '', ''], ['', 'f00d', ''], ['', '', 't'], ['cat', '', '']])
  })

  test('follows what is narrowed, and tells the listing', async () => {
    const { search, asked } = byHand()
    const told = vi.fn()
    search.onNarrow(told)
    search.setNarrow({ favourite: true })
    expect(asked).toHaveLength(0)
    void search.ask('dog')
    search.setNarrow({ from_month: 24_000, to_month: 24_011 })
    expect(asked[1]?.question.narrow).toEqual({ folder: '', from_month: 24_000, to_month: 24_011, favourite: true, min_rating: 0 })
    search.clear()
    expect(search.narrowed).toBe(false)
    expect(told).toHaveBeenCalledTimes(3)
  })
})

describe('more hits', () => {
  test('come page by page, each photo once', async () => {
    const { search, asked } = byHand()
    void search.ask('dog')
    asked[0]?.answer(answerOf(['a', 'b'], { total: 4 }))
    await settle()
    expect(search.idAt(2)).toBeUndefined() // asks for it
    expect(asked[1]?.question.offset).toBe(2)
    expect(asked[1]?.question.limit).toBe(PAGE)
    void search.more()
    expect(asked).toHaveLength(2)
    asked[1]?.answer(answerOf(['b', 'c', 'd'], { total: 4 }))
    await settle()
    expect(search.hits.map((h) => h.id)).toEqual(['a', 'b', 'c', 'd'])
    await search.more()
    expect(asked).toHaveLength(2)
  })

  test('of an older question are dropped', async () => {
    const { search, asked } = byHand()
    void search.ask('dog')
    asked[0]?.answer(answerOf(['a'], { total: 2 }))
    await settle()
    void search.more()
    void search.ask('cat')
    asked[2]?.answer(answerOf(['x']))
    await settle()
    asked[1]?.answer(answerOf(['b'], { total: 2 }))
    await settle()
    expect(search.hits.map((h) => h.id)).toEqual(['x'])
  })
})
