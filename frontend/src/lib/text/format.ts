/** Numbers, dates, sizes and times in words. */

const number = new Intl.NumberFormat('en')
const month = new Intl.DateTimeFormat('en', { month: 'long', year: 'numeric', timeZone: 'UTC' })
const brief = new Intl.DateTimeFormat('en', { month: 'short', year: 'numeric', timeZone: 'UTC' })
const day = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long', year: 'numeric', timeZone: 'UTC' })
const dayOfWeek = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' })
const clock = new Intl.DateTimeFormat('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: 'UTC' })

/** 18,204 */
export const count = (n: number): string => number.format(n)

/** “1 photo”, “2 photos” */
export const plural = (n: number, one: string, many = `${one}s`): string => `${count(n)} ${n === 1 ? one : many}`

/** 62 % */
export const percent = (n: number): string => `${Math.floor(n)} %`

/** 61.3 GB, decimal units as file managers show them. */
export function bytes(n: number): string {
  if (n < 1000) return `${n} B`
  const units = ['kB', 'MB', 'GB', 'TB', 'PB']
  let unit = -1
  do {
    n /= 1000
    unit++
  } while (n >= 999.5 && unit < units.length - 1)
  return `${n < 10 ? n.toFixed(1).replace(/\.0$/, '') : Math.round(n)} ${units[unit]}`
}

/** “5 s”, “22 min”, “3 h 10 min”. */
export function duration(seconds: number): string {
  if (seconds < 1) return 'under 1 s'
  if (seconds < 59.5) return `${Math.round(seconds)} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  const rest = minutes % 60
  return minutes < 24 * 60 ? `${Math.floor(minutes / 60)} h${rest > 0 ? ` ${rest} min` : ''}` : plural(Math.round(minutes / 60 / 24), 'day')
}

/** “38 ms”, “1.2 s”. */
export const took = (ms: number): string => (ms < 1000 ? `${Math.max(1, Math.round(ms))} ms` : `${(ms / 1000).toFixed(1)} s`)

/** May 2015, of year*12 + month − 1. */
export const monthName = (index: number): string => month.format(Date.UTC(Math.floor(index / 12), index % 12, 1))

/** May 2015, with the month cut short where it is long. */
export const shortMonth = (index: number): string => brief.format(Date.UTC(Math.floor(index / 12), index % 12, 1))

/** year*12 + month − 1 of a day since 1970-01-01. */
export function monthOfDay(days: number): number {
  const date = new Date(days * 86_400_000)
  return date.getUTCFullYear() * 12 + date.getUTCMonth()
}

/** 14 August 2021, of “2021-08-14T18:42:00”, by the photo's own clock. */
export function date(taken: string): string {
  const at = local(taken)
  return at === null ? '' : day.format(at)
}

/** 14 August 2021, 18:42 */
export function dateTime(taken: string): string {
  const at = local(taken)
  return at === null ? '' : taken.length > 10 ? `${day.format(at)}, ${clock.format(at)}` : day.format(at)
}

/** Saturday */
export function weekday(taken: string): string {
  const at = local(taken)
  return at === null ? '' : dayOfWeek.format(at)
}

function local(taken: string): number | null {
  if (!/^\d{4}-\d\d-\d\d/.test(taken)) return null
  const at = Date.parse(taken.length > 10 ? `${taken.slice(0, 19)}Z` : `${taken}T00:00:00Z`)
  return Number.isNaN(at) ? null : at
}

/** “just now”, “5 min ago”, “3 h ago”, “2 days ago”, of an instant in RFC 3339. */
export function ago(instant: string, now = Date.now()): string {
  const seconds = (now - Date.parse(instant)) / 1000
  if (Number.isNaN(seconds)) return ''
  return seconds < 10 ? 'just now' : `${duration(seconds)} ago`
}

/** 1/250 s, 2.5 s */
export function exposure(seconds: number): string {
  if (seconds <= 0) return ''
  return seconds < 0.3 ? `1/${count(Math.round(1 / seconds))} s` : `${Number(seconds.toFixed(1))} s`
}
