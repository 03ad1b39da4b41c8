// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Decisions } from './decisions.svelte'
import { Library } from './library.svelte'
import { Navigation } from './navigation.svelte'
import { Recent } from './recent.svelte'
import { Selection } from './selection.svelte'
import { PhotoList } from './source'
import { answerOf, apiOf, deferred, readerOf, stateOf } from './testing'
import { Toasts } from './toasts.svelte'

beforeEach(() => {
  localStorage.clear()
  sessionStorage.clear()
  location.hash = ''
  vi.useFakeTimers()
})
afterEach(() => void vi.useRealTimers())

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)

describe('the address', () => {
  test('leads back after a reload', () => {
    const before = new Navigation()
    before.open(A, new PhotoList([B, A]), 1)
    const after = new Navigation()
    after.restore(location.hash)
    expect([after.view, after.viewer?.id]).toEqual(['photos', A])
    before.go('models')
    after.restore(location.hash)
    expect([after.view, after.viewer]).toEqual(['models', null])
  })

  test('that nobody knows leads nowhere else', () => {
    const navigation = new Navigation()
    for (const hash of ['#/elsewhere', '#/photos/../../etc', '#/photos/<b>', '#']) navigation.restore(hash)
    expect([navigation.view, navigation.viewer]).toEqual(['photos', null])
  })

  test('steps stop at both ends', () => {
    const navigation = new Navigation()
    navigation.open(A, new PhotoList([A, B]), 0)
    expect(navigation.step(-1)).toBe(false)
    expect(navigation.step(1)).toBe(true)
    expect(navigation.step(1)).toBe(false)
    expect(navigation.viewer?.id).toBe(B)
  })
})

describe('decisions', () => {
  test('hold at once, and are put back where they are refused', async () => {
    const write = deferred<void>()
    const decisions = new Decisions(apiOf({ setFavourite: () => write.promise }))
    decisions.learn([{ id: A, favourite: false, rating: 4 }])
    const done = decisions.setFavourite([A, B], true)
    // Of B nothing else is known: nothing else may be claimed.
    expect([decisions.of(A), decisions.of(B)]).toEqual([{ favourite: true, rating: 4 }, { favourite: true }])
    write.reject(new Error('disk full'))
    await expect(done).rejects.toThrow('disk full')
    expect([decisions.of(A), decisions.of(B)]).toEqual([{ favourite: false, rating: 4 }, undefined])
  })

  test('are toggled together: all become favourites unless all are', async () => {
    const decisions = new Decisions(apiOf({ setFavourite: async () => undefined }))
    decisions.learn([{ id: A, favourite: true, rating: 0 }, { id: B, favourite: false, rating: 0 }])
    expect(await decisions.toggleFavourite([A, B])).toEqual({ on: true, changed: [B] })
    expect(await decisions.toggleFavourite([A, B])).toEqual({ on: false, changed: [A, B] })
  })
})

describe('the selection', () => {
  const source = new PhotoList(['a', 'b', 'c', 'd', 'e'])

  test('ranges begin at what was toggled last', () => {
    const selection = new Selection()
    selection.toggle(3, 'd')
    selection.range(1, source)
    expect([...selection.ids].sort()).toEqual(['b', 'c', 'd'])
    selection.toggle(1, 'b')
    expect(selection.has('b')).toBe(false)
  })

  test('without one, ranges begin at the focus', () => {
    const selection = new Selection()
    selection.focusOn(2, 'c')
    selection.range(4, source)
    expect([...selection.ids]).toEqual(['c', 'd', 'e'])
    selection.clear()
    expect(selection.targets).toEqual(['c'])
  })
})

describe('toasts', () => {
  test('go by themselves, those with an action later', () => {
    const toasts = new Toasts()
    toasts.add('done')
    toasts.add('removed', { action: { label: 'Undo', run: () => undefined } })
    toasts.add('stays', { seconds: 0 })
    vi.advanceTimersByTime(5000)
    expect(toasts.list.map((t) => t.text)).toEqual(['removed', 'stays'])
    vi.advanceTimersByTime(60_000)
    expect(toasts.list.map((t) => t.text)).toEqual(['stays'])
  })

  test('that say the same are one, and never many', () => {
    const toasts = new Toasts()
    for (let i = 0; i < 3; i++) toasts.error(new Error('no'))
    expect(toasts.list).toHaveLength(1)
    for (let i = 0; i < 9; i++) toasts.add(String(i), { seconds: 0 })
    expect(toasts.list.map((t) => t.text)).toEqual(['5', '6', '7', '8'])
  })
})

describe('recent questions', () => {
  test('are kept, newest first, without what they grew out of', () => {
    const recent = new Recent()
    for (const q of ['d', 'dog', 'cat', 'Dog on the beach']) recent.add(q)
    expect(recent.list).toEqual(['Dog on the beach', 'cat'])
    expect(new Recent().list).toEqual(['Dog on the beach', 'cat'])
  })

  test('that were kept by something else do no harm', () => {
    for (const kept of ['{', '7', '[1, "dog", null]']) {
      localStorage.setItem('pd.recent', kept)
      expect(new Recent().list).toEqual(kept.startsWith('[') ? ['dog'] : [])
    }
  })
})

describe('a reload of the page', () => {
  test('leads back to the question and to the photo amid its neighbours', async () => {
    const search = vi.fn(async () => answerOf([A, B]))
    const before = new Library(apiOf({ search }), readerOf())
    await before.search.ask('dog')
    before.search.setNarrow({ favourite: true })
    before.navigation.open(B, before.search, 1)

    const after = new Library(apiOf({ search }), readerOf())
    const end = after.start()
    expect(after.navigation.viewer).toMatchObject({ id: B, index: 0 })
    await vi.advanceTimersByTimeAsync(100)
    expect([after.search.text, after.search.narrow.favourite]).toEqual(['dog', true])
    expect(after.navigation.viewer).toMatchObject({ id: B, index: 1 })
    expect(after.navigation.step(-1)).toBe(true)
    end()
  })

  test('where the photo has moved meanwhile, shows it by itself', async () => {
    location.hash = `#/photos/${B}/listing-0`
    const library = new Library(apiOf(), readerOf([A, B]))
    const end = library.start()
    library.program.apply(stateOf(1))
    await vi.advanceTimersByTimeAsync(2000)
    expect(library.listing.idAt(0)).toBe(A)
    expect(library.navigation.viewer).toMatchObject({ id: B, source: { kind: 'list' } })
    end()
  })

  test('is not misled by what something else kept', () => {
    for (const kept of ['{', '7', 'null', '{"text":1}']) {
      sessionStorage.setItem('pd.question', kept)
      const library = new Library(apiOf(), readerOf())
      library.start()()
      expect(library.search.active).toBe(false)
    }
  })
})

describe('the library', () => {
  test('asks the program when it has long heard nothing', async () => {
    const state = vi.fn(async () => stateOf(7))
    const library = new Library(apiOf({ state }), readerOf())
    const end = library.start()
    library.program.apply(stateOf(1))
    await vi.advanceTimersByTimeAsync(16_000)
    expect(library.program.state?.seq).toBe('7')
    end()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(state).toHaveBeenCalledTimes(1)
  })

  test('asks the same question again when the model has come', async () => {
    const search = vi.fn(async () => answerOf([A]))
    const library = new Library(apiOf({ search }), readerOf())
    const end = library.start()
    library.program.apply(stateOf(1))
    await library.search.ask('dog')
    const ready = stateOf(2)
    ready.snapshot.capabilities = [{ name: 'search_words', available: true, remaining_seconds: 0 }]
    library.program.apply(ready)
    expect(search).toHaveBeenCalledTimes(2)
    end()
  })

  test('takes the theme, and marks the page with it', () => {
    const library = new Library(apiOf(), readerOf())
    const end = library.start()
    library.program.apply(stateOf(1, { appearance: { theme: 'dark' } }))
    expect(document.documentElement.dataset.theme).toBe('dark')
    expect(localStorage.getItem('pd.theme')).toBe('dark')
    end()
  })

  test('asks the same question again when more photos were seen', async () => {
    const search = vi.fn(async () => answerOf([A]))
    const library = new Library(apiOf({ search }), readerOf())
    const end = library.start()
    library.program.apply(stateOf(1))
    await library.search.ask('dog')
    const more = stateOf(2)
    library.program.apply({ ...more, library: { ...more.library, seen: 9 } })
    await vi.advanceTimersByTimeAsync(5000)
    expect(search).toHaveBeenCalledTimes(2)
    end()
  })

  test('looks for photos like a picture that was dropped', async () => {
    const search = vi.fn(async () => answerOf([A]))
    const library = new Library(apiOf({ search }))
    const dropped = { folders: [], pictures: [{ token: 't', name: 'x.jpg' }], problem: '' }
    library.dropped(dropped)
    expect(search).not.toHaveBeenCalled() // there is nothing yet to look in
    expect(library.toasts.list).toHaveLength(1)
    library.program.apply(stateOf(1))
    library.navigation.go('settings')
    library.dropped(dropped)
    expect(library.navigation.view).toBe('photos')
    expect(search).toHaveBeenCalledWith(expect.objectContaining({ picture: 't', query: '' }))
    library.dropped({ folders: [], pictures: [], problem: 'x.pdf is no picture.' })
    expect(library.toasts.list.at(-1)?.text).toBe('x.pdf is no picture.')
  })
})
