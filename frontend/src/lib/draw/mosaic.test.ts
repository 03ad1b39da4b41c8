import { describe, expect, it } from 'vitest'
import { cellsFor, MOSAIC_STEPS, stepAt } from './mosaic'

describe('a mosaic', () => {
  it('has nearly square cells in either direction', () => {
    expect(cellsFor(7, 640, 480)).toEqual({ columns: 7, rows: 5 })
    expect(cellsFor(28, 480, 640)).toEqual({ columns: 21, rows: 28 })
    expect(cellsFor(14, 100, 100)).toEqual({ columns: 14, rows: 14 })
  })

  it('never has fewer than two cells either way', () => {
    expect(cellsFor(7, 4000, 100)).toEqual({ columns: 7, rows: 2 })
    expect(cellsFor(7, 100, 4000)).toEqual({ columns: 2, rows: 7 })
    expect(cellsFor(7, 0, 0).rows).toBeGreaterThan(1)
  })

  it('sharpens in steps and ends', () => {
    expect([0, 99, 100, 250, 300, 9999].map((t) => stepAt(t, 100))).toEqual([7, 7, 14, 28, null, null])
    expect(stepAt(-5, 100)).toBe(MOSAIC_STEPS[0])
  })
})
