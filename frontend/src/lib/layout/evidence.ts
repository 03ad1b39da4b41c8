import type { Clue, Hit } from '$lib/api'

/** aspectsOf are the hits' widths over heights × 1000, 0 where unknown. */
export function aspectsOf(hits: readonly Hit[]): Uint16Array {
  return Uint16Array.from(hits, (hit) => (hit.width > 0 && hit.height > 0 ? Math.min(65_535, Math.max(1, Math.round((hit.width / hit.height) * 1000))) : 0))
}

/**
 * powers says how many squares "one in so many" lights: a square for each power of ten, and whether a part of the next.
 * One in 2,400 is three squares and a part.
 */
export function powers(oneIn: number): { full: number; part: boolean } {
  const log = Math.log10(Math.max(1, oneIn)) + 1e-9
  const full = Math.min(5, Math.floor(log))
  return { full, part: full < 5 && log - full > 0.15 }
}

/** Parts of a text: those that are words of the question, and what lies between. */
export interface Part {
  text: string
  hit: boolean
}

/** marked splits a text at the words of the question, whatever their case and ending of plural. */
export function marked(text: string, words: readonly string[]): Part[] {
  const wanted = words.filter((word) => word.length > 1).map((word) => word.toLowerCase())
  const parts: Part[] = []
  let at = 0
  for (const match of text.matchAll(/[\p{L}\p{N}]+/gu)) {
    const word = match[0].toLowerCase()
    if (!wanted.some((w) => word === w || word === `${w}s` || w === `${word}s` || word === `${w}es`)) continue
    if (match.index > at) parts.push({ text: text.slice(at, match.index), hit: false })
    parts.push({ text: match[0], hit: true })
    at = match.index + match[0].length
  }
  if (at < text.length) parts.push({ text: text.slice(at), hit: false })
  return parts
}

/** Span is a part of the question: a clue, what is wrong, or neither. */
export interface Span {
  text: string
  kind: 'plain' | 'lit' | 'grey' | 'wrong'
}

/**
 * spansOf splits the question as it is typed into clues and the rest. Clues come with the answer to an older text: those
 * that no longer stand where they stood are looked for nearby, and left out where they are gone.
 */
export function spansOf(text: string, clues: readonly Clue[], wrong: { at: number; length: number } | null): Span[] {
  const marks: { at: number; end: number; kind: Span['kind'] }[] = []
  if (wrong !== null) marks.push({ at: wrong.at, end: Math.max(wrong.at + 1, wrong.at + wrong.length), kind: 'wrong' })
  const lower = text.toLowerCase()
  for (const clue of clues) {
    const word = clue.word.toLowerCase()
    const at = wordAt(lower, word, clue.at)
    if (at < 0) continue
    const end = at + word.length
    if (marks.some((m) => at < m.end && end > m.at)) continue
    marks.push({ at, end, kind: clue.lit ? 'lit' : 'grey' })
  }
  marks.sort((a, b) => a.at - b.at)
  const spans: Span[] = []
  let done = 0
  for (const mark of marks) {
    if (mark.at > done) spans.push({ text: text.slice(done, mark.at), kind: 'plain' })
    // What is missing at the end of the question is marked on a space after it.
    spans.push({ text: text.slice(mark.at, mark.end) || '\u00a0', kind: mark.kind })
    done = Math.min(text.length, mark.end)
  }
  if (done < text.length) spans.push({ text: text.slice(done), kind: 'plain' })
  return spans
}

function wordAt(text: string, word: string, near: number): number {
  const whole = (at: number): boolean => at >= 0 && text.startsWith(word, at) && !/[\p{L}\p{N}]/u.test(text[at + word.length] ?? ' ') && !/[\p{L}\p{N}]/u.test(text[at - 1] ?? ' ')
  if (whole(near)) return near
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) if (whole(at)) return at
  return -1
}
