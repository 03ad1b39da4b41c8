import type { Clue, Evidence, Hit } from '$lib/api'
import type { Section } from '$lib/layout/justified'

/** Group is a run of hits that show the same clues. */
export interface Group extends Section {
  /** Words of the question that the photos show, or perhaps show, in the question's order. */
  met: string[]
  missing: string[]
}

/** Grouped is the hits of an answer by what they show, those that show most first. */
export interface Grouped {
  hits: Hit[]
  /** One group without words where grouping says nothing. */
  groups: Group[]
}

/** With more clues than this, groups tell how many were met, not which: there would be too many. */
const MOST_CLUES = 3

/** Whether a photo shows a clue, clearly or perhaps. */
export function met(evidence: Evidence | undefined): boolean {
  return evidence !== undefined && evidence.level !== 'hollow'
}

/**
 * groupHits groups the hits of an answer, best first, by the clues that they show. Within a group the order stays. With
 * less than two clues there is nothing to group by.
 */
export function groupHits(hits: readonly Hit[], clues: readonly Clue[]): Grouped {
  const words = clues.map((clue) => clue.word)
  if (words.length < 2 || hits.every((hit) => hit.evidence.length === 0)) {
    return { hits: [...hits], groups: hits.length === 0 ? [] : [{ start: 0, end: hits.length, met: [], missing: [] }] }
  }
  const buckets = new Map<string, { met: boolean[]; number: number; hits: Hit[] }>()
  for (const hit of hits) {
    const shown = words.map((_, i) => met(hit.evidence[i]))
    const number = shown.filter(Boolean).length
    const key = words.length > MOST_CLUES ? String(number) : shown.map(Number).join('')
    const bucket = buckets.get(key)
    if (bucket) bucket.hits.push(hit)
    else buckets.set(key, { met: shown, number, hits: [hit] })
  }
  // Sorting is stable: of groups that show as many clues, the one with the better hit comes first.
  const ordered = [...buckets.values()].sort((a, b) => b.number - a.number)
  const out: Grouped = { hits: [], groups: [] }
  for (const bucket of ordered) {
    const start = out.hits.length
    out.hits.push(...bucket.hits)
    const alike = words.length <= MOST_CLUES || bucket.number === words.length || bucket.number === 0
    out.groups.push({
      start,
      end: out.hits.length,
      met: alike ? words.filter((_, i) => bucket.met[i]) : words.slice(0, bucket.number),
      missing: alike ? words.filter((_, i) => !bucket.met[i]) : words.slice(bucket.number),
    })
  }
  return out
}

/** Whether the groups of an answer name the clues, or only count them. */
export function namesClues(clues: readonly Clue[]): boolean {
  return clues.length <= MOST_CLUES
}
