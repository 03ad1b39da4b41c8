import { expect, test } from 'vitest'
import { keyName } from './shortcuts'

const key = (key: string, part: Partial<KeyboardEvent> = {}) => keyName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...part })

test('keys are named as actions name them', () => {
  expect(key('k', { ctrlKey: true })).toBe('Ctrl+K')
  expect(key('k', { metaKey: true })).toBe('Ctrl+K')
  expect(key('S', { shiftKey: true })).toBe('Shift+S')
  expect(key('A', { ctrlKey: true, shiftKey: true })).toBe('Ctrl+Shift+A')
  expect(key('ArrowLeft')).toBe('←')
  expect(key('ArrowLeft', { shiftKey: true })).toBe('Shift+←')
  expect(key('Escape')).toBe('Esc')
})

test('Shift is part of a sign, not beside it', () => {
  expect(key('?', { shiftKey: true })).toBe('?')
  expect(key('+', { shiftKey: true })).toBe('+')
  expect(key('-')).toBe('−')
})
