import { describe, expect, it } from 'vitest'
import { Arrivals } from './arrivals'

const room = { width: 816, wish: 140, gap: 4 }
const photos = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => ({ id: `p${from + i}`, aspect: [1333, 1500, 667, 1778, 1000][(from + i) % 5]! })).reverse()

describe('photos that were just seen', () => {
  it('stand in full rows of about the wished height, newest row first', () => {
    const arrivals = new Arrivals(room)
    arrivals.take(photos(0, 40), 0, 0)
    const rows = arrivals.rows
    expect(rows[0]!.photos.at(-1)!.id).toBe('p39')
    expect(rows.at(-1)!.photos[0]!.id).toBe('p0')
    for (const row of rows.filter((r) => r.full)) {
      const width = row.photos.reduce((sum, p) => sum + (p.aspect / 1000) * row.height, 0) + room.gap * (row.photos.length - 1)
      expect(Math.abs(width - room.width)).toBeLessThan(6)
      expect(row.height).toBeGreaterThan(room.wish * 0.7)
      expect(row.height).toBeLessThanOrEqual(room.wish * 1.3)
    }
  })

  it('never move within their rows, and full rows never change, while others arrive', () => {
    const arrivals = new Arrivals(room)
    const full = new Map<string, string>()
    for (let n = 0; n < 400; n += 7) {
      arrivals.take(photos(Math.max(0, n - 20), n + 7), n, 500)
      for (const row of arrivals.rows) {
        const ids = row.photos.map((p) => p.id).join()
        const before = full.get(row.key)
        if (before !== undefined) expect(ids).toBe(before)
        if (row.full) full.set(row.key, ids)
      }
    }
    expect(arrivals.rows.flatMap((r) => r.photos).length).toBeLessThan(200)
    expect(arrivals.rows.flatMap((r) => r.photos).length).toBeGreaterThanOrEqual(160)
  })

  it('come once each, and only new ones sharpen', () => {
    const arrivals = new Arrivals(room)
    expect(arrivals.take(photos(0, 30), 1000, 0)).toBe(true)
    expect(arrivals.take(photos(0, 30), 2000, 0)).toBe(false)
    expect(arrivals.take(photos(20, 34), 3000, 900)).toBe(true)
    const all = arrivals.rows.flatMap((r) => r.photos)
    expect(new Set(all.map((p) => p.id)).size).toBe(34)
    const since = (id: string) => all.find((p) => p.id === id)!.since
    expect(since('p0')).toBeNull()
    expect(since('p29')).toBe(1000)
    expect(since('p30')).toBe(3000)
    expect(since('p33')).toBeGreaterThan(3000)
    arrivals.take(photos(30, 74), 4000, 900)
    const sharpening = arrivals.rows.flatMap((r) => r.photos).filter((p) => (p.since ?? 0) >= 4000)
    expect(sharpening.length).toBe(12)
    expect(sharpening.map((p) => p.id)).toContain('p73')
  })

  it('stay in order when the room changes', () => {
    const arrivals = new Arrivals(room)
    arrivals.take(photos(0, 50), 0, 0)
    const ids = () => [...arrivals.rows].reverse().flatMap((r) => r.photos.map((p) => p.id))
    const before = ids()
    arrivals.resize({ ...room, width: 440, wish: 92 })
    expect(ids()).toEqual(before)
    expect(arrivals.rows.every((r) => r.height < 92 * 1.31)).toBe(true)
  })
})
