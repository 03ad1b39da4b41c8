// @vitest-environment happy-dom
import { beforeEach, describe, expect, it } from 'vitest'
import { justify } from '$lib/layout/justified'
import { Library, PhotoList } from '$lib/state'
import { handsOf, type Hands } from './hands'

const COUNT = 40
const aspect = new Uint16Array(COUNT).fill(1333)
const layout = justify(aspect, [{ start: 0, end: COUNT }], { width: 1000, wish: 150, gap: 4, under: 0, heading: 0, firstHeading: 0 })
const source = new PhotoList(Array.from({ length: COUNT }, (_, i) => `id${i}`))

describe('hands in a grid', () => {
  let library: Library
  let hands: Hands
  let focus: number
  let list: HTMLElement

  beforeEach(() => {
    library = new Library()
    focus = 0
    hands = handsOf(library, {
      source: () => source,
      layout: () => layout,
      aspect: () => aspect,
      page: () => 500,
      // As the grid does: the element of the photo takes the focus, and says so.
      focus: (photo) => {
        focus = photo
        library.selection.focusOn(photo, source.idAt(photo) ?? '')
      },
    })
    list = document.createElement('div')
    for (let i = 0; i < COUNT; i++) {
      const tile = document.createElement('div')
      tile.dataset.index = String(i)
      const check = document.createElement('span')
      check.dataset.check = ''
      tile.append(check)
      list.append(tile)
    }
    list.addEventListener('click', hands.clicked)
    list.addEventListener('keydown', hands.pressed)
    list.addEventListener('contextmenu', hands.menu)
    document.body.replaceChildren(list)
  })

  const tile = (i: number) => list.children[i] as HTMLElement
  const click = (i: number, init: MouseEventInit = {}) => tile(i).dispatchEvent(new MouseEvent('click', { bubbles: true, ...init }))
  const press = (key: string, init: KeyboardEventInit = {}) => {
    const event = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init })
    tile(focus).dispatchEvent(event)
    return event
  }
  const picked = () => [...library.selection.ids].sort()

  it('open a photo by a click or Enter, with those around it', () => {
    click(7)
    expect(library.navigation.viewer).toEqual({ source, index: 7, id: 'id7' })
    library.navigation.close()
    focus = 3
    press('Enter')
    expect(library.navigation.viewer?.index).toBe(3)
  })
  it('pick out by the check, Ctrl and Space, and by a click once any is picked out', () => {
    tile(2).firstElementChild?.dispatchEvent(new MouseEvent('click', { bubbles: true }))
    click(4)
    focus = 6
    press(' ')
    expect(picked()).toEqual(['id2', 'id4', 'id6'])
    click(4, { ctrlKey: true })
    expect(picked()).toEqual(['id2', 'id6'])
    expect(library.navigation.viewer).toBeNull()
  })
  it('pick out ranges that grow and shrink', () => {
    click(5, { ctrlKey: true })
    click(9, { shiftKey: true })
    expect(picked()).toEqual(['id5', 'id6', 'id7', 'id8', 'id9'])
    click(6, { shiftKey: true })
    expect(picked()).toEqual(['id5', 'id6'])
    click(3, { shiftKey: true })
    expect(picked()).toEqual(['id3', 'id4', 'id5'])
  })
  it('pick out from the photo in focus by Shift and an arrow', () => {
    focus = 10
    library.selection.focusOn(10, 'id10')
    press('ArrowRight', { shiftKey: true })
    press('ArrowRight', { shiftKey: true })
    press('ArrowLeft', { shiftKey: true })
    expect(picked()).toEqual(['id10', 'id11'])
  })
  it('move by arrows, and leave other keys to the page', () => {
    press('ArrowRight')
    expect(focus).toBe(1)
    press('ArrowDown')
    expect(focus).toBe((layout.start[1] ?? 0) + 1)
    press('End')
    expect(focus).toBe(COUNT - 1)
    expect(press('f').defaultPrevented).toBe(false)
    expect(press('ArrowLeft', { ctrlKey: true }).defaultPrevented).toBe(false)
    expect(press('Home').defaultPrevented).toBe(true)
  })
  it('open the menu for what was picked out, or for another photo alone', () => {
    click(1, { ctrlKey: true })
    click(2, { ctrlKey: true })
    tile(2).dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, clientX: 5, clientY: 6 }))
    expect(library.overlays.menu).toEqual({ x: 5, y: 6, ids: ['id1', 'id2'] })
    tile(8).dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, clientX: 5, clientY: 6 }))
    expect(library.overlays.menu?.ids).toEqual(['id8'])
    expect(picked()).toEqual([])
  })
})
