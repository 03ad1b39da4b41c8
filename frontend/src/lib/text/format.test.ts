import { expect, test } from 'vitest'
import { ago, bytes, date, dateTime, duration, exposure, monthName, monthOfDay, percent, plural, took } from './format'

test('sizes are decimal and short', () => {
  expect([0, 999, 1000, 1500, 15_499, 999_499, 999_500, 61_300_000_000].map(bytes)).toEqual(['0 B', '999 B', '1 kB', '1.5 kB', '15 kB', '999 kB', '1 MB', '61 GB'])
})

test('durations name at most two units', () => {
  expect([0.2, 5, 59.4, 60, 22 * 60, 3600, 11_400, 26 * 3600].map(duration)).toEqual(['under 1 s', '5 s', '59 s', '1 min', '22 min', '1 h', '3 h 10 min', '1 day'])
  expect(duration(59.6)).toBe('1 min')
})

test('a percentage is 100 only when all is done', () => {
  expect([0, 61.9, 99.99, 100].map(percent)).toEqual(['0 %', '61 %', '99 %', '100 %'])
})

test('dates are those of the photo’s own clock', () => {
  expect(date('2021-08-14T18:42:00')).toBe('14 August 2021')
  expect(dateTime('2021-08-14T18:42:00')).toBe('14 August 2021, 18:42')
  expect(dateTime('2021-08-14')).toBe('14 August 2021')
  expect(date('')).toBe('')
  expect(date('2021-99-99')).toBe('')
})

test('months count from year zero', () => {
  expect(monthName(2015 * 12 + 4)).toBe('May 2015')
  expect(monthOfDay(0)).toBe(1970 * 12)
  expect(monthOfDay(-1)).toBe(1969 * 12 + 11)
})

test('small things read as people say them', () => {
  expect(plural(1, 'photo')).toBe('1 photo')
  expect(plural(18_204, 'photo')).toBe('18,204 photos')
  expect([0.4, 38, 1240].map(took)).toEqual(['1 ms', '38 ms', '1.2 s'])
  expect([0, 1 / 250, 0.5, 2.5].map(exposure)).toEqual(['', '1/250 s', '0.5 s', '2.5 s'])
  expect(ago('2026-01-01T00:00:00Z', Date.parse('2026-01-01T00:05:00Z'))).toBe('5 min ago')
  expect(ago('never')).toBe('')
})
