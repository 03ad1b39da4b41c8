// @vitest-environment happy-dom
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { justify, placeOf, type Layout } from './justified'
import { GridScroll } from './scroll.svelte'

const aspect = (n: number) => Uint16Array.from({ length: n }, (_, i) => [1333, 750, 1500, 1778, 1000][(i * 7) % 5] ?? 1333)
const layoutOf = (n: number, width = 1000): Layout => justify(aspect(n), [{ start: 0, end: n }], { width, wish: 140, gap: 4, under: 0, heading: 40, firstHeading: 40 })

/** An element that scrolls, 600 px high. happy-dom lays nothing out. */
function scroller(): HTMLElement {
  const element = document.createElement('div')
  Object.defineProperty(element, 'clientHeight', { value: 600 })
  return element
}

describe('a grid that scrolls', () => {
  let scroll: GridScroll
  let element: HTMLElement
  let end: () => void
  const turn = (to: number) => {
    element.scrollTop = to
    element.dispatchEvent(new Event('scroll'))
  }

  beforeEach(() => {
    vi.useFakeTimers()
    scroll = new GridScroll()
    element = scroller()
    end = scroll.attach(element)
  })
  afterEach(() => {
    end()
    vi.useRealTimers()
  })

  it('draws the rows near the view and no others', () => {
    const layout = layoutOf(5000)
    scroll.take(layout, (photo) => photo)
    expect(scroll.rows.first).toBe(0)
    expect(scroll.rows.last).toBeLessThan(10)
    turn(20_000)
    const tops = [scroll.rows.first, scroll.rows.last].map((row) => layout.top[row] ?? 0)
    expect(tops[0]).toBeGreaterThan(20_000 - 700)
    expect(tops[1]).toBeLessThan(20_600 + 500)
    expect(scroll.inView.first).toBeGreaterThan(0)
  })

  it('keeps what is on screen where it is when photos come in above', () => {
    scroll.take(layoutOf(3000), (photo) => photo)
    turn(15_000)
    const photo = scroll.inView.first
    const before = layoutOf(3000)
    const offset = scroll.at - placeOf(before, aspect(3000), photo).y
    const now = layoutOf(3050)
    scroll.take(now, (old) => old + 50)
    const place = placeOf(now, aspect(3050), photo + 50)
    expect(Math.abs(scroll.at - place.y - offset)).toBeLessThan(place.height)
    expect(scroll.inView.first).toBeLessThanOrEqual(photo + 50)
    expect(scroll.inView.last).toBeGreaterThanOrEqual(photo + 50)
    expect(element.scrollTop).toBe(scroll.at)
  })

  it('stays at the top when one is at the top, so that new photos are seen', () => {
    scroll.take(layoutOf(3000), (photo) => photo)
    scroll.take(layoutOf(3050), (old) => old + 50)
    expect(scroll.at).toBe(0)
  })

  it('keeps the photo when the window becomes narrower', () => {
    scroll.take(layoutOf(3000), (photo) => photo)
    turn(15_000)
    const photo = scroll.inView.first
    scroll.take(layoutOf(3000, 500), (old) => old)
    expect(scroll.inView.first).toBeLessThanOrEqual(photo)
    expect(scroll.inView.last).toBeGreaterThanOrEqual(photo)
  })

  it('reveals a photo with as little movement as is needed', () => {
    const layout = layoutOf(3000)
    scroll.take(layout, (photo) => photo)
    scroll.reveal(5, aspect(3000))
    expect(scroll.at).toBe(0)
    scroll.reveal(1500, aspect(3000))
    const place = placeOf(layout, aspect(3000), 1500)
    expect(scroll.at).toBeCloseTo(place.y + place.height + 8 - 600, 0)
    scroll.reveal(0, aspect(3000))
    expect(scroll.at).toBe(0)
  })

  it('does not load photos that rush past, and does when it rests', () => {
    scroll.take(layoutOf(100_000), (photo) => photo)
    turn(10)
    vi.advanceTimersByTime(16)
    turn(9000)
    expect(scroll.fast).toBe(true)
    vi.advanceTimersByTime(500)
    expect(scroll.fast).toBe(false)
  })

  it('reaches the last photo of a content that is higher than an element can be', () => {
    const layout = layoutOf(1_000_000)
    scroll.take(layout, (photo) => photo)
    expect(layout.total).toBeGreaterThan(16_000_000)
    expect(scroll.height).toBeLessThanOrEqual(8_000_000)
    scroll.reveal(999_999, aspect(1_000_000))
    expect(scroll.inView.last).toBe(999_999)
    const row = layout.top[layout.rows - 1] ?? 0
    const inElement = row - scroll.base + scroll.offset
    expect(inElement).toBeGreaterThan(scroll.height - 700)
    expect(inElement).toBeLessThan(scroll.height)
  })
})
