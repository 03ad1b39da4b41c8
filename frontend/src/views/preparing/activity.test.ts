import { describe, expect, it } from 'vitest'
import { Activity } from './activity'

describe('what the program looks into', () => {
  const at = (second: number) => new Date(2026, 10, 24, 14, 31, second)

  it('is told once a folder, by its last two names', () => {
    const activity = new Activity((folder) => `Looking into ${folder}`)
    expect(activity.take('/home/ana/Pictures/2013/a.jpg', at(1))).toBe(true)
    expect(activity.take('/home/ana/Pictures/2013/b.jpg', at(2))).toBe(false)
    expect(activity.take('/home/ana/Pictures/2014/c.jpg', at(3))).toBe(true)
    expect(activity.take('/home/ana/Pictures/2013/d.jpg', at(4))).toBe(false)
    expect(activity.take('', at(5))).toBe(false)
    expect(activity.moments).toEqual([
      { time: '14:31:01', text: 'Looking into Pictures/2013' },
      { time: '14:31:03', text: 'Looking into Pictures/2014' },
    ])
  })

  it('keeps the last moments only', () => {
    const activity = new Activity((folder) => folder)
    for (let i = 0; i < 100; i++) activity.take(`C:\\Photos\\${i}\\a.jpg`, at(1))
    expect(activity.moments.length).toBe(40)
    expect(activity.moments.at(-1)!.text).toBe('Photos/99')
  })
})
