// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Photo } from '$lib/api'
import { Library, PhotoList } from '$lib/state'
import { answerOf, apiOf, stateOf } from '$lib/state/testing'
import { action, actions, offered } from './all'
import { contextOf, perform } from './context'
import { listen } from './shortcuts'

const A = 'a'.repeat(64)
const B = 'b'.repeat(64)
const keysOf = (a: (typeof actions)[number]) => [a.shortcut, ...(a.also ?? [])].filter((k) => k !== undefined)

describe('every action', () => {
  test('has an id of its own, a label and an icon', () => {
    expect(new Set(actions.map((a) => a.id)).size).toBe(actions.length)
    for (const a of actions) {
      expect(a.label, a.id).toMatch(/\S{2}/)
      expect(a.icon, a.id).toBeTypeOf('function')
    }
    expect(new Set(actions.map((a) => a.label)).size).toBe(actions.length)
  })

  test('has keys that mean nothing else at the same time, and none that begins another’s sequence', () => {
    const keys = [...new Set(actions.flatMap(keysOf))]
    for (const sequence of keys.filter((k) => k.includes(' '))) expect(keys).not.toContain(sequence.split(' ')[0])
    const library = new Library(apiOf())
    library.program.apply(stateOf(1))
    const alone = (when: string) => {
      for (const key of keys) {
        const meant = actions.filter((a) => keysOf(a).includes(key) && a.enabled(contextOf(library))).map((a) => a.id)
        expect(meant.length, `${key} ${when}: ${meant}`).toBeLessThan(2)
      }
    }
    alone('with nothing')
    library.selection.focusOn(0, A)
    alone('with a photo in focus')
    library.navigation.open(A)
    alone('in the viewer')
    library.lens.stage = { width: 800, height: 600 }
    library.lens.photo = { width: 4000, height: 3000 }
    library.lens.zoomIn()
    expect(library.lens.zoomed).toBe(true)
    alone('close up')
  })

  test('can be asked for in any state, and answers', () => {
    const library = new Library(apiOf())
    for (const a of actions) {
      expect(typeof a.enabled(contextOf(library)), a.id).toBe('boolean')
      expect(['boolean', 'undefined'], a.id).toContain(typeof a.checked?.(contextOf(library)))
    }
    library.program.apply(stateOf(1))
    library.navigation.open(A)
    for (const a of actions) expect(typeof a.enabled(contextOf(library)), a.id).toBe('boolean')
  })
})

describe('actions on photos', () => {
  test('act on the one in the viewer, else the selection, else the one in focus', () => {
    const library = new Library(apiOf())
    expect(offered(contextOf(library), 'photo')).toEqual([])
    library.selection.focusOn(0, A)
    expect(contextOf(library).targets).toEqual([A])
    library.selection.toggle(1, B)
    expect(contextOf(library).targets).toEqual([B])
    library.navigation.open(A)
    expect(contextOf(library).targets).toEqual([A])
  })

  test('that decide are not offered where nothing can be written', () => {
    const library = new Library(apiOf())
    const state = stateOf(1)
    library.program.apply({ ...state, library: { ...state.library, read_only: true } })
    const ids = offered(contextOf(library, [A]), 'photo').map((a) => a.id)
    expect(ids).toContain('photo.similar')
    expect(ids).not.toContain('photo.favourite')
    expect(ids).not.toContain('photo.rate.5')
  })

  test('say in a toast what went wrong', async () => {
    const library = new Library(apiOf({ setRating: () => Promise.reject(new Error('The library cannot be written.')) }))
    await perform(action('photo.rate.3'), contextOf(library, [A]))
    expect(library.toasts.list.map((t) => [t.level, t.text])).toEqual([['error', 'The library cannot be written.']])
    expect(library.decisions.of(A)).toBeUndefined()
  })

  test('on many can be undone, and leave those that were favourites before', async () => {
    const setFavourite = vi.fn(async () => undefined)
    const library = new Library(apiOf({ setFavourite, photo: async (id) => ({ id, favourite: id === B, rating: 2 }) as Photo }))
    await perform(action('photo.favourite'), contextOf(library, [A, B]))
    expect(library.decisions.allFavourite([A, B])).toBe(true)
    library.toasts.list[0]?.action?.run()
    expect(setFavourite.mock.calls).toEqual([[[A, B], true], [[A], false]])
    expect(library.decisions.of(B)).toEqual({ favourite: true, rating: 2 })
  })

  test('open the photo amid its neighbours', async () => {
    const library = new Library(apiOf({ search: async () => answerOf([A, B]) }))
    await library.search.ask('dog')
    library.selection.focusOn(1, B)
    await perform(action('photo.open'), contextOf(library))
    expect(library.navigation.viewer).toMatchObject({ index: 1, id: B })
    await perform(action('viewer.previous'), contextOf(library))
    expect(library.navigation.viewer?.id).toBe(A)
  })
})

test('all that was found can be picked out, also what was not read yet', async () => {
  const ids = Array.from({ length: 7 }, (_, i) => String(i).repeat(64))
  const library = new Library(apiOf({ search: async ({ offset }) => answerOf(ids.slice(offset, offset + 3), { total: 7 }) }))
  await library.search.ask('dog')
  expect(library.search.hits).toHaveLength(3)
  await perform(action('select.all'), contextOf(library))
  expect([...library.selection.ids].sort()).toEqual(ids)
})

test('Esc leads back a step at a time', async () => {
  const library = new Library(apiOf({ search: async () => answerOf([A]) }))
  await library.search.ask('dog')
  library.selection.toggle(0, A)
  library.navigation.open(A, new PhotoList([A]))
  const back = () => perform(action('program.back'), contextOf(library))
  await back()
  expect(library.navigation.viewer).toBeNull()
  await back()
  expect(library.selection.size).toBe(0)
  await back()
  expect(library.search.active).toBe(false)
  expect(action('program.back').enabled(contextOf(library))).toBe(false)
})

describe('keys', () => {
  let end = (): void => undefined
  afterEach(() => end())

  function setUp() {
    const library = new Library(apiOf({ setRating: async () => undefined }))
    library.program.apply(stateOf(1))
    end = listen(library)
    const press = (key: string, part: KeyboardEventInit = {}, target: EventTarget = document.body) =>
      target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...part }))
    return { library, press }
  }

  test('run what they stand for', () => {
    const { library, press } = setUp()
    expect(press('k', { ctrlKey: true })).toBe(false)
    expect(library.overlays.palette).toBe(true)
  })

  test('one after the other make a sequence', () => {
    const { library, press } = setUp()
    press('g')
    press('m')
    expect(library.navigation.view).toBe('models')
    press('g')
    press('x')
    press('s')
    expect(library.navigation.view).toBe('models')
  })

  test('belong to the text while something is written', () => {
    const { library, press } = setUp()
    const box = document.createElement('input')
    document.body.append(box)
    library.selection.focusOn(0, A)
    press('3', {}, box)
    press('a', { ctrlKey: true }, box)
    expect(library.decisions.of(A)).toBeUndefined()
    press('k', { ctrlKey: true }, box)
    expect(library.overlays.palette).toBe(true)
    box.remove()
  })

  test('belong to what lies over the page', () => {
    const { library, press } = setUp()
    library.overlays.showKeys()
    press('g')
    press('s')
    expect(library.navigation.view).toBe('photos')
  })

  test('that something else took are left alone', () => {
    const { library, press } = setUp()
    const box = document.createElement('div')
    document.body.append(box)
    box.addEventListener('keydown', (e) => e.preventDefault())
    press('?', {}, box)
    expect(library.overlays.keys).toBe(false)
    box.remove()
  })
})
