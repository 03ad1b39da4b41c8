import { describe, expect, it } from 'vitest'
import { drawLine, layoutLine } from './line'
import { contextOf, INK } from './testing'

const bins = new Array<number>(100).fill(0).map((_, i) => (i > 10 && i < 50 ? 600 : i === 90 || i === 95 ? 2 : 0))
const size = { width: 720, height: 96, ratio: 1 }

describe('the line', () => {
  it('lights what lies right of the cut, square for photo, and nothing left of it', () => {
    const layout = layoutLine({ low: 0, high: 1, cut: 0.72, bins }, size)
    const { g, squares } = contextOf()
    drawLine(g, layout, INK, 'worst', 'best')
    const lit = squares.filter((s) => s.colour === INK.lit)
    expect(lit.length).toBe(4)
    expect(lit.every((s) => s.x > layout.cut)).toBe(true)
    expect(squares.filter((s) => s.colour === INK.pixel).every((s) => s.x < layout.cut)).toBe(true)
  })

  it('keeps a photo that lies just beyond the cut on its side, whatever the width', () => {
    const close = new Array<number>(100).fill(0)
    close[71] = 5
    close[72] = 1
    for (let width = 260; width < 900; width += 13) {
      const layout = layoutLine({ low: 0, high: 1, cut: 0.72, bins: close }, { ...size, width })
      expect(layout.columns.filter((c) => c.lit && c.squares > 0).length).toBe(1)
      expect(layout.columns.filter((c) => !c.lit && c.squares > 0).length).toBe(1)
    }
  })

  it('has nothing lit where nothing fits, and the cut stays visible', () => {
    const layout = layoutLine({ low: 0, high: 0.5, cut: 0.9, bins: bins.map((b, i) => (i < 60 ? b : 0)) }, size)
    expect(layout.columns.some((c) => c.lit && c.squares > 0)).toBe(false)
    expect(layout.cut).toBeLessThan(size.width)
  })

  it('bears a library of which nothing is known', () => {
    const layout = layoutLine({ low: 0, high: 0, cut: 0, bins: [] }, size)
    expect(layout.columns.every((c) => c.squares === 0)).toBe(true)
  })
})
