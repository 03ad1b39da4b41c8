// @vitest-environment happy-dom
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { Photo } from '$lib/api'
import { Library, PhotoList } from '$lib/state'
import { answerOf, apiOf, modelOf, readerOf, stateOf } from '$lib/state/testing'
import { UNDO } from '$lib/state/removals.svelte'
import { action, actions, objectActions, offered } from './all'
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

describe('actions on one of several objects', () => {
  const folders = [
    { id: '1', name: 'Wedding', path: '~/Wedding', online: true, reason: '', photos: 3, scanned: '' },
    { id: '2', name: 'Card', path: '/media/card', online: false, reason: 'unplugged', photos: 1, scanned: '' },
  ]
  function libraryOf(calls: Parameters<typeof apiOf>[0] = {}, readOnly = false) {
    const library = new Library(apiOf(calls), readerOf([A]))
    const state = stateOf(1, { folders })
    state.snapshot.models = [modelOf({ graph: 'text', state: 'ready' }), modelOf({ graph: 'image', state: 'installed' }), modelOf({ graph: 'caption', state: 'failed' })]
    state.library.read_only = readOnly
    library.program.apply(state)
    return library
  }
  const find = (library: Library, id: string) => objectActions(library).find((a) => a.id === id) ?? expect.unreachable(id)
  const ids = (library: Library) => objectActions(library).filter((a) => a.enabled(contextOf(library))).map((a) => a.id)

  test('each have an id and a label of their own, and are offered where they fit', () => {
    const library = libraryOf()
    const all = [...actions, ...objectActions(library)]
    expect(new Set(all.map((a) => a.id)).size).toBe(all.length)
    expect(new Set(all.map((a) => a.label)).size).toBe(all.length)
    expect(ids(library)).toEqual(['folder.show:1', 'folder.show:2', 'folder.rescan:1', 'folder.remove:1', 'folder.remove:2', 'model.load:image', 'model.unload:text', 'model.retry:caption'])
    expect(ids(libraryOf({}, true))).toEqual(['folder.show:1', 'folder.show:2', 'model.load:image', 'model.unload:text', 'model.retry:caption'])
  })

  test('reach the object that they name', async () => {
    const calls = Object.fromEntries((['rescanFolder', 'loadModel', 'unloadModel', 'retryModel'] as const).map((name) => [name, vi.fn(async () => undefined)]))
    const library = libraryOf(calls)
    for (const id of ['folder.show:2', 'folder.rescan:1', 'model.load:image', 'model.unload:text', 'model.retry:caption']) await perform(find(library, id), contextOf(library))
    expect(library.search.narrow.folder).toBe('2')
    expect(Object.entries(calls).map(([name, fn]) => [name, fn.mock.calls])).toEqual([['rescanFolder', [['1']]], ['loadModel', [['image']]], ['unloadModel', [['text']]], ['retryModel', [['caption']]]])
  })

  test('a folder that leaves can be kept, and leaves otherwise', async () => {
    vi.useFakeTimers()
    const removeFolder = vi.fn(async () => undefined)
    const library = libraryOf({ removeFolder })
    const run = (id: string) => perform(find(library, id), contextOf(library))
    await run('folder.remove:1')
    expect(ids(library)).toContain('folder.keep:1')
    expect(ids(library)).not.toContain('folder.rescan:1')
    await run('folder.keep:1')
    await vi.advanceTimersByTimeAsync(UNDO)
    expect(removeFolder).not.toHaveBeenCalled()
    await run('folder.remove:1')
    await vi.advanceTimersByTimeAsync(UNDO)
    expect(removeFolder.mock.calls).toEqual([['1']])
    vi.useRealTimers()
  })
})

describe('orders and sizes', () => {
  test('are those that fit what is shown, and one of each is on', async () => {
    const library = new Library(apiOf({ search: async () => answerOf([A]) }), readerOf([A]))
    library.program.apply(stateOf(1))
    const shown = (group: 'order' | 'size') => offered(contextOf(library), group).map((a) => `${a.id}${a.checked?.(contextOf(library)) ? ' on' : ''}`)
    expect(shown('order')).toEqual(['order.newest on', 'order.added', 'order.name', 'order.size'])
    expect(shown('size')).toEqual(['size.small', 'size.medium on', 'size.large'])
    await perform(action('order.name'), contextOf(library))
    await perform(action('size.large'), contextOf(library))
    expect([library.listing.order, library.appearance.photoSize]).toEqual(['name', 2])
    await library.search.ask('dog')
    expect(shown('order')).toEqual(['order.evidence on', 'order.newest', 'order.name', 'order.size'])
    expect(shown('size')).toEqual([])
    await perform(action('order.newest'), contextOf(library))
    expect([library.search.sort, library.listing.order]).toEqual(['date', 'name'])
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
