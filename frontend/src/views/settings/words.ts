import { format, t } from '$lib/text'
import { amountOf, faultOf, numberOf, type Ruled } from './values'

/** A value as a person reads it: "256 MiB", "30 days", "80 %", "200,000,000". */
export function shown(kind: string, value: string): string {
  const number = numberOf(kind, value)
  switch (kind) {
    case 'switch':
      return value === 'true' ? t.settings.on : t.settings.off
    case 'choice':
      return t.settings.choices[value] ?? value
    case 'word':
      return value || t.settings.empty
    case 'share':
      return number === null ? value : format.percent(number * 100 + 1e-6)
    case 'bytes':
    case 'span': {
      const { number: amount, unit } = amountOf(kind, value)
      const many = t.settings.units[unit] ?? unit
      return `${Number.isNaN(Number(amount)) ? amount : format.count(Number(amount))} ${amount === '1' && unit === 'd' ? t.settings.day : many}`
    }
    default:
      return number === null ? value : format.count(number)
  }
}

/** "1 to 16", "up to 64"; '' where there is no range. */
export function rangeOf(setting: Ruled): string {
  if (!setting.high) return ''
  if (setting.zero) return t.settings.upTo(shown(setting.kind, setting.high))
  return t.settings.range(shown(setting.kind, setting.low), shown(setting.kind, setting.high))
}

/** What is wrong with a value, as a sentence; '' if nothing is. */
export function faultSentence(setting: Ruled, value: string): string {
  const fault = faultOf(setting, value)
  return fault === null ? '' : t.settings.fault[fault](rangeOf(setting))
}
