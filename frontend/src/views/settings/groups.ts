import type { Setting } from '$lib/api'
import { t } from '$lib/text'

/** The sections in the order in which a person needs them. Sections that are new come before the log. */
const ORDER = ['window', 'supervisor', 'indexing', 'search']
const LAST = ['log']

/** Settings under one heading. */
export interface Group {
  section: string
  title: string
  settings: Setting[]
}

/** What a setting is called. */
export function nameOf(setting: Pick<Setting, 'key'>): string {
  const word = setting.key.slice(setting.key.indexOf('.') + 1).replaceAll('_', ' ')
  return t.settings.names[setting.key] ?? word.charAt(0).toUpperCase() + word.slice(1)
}

/** The settings that hold all these words in their name, sentence or key, under their headings. */
export function grouped(list: readonly Setting[], words: string): Group[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean)
  const groups = new Map<string, Setting[]>()
  for (const setting of list) {
    const hay = `${nameOf(setting)} ${setting.sentence} ${setting.key} ${t.settings.group[setting.section] ?? ''}`.toLowerCase()
    if (wanted.every((word) => hay.includes(word))) groups.set(setting.section, [...(groups.get(setting.section) ?? []), setting])
  }
  const place = (section: string): number => (ORDER.includes(section) ? ORDER.indexOf(section) : LAST.includes(section) ? 99 : 50)
  return [...groups]
    .sort(([a], [b]) => place(a) - place(b))
    .map(([section, settings]) => ({ section, title: t.settings.group[section] ?? section.charAt(0).toUpperCase() + section.slice(1), settings }))
}
