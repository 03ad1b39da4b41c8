/** Where in a text the words of a query were found. */
export interface Match {
  /** The higher, the better. */
  score: number
  /** First character and the one after the last, ascending, not overlapping. */
  ranges: [number, number][]
}

const WORD_START = 4
const TEXT_START = 3
const WHOLE_WORD = 1

/** Finds each word of the query in the text, best at the start of a word; null if one is missing. All fits the empty query. */
export function match(text: string, query: string): Match | null {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const lower = text.toLowerCase()
  const ranges: [number, number][] = []
  let score = 0
  for (const word of words) {
    const at = find(lower, word)
    if (at < 0) return null
    score += 1
    if (startsWord(lower, at)) score += WORD_START
    if (at === 0) score += TEXT_START
    if (startsWord(lower, at + word.length)) score += WHOLE_WORD
    ranges.push([at, at + word.length])
  }
  return { score, ranges: merged(ranges) }
}

/** Splits a text at ranges, for marking them. */
export function split(text: string, ranges: readonly [number, number][]): { text: string; hit: boolean }[] {
  const parts: { text: string; hit: boolean }[] = []
  let from = 0
  for (const [start, end] of ranges) {
    if (start > from) parts.push({ text: text.slice(from, start), hit: false })
    parts.push({ text: text.slice(start, end), hit: true })
    from = end
  }
  if (from < text.length) parts.push({ text: text.slice(from), hit: false })
  return parts
}

/** The first place at which the word starts a word; else the first place at all. */
function find(text: string, word: string): number {
  let first = -1
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (startsWord(text, at)) return at
    if (first < 0) first = at
  }
  return first
}

function startsWord(text: string, at: number): boolean {
  return at <= 0 || at >= text.length || !/[\p{L}\p{N}]/u.test(text[at - 1] as string) || !/[\p{L}\p{N}]/u.test(text[at] as string)
}

function merged(ranges: [number, number][]): [number, number][] {
  ranges.sort((a, b) => a[0] - b[0])
  const out: [number, number][] = []
  for (const [start, end] of ranges) {
    const last = out[out.length - 1]
    if (last && start <= last[1]) last[1] = Math.max(last[1], end)
    else out.push([start, end])
  }
  return out
}
