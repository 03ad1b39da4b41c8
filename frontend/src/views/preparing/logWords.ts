import { t } from '$lib/text'
import { readLine, type Level } from '../models/log'

/** A line of the log as a sentence. */
export interface LogSentence {
  time: string
  level: Level
  text: string
}

const FIELD = / ([a-z_]+)=("(?:[^"\\]|\\.)*"|\S*)/g

/** Says a line of the log for people: what happened, to which file and why, without the fields that are for engineers. */
export function sentence(line: string): LogSentence {
  const { time, level, text } = readLine(line)
  const [message = '', tail = ''] = split(text)
  const fields = new Map([...tail.matchAll(FIELD)].map(([, name = '', value = '']) => [name, unquoted(value)]))
  const file = fields.get('path')?.split(/[/\\]/).at(-1)
  const reason = fields.get('reason') ?? fields.get('error')
  const details = [file, reason].filter(Boolean).join(', ')
  const said = t.preparing.said[`${message} ${fields.get('graph') ?? ''}`.trim()] ?? message.charAt(0).toUpperCase() + message.slice(1)
  return { time, level: reason && level === 'info' ? 'warning' : level, text: details ? `${said}: ${details}` : said }
}

/** The message, and the fields at its end. */
function split(text: string): [string, string] {
  const found = /^(.*?)((?: [a-z_]+=(?:"(?:[^"\\]|\\.)*"|\S*))*)$/s.exec(text)
  return [found?.[1] ?? text, found?.[2] ?? '']
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value
  try {
    return String(JSON.parse(value))
  } catch {
    return value.slice(1, -1)
  }
}
