import ArrowDownToLine from '@lucide/svelte/icons/arrow-down-to-line'
import ArrowUpFromLine from '@lucide/svelte/icons/arrow-up-from-line'
import RotateCw from '@lucide/svelte/icons/rotate-cw'
import type { GraphState, Model } from '$lib/api'
import type { Library } from '$lib/state'
import { t } from '$lib/text'
import type { IconComponent } from './action'
import type { Each } from './each'

interface Words {
  short: string
  label: (part: string) => string
}

/** A call for one part of a model, offered while it is in this state. */
function forPart(id: string, { short, label }: Words, icon: IconComponent, state: GraphState, call: (library: Library, graph: string) => Promise<void>): Each<Model> {
  return {
    id,
    label: ({ graph }) => label(t.models.parts[graph] ?? graph),
    short,
    icon,
    group: 'work',
    key: ({ graph }) => graph,
    objects: (library) => library.program.models,
    enabled: (_, model) => model.state === state,
    run: ({ library }, model) => call(library, model.graph),
  }
}

/** Brings a part of a model into memory. */
export const loadModel = forPart('model.load', { short: t.models.load, label: t.models.loadNamed }, ArrowDownToLine, 'installed', ({ api }, graph) => api.loadModel(graph))

/** Puts a part of a model away until it is needed. */
export const unloadModel = forPart('model.unload', { short: t.models.unload, label: t.models.unloadNamed }, ArrowUpFromLine, 'ready', ({ api }, graph) => api.unloadModel(graph))

/** Tries a part of a model again that failed. */
export const retryModel = forPart('model.retry', { short: t.models.retry, label: t.models.retryNamed }, RotateCw, 'failed', ({ api }, graph) => api.retryModel(graph))

/** What can be done with a part of a model. */
export const modelActions: readonly Each<Model>[] = [loadModel, unloadModel, retryModel]
