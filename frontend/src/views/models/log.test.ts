import { describe, expect, it } from 'vitest'
import { filtered, joined, readLine } from './log'

describe('a line of the log', () => {
  it('has a time, a level and a text', () => {
    expect(readLine('17:42:47 INF a model is loaded device=cpu')).toEqual({ time: '17:42:47', level: 'info', text: 'a model is loaded device=cpu' })
    expect(readLine('17:42:47 WRN slow').level).toBe('warning')
    expect(readLine('17:42:47 FTL gone').level).toBe('error')
  })
  it('of any other shape is kept whole', () => {
    for (const line of ['', 'hello', '17:42:47 ??? what', '17:42 INF short']) expect(readLine(line)).toEqual({ time: '', level: 'info', text: line })
  })
})

describe('filtering', () => {
  const lines = ['10:00:00 INF a model is loaded graph=text', '10:00:01 WRN a worker ended graph=image', '10:00:02 ERR no memory graph=image'].map(readLine)
  it('wants every word, in any order and case', () => {
    expect(filtered(lines, 'IMAGE worker', 'trace')).toEqual([lines[1]])
    expect(filtered(lines, '', 'trace')).toHaveLength(3)
    expect(filtered(lines, '10:00:02', 'trace')).toEqual([lines[2]])
    expect(filtered(lines, 'nothing', 'trace')).toEqual([])
  })
  it('leaves out what is less serious', () => {
    expect(filtered(lines, '', 'warning')).toHaveLength(2)
    expect(filtered(lines, 'image', 'error')).toEqual([lines[2]])
  })
})

describe('joining what was read with what arrives', () => {
  it('adds only what is new', () => {
    expect(joined(['a', 'b', 'c'], ['b', 'c', 'd'], 9)).toEqual(['a', 'b', 'c', 'd'])
    expect(joined(['a', 'b'], ['a', 'b'], 9)).toEqual(['a', 'b'])
    expect(joined(['a'], [], 9)).toEqual(['a'])
  })
  it('is not fooled by lines that repeat', () => {
    expect(joined(['a', 'x', 'x'], ['x', 'x', 'b'], 9)).toEqual(['a', 'x', 'x', 'b'])
    expect(joined(['x'], ['x', 'x', 'x'], 9)).toEqual(['x'])
  })
  it('notices a gap', () => {
    expect(joined(['a', 'b'], ['d', 'e'], 9)).toBeNull()
    expect(joined([], ['d'], 9)).toBeNull()
    expect(joined(['a', 'b'], ['c', 'b', 'd'], 9)).toBeNull()
  })
  it('keeps no more than asked', () => {
    expect(joined(['a', 'b', 'c'], ['c', 'd'], 3)).toEqual(['b', 'c', 'd'])
  })
})
