import { describe, expect, it } from 'vitest'
import { coordinates, exposure, formatName, headline, isShownAsItIs } from './facts'

describe('exposure', () => {
  it('reads like on a camera', () => {
    expect(exposure({ focal_length: 23, aperture: 4, exposure: 0.002, iso: 200 })).toBe('23 mm, ƒ/4, 1/500 s, ISO 200')
    expect(exposure({ focal_length: 4.25, aperture: 1.78, exposure: 0.0083333, iso: 0 })).toBe('4.3 mm, ƒ/1.8, 1/120 s')
  })
  it('leaves out what is unknown', () => {
    expect(exposure({ focal_length: 0, aperture: 0, exposure: 0, iso: 0 })).toBe('')
    expect(exposure({ focal_length: 0, aperture: 0, exposure: 0, iso: 100 })).toBe('ISO 100')
  })
})

it('places have hemispheres', () => {
  expect(coordinates(38.71392, -9.13941)).toBe('38.7139° N, 9.1394° W')
  expect(coordinates(-33.9, 18.4)).toBe('33.9000° S, 18.4000° E')
})

it('formats have names, and some are drawn by the window itself', () => {
  expect(formatName('jpeg')).toBe('JPEG')
  expect(formatName('webp')).toBe('WebP')
  expect(isShownAsItIs('jpeg')).toBe(true)
  expect(isShownAsItIs('heic')).toBe(false)
  expect(isShownAsItIs('')).toBe(false)
})

describe('the headline', () => {
  it('is what a person wrote, else what a model saw', () => {
    expect(headline({ title: 'Lisbon', description: 'A day', caption: 'a street' })).toEqual({ text: 'Lisbon', from: 'title' })
    expect(headline({ title: ' ', description: '', caption: 'a street' })).toEqual({ text: 'a street', from: 'caption' })
    expect(headline({ title: '', description: '', caption: '' }).text).toBe('')
  })
})
