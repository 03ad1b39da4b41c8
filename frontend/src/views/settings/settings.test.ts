import { describe, expect, it } from 'vitest'
import { ApiError, type Setting } from '$lib/api'
import { grouped, nameOf } from './groups'
import { Sheet } from './sheet.svelte'
import { faultSentence, rangeOf, shown } from './words'

const setting = (key: string, part: Partial<Setting> = {}): Setting => ({
  key, section: key.split('.')[0] ?? '', kind: 'whole', sentence: 'A number.', value: '2', standard: '2', low: '1', high: '16', zero: '', choices: [], pending: false, ...part,
})

describe('words', () => {
  it.each([
    ['bytes', '256 MiB', '256 MiB'],
    ['span', '720h', '30 days'],
    ['span', '24h', '1 day'],
    ['span', '1h30m', '90 min'],
    ['share', '0.8', '80 %'],
    ['share', '0.29', '29 %'],
    ['whole', '200000000', '200,000,000'],
    ['switch', 'true', 'on'],
    ['word', '', 'automatic'],
    ['choice', 'dark', 'Dark'],
  ])('%s %s reads %s', (kind, value, want) => expect(shown(kind, value)).toBe(want))

  it('tell the range', () => {
    expect(rangeOf(setting('a.b'))).toBe('1 to 16')
    expect(rangeOf(setting('a.b', { low: '0', high: '64', zero: 'by the number of processors' }))).toBe('up to 64')
    expect(rangeOf(setting('a.b', { kind: 'switch', low: '', high: '' }))).toBe('')
  })
  it('tell what is wrong, and what would be right', () => {
    expect(faultSentence(setting('a.b'), '0')).toContain('1 to 16')
    expect(faultSentence(setting('a.b'), '3')).toBe('')
    expect(faultSentence(setting('a.b', { kind: 'span', low: '1s', high: '1h' }), '2h')).toContain('1 s to 1 h')
  })
})

describe('groups', () => {
  const list = [setting('log.backups'), setting('supervisor.decoders'), setting('window.theme', { kind: 'choice' }), setting('future.thing')]
  it('begin with the window and end with the log', () => {
    expect(grouped(list, '').map(({ section }) => section)).toEqual(['window', 'supervisor', 'future', 'log'])
  })
  it('are found by name, sentence, key and heading', () => {
    expect(grouped(list, 'appearance').map(({ section }) => section)).toEqual(['window'])
    expect(grouped(list, 'LOG kept').flatMap(({ settings }) => settings.map(({ key }) => key))).toEqual(['log.backups'])
    expect(grouped(list, 'models memory')[0]?.section).toBe('supervisor')
    expect(grouped(list, 'zzz')).toEqual([])
  })
  it('names what has no name yet', () => expect(nameOf({ key: 'future.new_thing' })).toBe('New thing'))
})

describe('the sheet', () => {
  function program(refuse = '') {
    const told: string[] = []
    const sheet = new Sheet({
      settings: async () => [setting('a.b'), setting('a.c')],
      setSetting: async (key, value) => {
        if (refuse) throw new ApiError(refuse)
        return setting(key, { value, pending: true })
      },
      resetSetting: async (key) => setting(key),
    }, ({ key, value }) => told.push(`${key}=${value}`))
    return { sheet, told }
  }

  it('takes in what was saved, and only that line', async () => {
    const { sheet, told } = program()
    await sheet.read()
    await sheet.set('a.b', '5')
    expect(sheet.list.map(({ value, pending }) => [value, pending])).toEqual([['5', true], ['2', false]])
    expect(told).toEqual(['a.b=5'])
    await sheet.reset('a.b')
    expect(sheet.list[0]?.value).toBe('2')
  })
  it('keeps the old value and says why, until it goes well', async () => {
    const { sheet, told } = program('The disk is full.')
    await sheet.read()
    await sheet.set('a.b', '5')
    expect(sheet.list[0]?.value).toBe('2')
    expect(sheet.refused).toEqual({ 'a.b': 'The disk is full.' })
    expect(told).toEqual([])
    await sheet.reset('a.b')
    expect(sheet.refused).toEqual({})
  })
  it('says why there is none', async () => {
    const sheet = new Sheet({ settings: () => Promise.reject(new ApiError('No.')), setSetting: async (key) => setting(key), resetSetting: async (key) => setting(key) })
    await sheet.read()
    expect(sheet.problem).toBe('No.')
  })
})
