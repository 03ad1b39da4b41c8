import History from '@lucide/svelte/icons/history'
import Search from '@lucide/svelte/icons/search'
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal'
import type { Setting } from '$lib/api'
import { format, t } from '$lib/text'
import type { Action, ActionContext, IconComponent } from './action'
import { actions, objectActions } from './all'
import { on } from './each'
import { showFolder } from './folder'
import { match } from './match'

/** A line of the palette. */
export interface Entry {
  key: string
  label: string
  ranges: [number, number][]
  icon: IconComponent
  /** Keys that do the same without the palette. */
  keys: string
  /** What stands at its end, such as a setting's value. */
  detail: string
  run(): void | Promise<void>
}

export interface Section {
  title: string
  entries: Entry[]
}

/** Entries of a section at most, and questions while nothing is typed. */
const MOST = 7
const QUESTIONS = 4
/** What nobody looks for in the palette. */
const HIDDEN = new Set(['program.palette', 'program.back', 'viewer.previous', 'viewer.next'])

type Scored = Entry & { score: number }

/** What the palette offers for what was typed: what concerns the photo comes first, a search for the words last. */
export function sections(ctx: ActionContext, query: string, settings: readonly Setting[]): Section[] {
  const typed = query.trim()
  const { library } = ctx
  // There may be a hundred folders: what can be done with one comes when it is asked for.
  const all = typed === '' ? actions : [...actions, ...objectActions(library).filter((a) => !a.id.startsWith(`${showFolder.id}:`))]
  const acts = all.filter((a) => a.enabled(ctx) && !HIDDEN.has(a.id) && !(a.group === 'go' && a.checked?.(ctx)))
  // Stars have keys, and would push all else out of sight.
  const first = acts.filter((a) => (a.group === 'photo' || a.group === 'viewer') && !(typed === '' && a.id.startsWith('photo.rate.')))
  const rest = acts.filter((a) => a.group !== 'photo' && a.group !== 'viewer')
  const found: Section[] = [
    { title: ctx.targets.length > 1 ? t.palette.photos(ctx.targets.length) : t.palette.photo, entries: best(first.map((a) => fromAction(a, ctx, typed))) },
    { title: t.palette.everywhere, entries: best(rest.map((a) => fromAction(a, ctx, typed)), typed === '' ? Infinity : MOST) },
  ]
  if (typed !== '') {
    found.push({ title: t.palette.settings, entries: best(settings.map((s) => fromSetting(s, ctx, typed))) })
    found.push({ title: t.palette.library, entries: best((library.program.state?.folders ?? []).map((f) => line(typed, f.name, showFolder.icon, {
      key: `folder:${f.id}`,
      detail: format.plural(f.photos, 'photo'),
      run: () => on(showFolder, f).run(ctx),
    }))) })
  }
  const asked = library.recent.list.slice(0, typed === '' ? QUESTIONS : undefined)
  const questions = best(asked.map((q) => line(typed, q, History, { key: `recent:${q}`, run: () => ask(ctx, q) })), QUESTIONS)
  if (typed === '') found.splice(1, 0, { title: t.palette.recent, entries: questions })
  else found.push({ title: t.palette.photosTitle, entries: [...questions, { ...plain(t.palette.search(typed), Search), key: 'search', keys: 'Ctrl+↵', run: () => ask(ctx, typed) }] })
  return found.filter((section) => section.entries.length > 0)
}

/** Looks for photos with these words. */
export function ask({ library }: ActionContext, words: string): Promise<void> {
  library.navigation.go('photos')
  library.recent.add(words)
  return library.search.ask(words)
}

function plain(label: string, icon: IconComponent): Omit<Entry, 'run' | 'key'> {
  return { label, icon, ranges: [], keys: '', detail: '' }
}

function line(typed: string, label: string, icon: IconComponent, rest: Pick<Entry, 'key' | 'run'> & Partial<Entry>): Scored | null {
  const fits = match(label, typed)
  return fits && { ...plain(label, icon), ranges: fits.ranges, score: fits.score, ...rest }
}

function fromAction(action: Action, ctx: ActionContext, typed: string): Scored | null {
  const on = action.checked?.(ctx)
  return line(typed, action.label, action.icon, {
    key: action.id,
    keys: action.shortcut ?? '',
    detail: on ? t.palette.on : '',
    run: () => action.run(ctx),
  })
}

/** A setting is found by its name, its sentence and its key; only the name is marked. */
function fromSetting(setting: Setting, { library }: ActionContext, typed: string): Scored | null {
  const name = t.settings.names[setting.key] ?? setting.sentence
  const rest = {
    key: `setting:${setting.key}`,
    detail: t.palette.now(valueWords(setting)),
    run: () => library.navigation.go('settings', setting.key),
  }
  const named = line(typed, name, SlidersHorizontal, rest)
  if (named) return named
  if (!match(`${name} ${setting.sentence} ${setting.key}`, typed)) return null
  return { ...plain(name, SlidersHorizontal), score: 0, ...rest }
}

function valueWords(setting: Setting): string {
  const { value, zero } = setting
  if (setting.kind === 'switch') return value === 'true' ? t.settings.on : t.settings.off
  if (zero !== '' && /^0\D*$/.test(value)) return t.settings.automatic.toLowerCase()
  if (setting.kind === 'share') return format.percent(100 * Number(value) + 1e-9)
  if (value === '') return t.settings.empty
  return t.settings.choices[value]?.toLowerCase() ?? value.replace(/^([\d.]+) ?([a-z]+)$/i, (_, number: string, unit: string) => `${number} ${t.settings.units[unit] ?? unit}`)
}

function best(entries: readonly (Scored | null)[], most = MOST): Entry[] {
  return entries
    .filter((entry): entry is Scored => entry !== null)
    .sort((a, b) => b.score - a.score)
    .slice(0, most)
}
