import { describe, expect, it } from 'vitest'
import { Stretch } from './stretch'

describe('a content that fits an element', () => {
  it('is scrolled as it is', () => {
    const s = new Stretch()
    s.resize(50_000, 600)
    expect(s.height).toBe(50_000)
    expect(s.scrolled(12_345)).toBe(12_345)
    expect(s.shift).toBe(0)
    expect(s.to(99_999)).toBe(49_400)
  })
})

describe('a content of 24 million pixels', () => {
  const tall = () => {
    const s = new Stretch()
    s.resize(24_000_000, 600)
    return s
  }
  it('needs an element of 8 million', () => expect(tall().height).toBe(8_000_000))
  it('maps both ends to both ends', () => {
    const s = tall()
    expect(s.scrolled(0)).toBe(0)
    expect(s.scrolled(8_000_000 - 600)).toBe(24_000_000 - 600)
    expect(s.scrolled(0)).toBe(0)
  })
  it('moves by a wheel as far as the bar moves, anywhere', () => {
    for (const place of [0, 1000, 199_900, 4_000_000, 11_111_111, 23_790_000, 23_999_000]) {
      const s = tall()
      let bar = s.to(place)
      for (let i = 0; i < 30; i++) {
        const before = s.at
        bar += 53
        if (bar > 8_000_000 - 600) break
        expect(s.scrolled(bar) - before).toBeCloseTo(53, 6)
        expect(bar).toBeCloseTo(s.at - s.shift, 6)
      }
    }
  })
  it('keeps its place when the bar follows at rest', () => {
    const s = tall()
    let bar = s.to(12_000_000)
    for (let i = 0; i < 500; i++) s.scrolled((bar += 300))
    const at = s.at
    const settled = s.settle()
    expect(s.at).toBe(at)
    expect(settled).not.toBeCloseTo(bar, 0)
    expect(s.scrolled(settled)).toBe(at)
  })
  it('goes where the bar is dragged to, and both maps agree', () => {
    const s = tall()
    for (const bar of [100, 250_000, 1_000_000, 4_000_000, 7_700_000, 7_999_000]) {
      s.to(0)
      s.scrolled(bar > 2000 ? 1300 : 0)
      const at = s.scrolled(bar)
      if (bar > 5000) expect(at).toBeCloseTo(s.content(bar), 3)
      expect(s.content(s.sync())).toBeCloseTo(at, 3)
    }
  })
  it('never leaves the content', () => {
    const s = tall()
    s.to(5e9)
    expect(s.at).toBe(24_000_000 - 600)
    s.resize(10_000, 600)
    expect(s.at).toBe(9400)
  })
})
