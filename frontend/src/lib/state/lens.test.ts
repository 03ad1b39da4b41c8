import { beforeEach, describe, expect, it } from 'vitest'
import { Lens } from './lens.svelte'

describe('the lens', () => {
  let lens: Lens
  beforeEach(() => {
    lens = new Lens()
    lens.stage = { width: 800, height: 600 }
    lens.photo = { width: 4000, height: 3000 }
  })

  it('begins with the whole photo and comes back to it', () => {
    expect([lens.zoomed, lens.place]).toEqual([false, { scale: 0.2, x: 0, y: 0 }])
    lens.zoomIn()
    expect(lens.zoomed).toBe(true)
    lens.fit()
    expect([lens.zoomed, lens.place.scale]).toEqual([false, 0.2])
  })
  it('zooms out no further than the whole photo', () => {
    for (let i = 0; i < 9; i++) lens.zoomIn()
    for (let i = 0; i < 30; i++) lens.zoomOut()
    expect(lens.place).toEqual({ scale: 0.2, x: 0, y: 0 })
  })
  it('moves only what is larger than the stage, and not beyond its edge', () => {
    lens.move(50, 50)
    expect(lens.place).toEqual({ scale: 0.2, x: 0, y: 0 })
    lens.toggle({ x: 0, y: 0 })
    lens.move(1e6, -1e6)
    expect(lens.place).toEqual({ scale: 1, x: (4000 - 800) / 2, y: -(3000 - 600) / 2 })
  })
  it('keeps the whole photo whole when the stage changes, and what is close close', () => {
    lens.stage = { width: 400, height: 300 }
    expect(lens.place.scale).toBe(0.1)
    lens.toggle()
    lens.stage = { width: 1000, height: 900 }
    expect(lens.place.scale).toBe(1)
  })
  it('counts in pixels of the screen', () => {
    lens.density = 2
    lens.toggle()
    expect(lens.percent).toBe(100)
    expect(lens.place.scale).toBe(0.5)
  })
  it('knows when it is as close as it gets', () => {
    for (let i = 0; i < 30; i++) lens.zoomIn()
    expect(lens.atMost).toBe(true)
  })
})
