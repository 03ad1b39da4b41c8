import { describe, expect, it } from 'vitest'
import { amountOf, faultOf, isAutomatic, isSame, numberOf, unitsOf, valueOf, type Ruled } from './values'

const ruled = (kind: string, low = '', high = '', zero = '', choices: string[] = []): Ruled => ({ kind, low, high, zero, choices })

describe('reading', () => {
  it.each([
    ['bytes', '256 MiB', 268_435_456],
    ['bytes', '1.5 GiB', 1_610_612_736],
    ['bytes', '2MB', 2_000_000],
    ['bytes', '1000000', 1_000_000],
    ['bytes', '0 B', 0],
    ['bytes', '1 TiB', 2 ** 40],
    ['span', '1h30m', 5400],
    ['span', '1h 30m', 5400],
    ['span', '100ms', 0.1],
    ['span', '0s', 0],
    ['span', '720h', 2_592_000],
    ['whole', '200,000,000', 200_000_000],
    ['whole', '200 000 000', 200_000_000],
    ['whole', '2e8', 200_000_000],
    ['share', '0.8', 0.8],
  ])('%s %s', (kind, text, want) => expect(numberOf(kind, text)).toBe(want))

  it.each([
    ['bytes', '9 XB'],
    ['bytes', 'much'],
    ['bytes', ''],
    ['span', '60'],
    ['span', '1x'],
    ['span', ''],
    ['whole', 'many'],
    ['whole', '1,2'],
    ['share', '80 %'],
  ])('refuses %s %j', (kind, text) => expect(numberOf(kind, text)).toBeNull())
})

describe('amounts', () => {
  it.each([
    ['bytes', '256 MiB', { number: '256', unit: 'MiB' }],
    ['bytes', '1.5 GiB', { number: '1536', unit: 'MiB' }],
    ['bytes', '64 GiB', { number: '64', unit: 'GiB' }],
    ['bytes', '0 B', { number: '0', unit: 'MiB' }],
    ['span', '1h30m', { number: '90', unit: 'm' }],
    ['span', '720h', { number: '30', unit: 'd' }],
    ['span', '24h', { number: '1', unit: 'd' }],
    ['span', '1m', { number: '1', unit: 'm' }],
    ['span', '1500ms', { number: '1500', unit: 'ms' }],
    ['span', '0s', { number: '0', unit: 's' }],
  ])('%s %s is shown in the largest round unit', (kind, value, want) => expect(amountOf(kind, value)).toEqual(want))

  it('come back as what they were', () => {
    const values = { bytes: ['16 MiB', '3 GiB', '1.5 GiB', '700 KiB'], span: ['3s', '10m', '90m', '48h', '36h', '250ms'] }
    for (const [kind, texts] of Object.entries(values)) {
      for (const text of texts) {
        const again = valueOf(kind, amountOf(kind, text))
        expect(numberOf(kind, again), `${text} → ${again}`).toBe(numberOf(kind, text))
      }
    }
  })
  it('keep what cannot be read, so that nothing typed is lost', () => {
    expect(amountOf('span', 'soon').number).toBe('soon')
    expect(valueOf('span', { number: 'soon', unit: 'd' })).toBe('soond')
  })
  it('offer units only where there are some', () => {
    expect(unitsOf('bytes')).toEqual(['GiB', 'MiB', 'KiB'])
    expect(unitsOf('span')).toContain('d')
    expect(unitsOf('whole')).toEqual([])
  })
})

describe('judging', () => {
  it.each<[Ruled, string, string | null]>([
    [ruled('whole', '1', '16'), '2', null],
    [ruled('whole', '1', '16'), '0', 'low'],
    [ruled('whole', '1', '16'), '17', 'high'],
    [ruled('whole', '1', '16'), '1.5', 'whole'],
    [ruled('whole', '1', '16'), 'two', 'number'],
    [ruled('bytes', '1 MiB', '64 GiB'), '0.5 MiB', 'low'],
    [ruled('bytes', '1 MiB', '64 GiB'), '65 GiB', 'high'],
    [ruled('bytes', '1 MiB', '64 GiB'), '64 GiB', null],
    [ruled('span', '1s', '1h'), '61m', 'high'],
    [ruled('span', '1s', '1h'), '60m', null],
    [ruled('share', '0.1', '1'), '0.05', 'low'],
    [ruled('share', '0.1', '1'), '0.1', null],
    [ruled('switch'), 'true', null],
    [ruled('switch'), 'yes', 'switch'],
    [ruled('choice', '', '', '', ['light', 'dark']), 'dark', null],
    [ruled('choice', '', '', '', ['light', 'dark']), 'blue', 'choice'],
    [ruled('word'), 'cuda', null],
    [ruled('word'), 'a\u001b', 'word'],
    [ruled('word'), 'x'.repeat(65), 'word'],
  ])('%j %j', (setting, value, want) => expect(faultOf(setting, value)).toBe(want))

  it('bears a list of choices that is missing', () => {
    expect(faultOf({ ...ruled('choice'), choices: null }, 'x')).toBe('choice')
  })
})

describe('what the program decides itself', () => {
  it('is a zero that stands for something, and nothing else', () => {
    expect(isAutomatic(ruled('whole', '0', '64', 'by the number of processors'), '0')).toBe(true)
    expect(isAutomatic(ruled('bytes', '0 B', '1 TiB', 'half'), '0 B')).toBe(true)
    expect(isAutomatic(ruled('whole', '0', '100'), '0')).toBe(false)
    expect(isAutomatic(ruled('whole', '0', '64', 'by the number of processors'), '2')).toBe(false)
  })
})

describe('sameness', () => {
  it('is of values, not of letters', () => {
    expect(isSame('span', '60s', '1m')).toBe(true)
    expect(isSame('bytes', '1024 MiB', '1 GiB')).toBe(true)
    expect(isSame('word', '1', '1.0')).toBe(false)
    expect(isSame('whole', '2', '3')).toBe(false)
  })
})
