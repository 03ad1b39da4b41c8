import { count, plural } from '../format'

/** What the strip at the foot of the window says. */
export const strip = {
  label: 'Your whole library by month',
  help: 'Arrow keys go from month to month, Page up and Page down from year to year. Enter shows one month, with Shift several. Escape shows all.',
  noDate: 'No date',
  none: 'No photos yet',
  noneWhy: 'One square for each',
  photos: (n: number) => plural(n, 'photo'),
  all: 'All searchable',
  some: (n: number) => `${count(n)} searchable`,
  answer: (n: number) => (n === 0 ? 'None of them answers' : n === 1 ? '1 of them answers' : `${count(n)} of them answer`),
  at: (n: number, found: number | null) => `${plural(n, 'photo')}${found === null ? '' : `, ${found === 0 ? 'none' : count(found)} found`}`,
  range: (from: string, to: string) => (from === to ? from : `${from} to ${to}`),
  finding: 'Finding photos',
  found: (n: number) => `${plural(n, 'file')} so far`,
  looking: (month: string) => (month ? `Looking at ${month}` : 'Looking at photos'),
  paused: 'Paused',
  stopped: 'Stopped',
  of: (done: number, total: number) => `${count(done)} of ${plural(total, 'photo')}`,
} as const
