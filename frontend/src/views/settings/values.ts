// The values of settings: the text that the settings file holds, as numbers, as an amount with a unit that a person
// edits, and back. The program judges what it is sent; these functions say so before it is sent.

/** What is needed of a setting to read and to judge its values. */
export interface Ruled {
  kind: string
  low: string
  high: string
  zero: string
  choices: string[] | null
}

/** A number and its unit, as they stand in the two fields of a size or a time. */
export interface Amount {
  number: string
  unit: string
}

/** What is wrong with a value. */
export type Fault = 'number' | 'whole' | 'low' | 'high' | 'choice' | 'word' | 'switch'

interface Unit {
  name: string
  size: number
}

const BYTES: readonly Unit[] = [
  { name: 'GiB', size: 2 ** 30 },
  { name: 'MiB', size: 2 ** 20 },
  { name: 'KiB', size: 2 ** 10 },
]
// What the file may hold besides, written by hand.
const BYTES_READ: readonly Unit[] = [...BYTES, { name: 'TiB', size: 2 ** 40 }, { name: 'B', size: 1 }, { name: 'TB', size: 1e12 }, { name: 'GB', size: 1e9 }, { name: 'MB', size: 1e6 }, { name: 'KB', size: 1e3 }]
// In seconds. Days are no unit of the file: they are written as hours.
const SPANS: readonly Unit[] = [
  { name: 'd', size: 86_400 },
  { name: 'h', size: 3600 },
  { name: 'm', size: 60 },
  { name: 's', size: 1 },
  { name: 'ms', size: 0.001 },
]
const SPANS_READ: readonly Unit[] = [...SPANS.slice(1), { name: 'us', size: 1e-6 }, { name: 'µs', size: 1e-6 }, { name: 'ns', size: 1e-9 }]
const LONGEST_WORD = 64

/** The units that a person may pick, largest first; none for other kinds. */
export function unitsOf(kind: string): string[] {
  return unitTable(kind).map((unit) => unit.name)
}

/** Reads a value: bytes, seconds, or a plain number. Null: it is none. */
export function numberOf(kind: string, text: string): number | null {
  switch (kind) {
    case 'bytes':
      return readBytes(text)
    case 'span':
      return readSpan(text)
    default:
      return readPlain(text)
  }
}

/** Splits a value into an amount of the largest unit that it is a round number of. */
export function amountOf(kind: string, value: string): Amount {
  const units = unitTable(kind)
  const total = numberOf(kind, value)
  const smallest = units.at(-1)
  if (total === null || !smallest) return { number: value, unit: smallest?.name ?? '' }
  if (total === 0) return { number: '0', unit: kind === 'span' ? 's' : 'MiB' }
  const unit = units.find(({ size }) => total >= size && isRound(total / size)) ?? smallest
  return { number: trimmed(total / unit.size), unit: unit.name }
}

/** The text for the file. */
export function valueOf(kind: string, { number, unit }: Amount): string {
  const text = ungrouped(number)
  if (kind === 'bytes') return `${text} ${unit}`
  if (kind !== 'span') return text
  const days = unit === 'd' ? readPlain(text) : null
  return days === null ? `${text}${unit}` : `${trimmed(days * 24)}h`
}

/** What is wrong with a value; null: nothing that can be told from here. */
export function faultOf(setting: Ruled, value: string): Fault | null {
  switch (setting.kind) {
    case 'switch':
      return value === 'true' || value === 'false' ? null : 'switch'
    case 'choice':
      return setting.choices?.includes(value) ? null : 'choice'
    case 'word':
      return value.length <= LONGEST_WORD && /^[ -~]*$/.test(value) ? null : 'word'
  }
  const number = numberOf(setting.kind, value)
  if (number === null) return 'number'
  if (setting.kind === 'whole' && !Number.isInteger(number)) return 'whole'
  const low = numberOf(setting.kind, setting.low)
  const high = numberOf(setting.kind, setting.high)
  if (low !== null && number < low) return 'low'
  if (high !== null && number > high) return 'high'
  return null
}

/** Whether the value is the zero that stands for "the program decides". */
export function isAutomatic(setting: Ruled, value: string): boolean {
  return setting.zero !== '' && (setting.kind === 'word' ? value === '' : numberOf(setting.kind, value) === 0)
}

/** Whether two values say the same, as 60s and 1m do. */
export function isSame(kind: string, a: string, b: string): boolean {
  if (a === b) return true
  const [x, y] = [numberOf(kind, a), numberOf(kind, b)]
  return x !== null && y !== null && kind !== 'word' && kind !== 'choice' && kind !== 'switch' && x === y
}

function unitTable(kind: string): readonly Unit[] {
  return kind === 'bytes' ? BYTES : kind === 'span' ? SPANS : []
}

function readPlain(text: string): number | null {
  const plain = ungrouped(text)
  return /^-?\d+(\.\d+)?(e\d+)?$/i.test(plain) ? Number(plain) : null
}

function readBytes(text: string): number | null {
  const [, number, name] = /^\s*([\d.,]+)\s*([a-z]*)\s*$/i.exec(text) ?? []
  if (number === undefined) return null
  const unit = name ? BYTES_READ.find((u) => u.name.toLowerCase() === name.toLowerCase()) : { size: 1 }
  const amount = readPlain(number)
  return unit && amount !== null ? Math.round(amount * unit.size) : null
}

function readSpan(text: string): number | null {
  const plain = text.replaceAll(' ', '')
  if (plain === '0') return 0
  if (!/^(\d+(\.\d+)?(ns|us|µs|ms|h|m|s))+$/.test(plain)) return null
  let total = 0
  for (const [, number, name] of plain.matchAll(/(\d+(?:\.\d+)?)(ns|us|µs|ms|h|m|s)/g)) {
    total += Number(number) * (SPANS_READ.find((u) => u.name === name)?.size ?? 0)
  }
  return Number(total.toPrecision(12))
}

/** Takes out what only makes a number easier to read: 200,000,000 and 200 000 000 are the same. */
function ungrouped(text: string): string {
  return text.trim().replace(/(?<=\d)[\s,_\u00a0\u202f](?=\d{3}(\D|$))/g, '')
}

function isRound(number: number): boolean {
  return Math.abs(number - Math.round(number)) < 1e-9 * Math.max(1, number)
}

function trimmed(number: number): string {
  return String(Number(number.toPrecision(12)))
}
