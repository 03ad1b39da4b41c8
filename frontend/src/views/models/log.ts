// Reads the lines of the program's log as the window gets them: "17:42:47 INF a model is loaded device=cpu".

export type Level = 'trace' | 'debug' | 'info' | 'warning' | 'error'

/** One line of the log. */
export interface LogLine {
  time: string
  level: Level
  text: string
}

const LEVELS: Record<string, Level> = { TRC: 'trace', DBG: 'debug', INF: 'info', WRN: 'warning', ERR: 'error', FTL: 'error', PNC: 'error' }
const RANK: readonly Level[] = ['trace', 'debug', 'info', 'warning', 'error']

/** Splits a line. What has no time or level is text of level info. */
export function readLine(line: string): LogLine {
  const [, time, code, text] = /^(\d\d:\d\d:\d\d) ([A-Z]{3}) (.*)$/s.exec(line) ?? []
  const level = code === undefined ? undefined : LEVELS[code]
  if (time === undefined || level === undefined || text === undefined) return { time: '', level: 'info', text: line }
  return { time, level, text }
}

/** The lines of at least a level that hold all the words, in their order. */
export function filtered(lines: readonly LogLine[], words: string, least: Level): LogLine[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const rank = RANK.indexOf(least)
  return lines.filter(({ level, text, time }) => {
    if (RANK.indexOf(level) < rank) return false
    const hay = `${time} ${text}`.toLowerCase()
    return wanted.every((word) => hay.includes(word))
  })
}

/**
 * Joins what was read before with the newest lines that a state carries. Where the two do not overlap, lines are
 * missing between them: null, and all must be read anew.
 */
export function joined(before: readonly string[], newest: readonly string[], keep: number): string[] | null {
  if (newest.length === 0) return [...before]
  if (before.length === 0) return null
  const last = before.at(-1)
  for (let at = newest.length - 1; at >= 0; at--) {
    if (newest[at] !== last) continue
    const same = Math.min(at + 1, before.length)
    const overlaps = newest.slice(at + 1 - same, at + 1).every((line, i) => line === before[before.length - same + i])
    if (overlaps) return [...before, ...newest.slice(at + 1)].slice(-keep)
  }
  return null
}
