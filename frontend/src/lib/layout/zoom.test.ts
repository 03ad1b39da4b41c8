import { describe, expect, it } from 'vitest'
import { fitScale, fitted, held, isCoarse, isZoomed, lifeScale, moved, pinched, scaledAt, scaleRange, stepped, toggled, wheelFactor, type Place, type Point } from './zoom'

const stage = { width: 800, height: 600 }
const wide = { width: 6000, height: 3000 }
const small = { width: 100, height: 50 }

/** Where a point of the photo (from its middle, in its pixels) is on the stage. */
const onStage = (place: Place, p: Point): Point => ({ x: place.x + p.x * place.scale, y: place.y + p.y * place.scale })
const inPhoto = (place: Place, p: Point): Point => ({ x: (p.x - place.x) / place.scale, y: (p.y - place.y) / place.scale })

describe('fitting', () => {
  it('shows the whole photo, whichever side is longer', () => {
    expect(fitScale(stage, wide)).toBeCloseTo(800 / 6000)
    expect(fitScale(stage, { width: 3000, height: 6000 })).toBeCloseTo(600 / 6000)
  })
  it('enlarges a small photo to twice its size and no more', () => {
    expect(fitScale(stage, small)).toBe(2)
  })
  it('survives a photo or a stage without a size', () => {
    expect(fitScale(stage, { width: 0, height: 0 })).toBe(1)
    expect(fitScale({ width: 0, height: 0 }, wide)).toBe(1)
  })
})

describe('scaling at a point', () => {
  it('keeps what is under the pointer under the pointer', () => {
    const at = { x: 120, y: -60 }
    const before = fitted(stage, wide)
    const after = scaledAt(before, before.scale * 4, at, stage, wide, 1)
    expect(after.scale).toBeCloseTo(before.scale * 4)
    const same = onStage(after, inPhoto(before, at))
    expect(same.x).toBeCloseTo(at.x)
    expect(same.y).toBeCloseTo(at.y)
  })
  it('never goes below the whole photo, nor above the largest scale', () => {
    const place = fitted(stage, wide)
    const [low, high] = scaleRange(stage, wide, 2)
    expect(scaledAt(place, 0.0001, { x: 9, y: 9 }, stage, wide, 2)).toEqual({ scale: low, x: 0, y: 0 })
    expect(scaledAt(place, 99999, { x: 0, y: 0 }, stage, wide, 2).scale).toBe(high)
    expect(high).toBe(4)
  })
  it('lets a small photo be enlarged too', () => {
    const [low, high] = scaleRange(stage, small, 1)
    expect(high).toBeGreaterThanOrEqual(low * 4)
  })
})

describe('holding', () => {
  it('leaves no empty border beside what is larger than the stage', () => {
    const place = held({ scale: 0.5, x: 5000, y: -5000 }, stage, wide)
    expect(place.x).toBe((3000 - 800) / 2)
    expect(place.y).toBe(-(1500 - 600) / 2)
  })
  it('keeps what is smaller in the middle', () => {
    expect(held({ scale: 1, x: 30, y: -30 }, stage, small)).toEqual({ scale: 1, x: 0, y: 0 })
  })
  it('drags up to the edge', () => {
    const place = { scale: 0.2, x: 0, y: 0 } // 1200 × 600 on 800 × 600
    expect(moved(place, 50, 50, stage, wide)).toEqual({ scale: 0.2, x: 50, y: 0 })
    expect(moved(place, 5000, 0, stage, wide).x).toBe(200)
  })
})

describe('steps', () => {
  it('stops at life size on the way in and on the way out', () => {
    const fit = 0.3
    expect(stepped(0.8, 1, fit, 1)).toBe(1)
    expect(stepped(1, 1, fit, 1)).toBe(1.5)
    expect(stepped(1.2, -1, fit, 1)).toBe(1)
    expect(stepped(0.4, -1, fit, 1)).toBe(fit)
  })
  it('reaches life size and comes back to the fit, from any fit', () => {
    for (const fit of [0.05, 0.133, 0.5, 0.99]) {
      const seen: number[] = []
      let scale = fit
      for (let i = 0; i < 12; i++) seen.push((scale = stepped(scale, 1, fit, 1)))
      expect(seen).toContain(1)
      for (let i = 0; i < 40 && scale > fit; i++) scale = Math.max(fit, stepped(scale, -1, fit, 1))
      expect(scale).toBe(fit)
    }
  })
  it('double click goes to life size and back', () => {
    expect(toggled(0.2, 0.2, 1)).toBe(1)
    expect(toggled(1, 0.2, 1)).toBe(0.2)
    expect(toggled(0.9, 0.9, 1)).toBe(1.8)
    expect(toggled(2, 2, 1)).toBe(4)
  })
  it('knows when it is zoomed', () => {
    expect(isZoomed(0.2, 0.2)).toBe(false)
    expect(isZoomed(0.21, 0.2)).toBe(true)
    expect(lifeScale(2)).toBe(0.5)
  })
})

describe('the wheel', () => {
  it('zooms in when turned away, out when turned back, and undoes itself', () => {
    const turn = (deltaY: number, ctrlKey = false, deltaMode = 0) => wheelFactor({ deltaY, deltaMode, ctrlKey })
    expect(turn(-100)).toBeGreaterThan(1)
    expect(turn(100) * turn(-100)).toBeCloseTo(1)
    expect(turn(-3, false, 1)).toBeCloseTo(turn(-48))
    expect(turn(-10, true)).toBeGreaterThan(turn(-10))
    expect(turn(-1e9)).toBeLessThan(2)
  })
})

describe('two fingers', () => {
  it('spread and moved, keep the photo under them', () => {
    const place = scaledAt(fitted(stage, wide), 0.5, { x: 0, y: 0 }, stage, wide, 1)
    const before: [Point, Point] = [{ x: -50, y: 0 }, { x: 50, y: 0 }]
    const now: [Point, Point] = [{ x: -80, y: 20 }, { x: 120, y: 20 }]
    const after = pinched(place, before, now, stage, wide, 1)
    expect(after.scale).toBeCloseTo(1)
    for (const i of [0, 1] as const) {
      const p = onStage(after, inPhoto(place, before[i]))
      expect(p.x).toBeCloseTo(now[i].x)
      expect(p.y).toBeCloseTo(now[i].y)
    }
  })
  it('in one place do nothing', () => {
    const place = { scale: 0.5, x: 1, y: 2 }
    const same: [Point, Point] = [{ x: 3, y: 3 }, { x: 3, y: 3 }]
    expect(pinched(place, same, same, stage, wide, 1)).toEqual(place)
  })
})

describe('coarseness', () => {
  it('asks for more pixels only where the screen shows them and the photo has them', () => {
    expect(isCoarse(2048, wide, 0.2, 1)).toBe(false) // 1200 px on screen
    expect(isCoarse(2048, wide, 0.5, 1)).toBe(true) // 3000 px on screen
    expect(isCoarse(2048, wide, 0.2, 2)).toBe(true) // 2400 device pixels
    expect(isCoarse(1000, { width: 1000, height: 500 }, 4, 2)).toBe(false) // the photo has no more
  })
})
