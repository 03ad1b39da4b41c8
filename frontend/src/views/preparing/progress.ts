import type { Capability, State } from '$lib/api'
import { format, t } from '$lib/text'

/** One step of preparing. */
export interface Step {
  id: 'scan' | 'models' | 'index'
  name: string
  state: 'waits' | 'now' | 'done' | 'failed'
  /** What it has come to, in a few words. */
  value: string
  /** 0 to 100 while it runs and its end is known, else null. */
  percent: number | null
  /** Why it failed and what to do, sentences. */
  problem: string
}

/** Something that can be done now, or will be. */
export interface Unlock {
  id: string
  name: string
  now: boolean
  /** For which photos, or why not yet. */
  note: string
}

/** How far all is: percent, and a few words on the rest. */
export function headline(state: State): { percent: number; rest: string } {
  const { index, library } = state
  const { percent } = handled(state)
  if (index.cancelled) return { percent, rest: t.preparing.stoppedAt }
  if (index.paused) return { percent, rest: t.preparing.pausedAt }
  if (index.scanning && percent === 0) return { percent, rest: t.preparing.finding }
  if (library.pending === 0 && !index.scanning && library.files > 0) return { percent: 100, rest: t.preparing.nearly }
  if (index.remaining_seconds < 0) return { percent, rest: t.preparing.leftUnknown }
  return { percent, rest: t.preparing.left(format.duration(index.remaining_seconds)) }
}

/** How many files need nothing more, of all that were found, whenever that was done. */
function handled({ library }: State): { done: number; percent: number } {
  const done = Math.max(0, library.files - library.pending)
  return { done, percent: library.files > 0 ? Math.min(100, (100 * done) / library.files) : 0 }
}

/** The steps in their order. */
export function steps(state: State): Step[] {
  return [scanStep(state), modelStep(state), indexStep(state)]
}

function scanStep({ index, library, snapshot }: State): Step {
  const phase = snapshot.phases.find((p) => p.name === 'scan')
  const base = { id: 'scan', name: t.preparing.scan, value: format.count(library.files), percent: null, problem: '' } as const
  if (phase?.state === 'failed') return { ...base, state: 'failed', value: t.preparing.failed, problem: phase.message ?? '' }
  if (index.scanning) return { ...base, state: 'now' }
  return library.files > 0 ? { ...base, state: 'done' } : { ...base, state: 'waits', value: t.preparing.waits }
}

function modelStep({ snapshot }: State): Step {
  const model = snapshot.models.find((m) => m.graph === 'image')
  const phase = snapshot.phases.find((p) => p.name === 'models')
  const base = { id: 'models', name: t.preparing.models, percent: null, problem: '' } as const
  if (!model) return { ...base, state: 'waits', value: t.preparing.waits }
  switch (model.state) {
    case 'ready':
    case 'unloading':
      return { ...base, state: 'done', value: format.took(model.load_seconds * 1000) }
    case 'failed':
    case 'not_installed':
      return { ...base, state: 'failed', value: t.preparing.failed, problem: [model.error, model.remedy].filter(Boolean).join(' ') }
    case 'loading':
      return { ...base, state: 'now', value: t.preparing.loading, percent: phase?.state === 'running' && phase.percent > 0 ? phase.percent : null }
    default:
      return model.load_seconds > 0 ? { ...base, state: 'done', value: format.took(model.load_seconds * 1000) } : { ...base, state: 'waits', value: t.preparing.waits }
  }
}

function indexStep(state: State): Step {
  const { index, library, snapshot } = state
  const { done, percent } = handled(state)
  const phase = snapshot.phases.find((p) => p.name === 'index')
  const base = { id: 'index', name: t.preparing.index, value: format.count(done), problem: '' } as const
  if (phase?.state === 'failed') return { ...base, state: 'failed', percent: null, value: t.preparing.failed, problem: phase.message ?? '' }
  if (library.pending === 0 && !index.scanning && library.files > 0) return { ...base, state: 'done', percent: null }
  if (done === 0) return { ...base, state: 'waits', value: t.preparing.waits, percent: null }
  return { ...base, state: 'now', percent }
}

/** What can be done now, and what will be. */
export function unlocks(state: State): Unlock[] {
  const { library, snapshot } = state
  const of = (name: string) => snapshot.capabilities.find((c) => c.name === name)
  const browse = of('names')
  const words = of('search_words')
  const picture = of('search_picture')
  const some = library.seen < library.photos || library.pending > 0
  const scope = library.seen === 0 ? t.preparing.fromFirst : some ? t.preparing.wordsFor(library.seen) : ''
  return [
    unlock('browse', t.preparing.browse, browse, true, ''),
    unlock('words', t.preparing.words, words, library.seen > 0, scope),
    unlock('picture', t.preparing.picture, picture, library.seen > 0, library.seen === 0 ? t.preparing.fromFirst : ''),
  ]
}

function unlock(id: string, name: string, capability: Capability | undefined, useful: boolean, scope: string): Unlock {
  if (!capability) return { id, name, now: false, note: '' }
  if (capability.available) return { id, name, now: useful, note: scope }
  const { reason = '', remedy = '', remaining_seconds: remaining } = capability
  const soon = remaining === null || remaining <= 0 ? '' : t.preparing.inAbout(format.duration(remaining))
  const why = [reason, remedy].filter(Boolean).join('. ')
  return { id, name, now: false, note: why && soon ? `${why}; ${soon}` : why || soon }
}
