import ChevronLeft from '@lucide/svelte/icons/chevron-left'
import ChevronRight from '@lucide/svelte/icons/chevron-right'
import Info from '@lucide/svelte/icons/info'
import Fullscreen from '@lucide/svelte/icons/fullscreen'
import Maximize from '@lucide/svelte/icons/maximize'
import ZoomIn from '@lucide/svelte/icons/zoom-in'
import ZoomOut from '@lucide/svelte/icons/zoom-out'
import { t } from '$lib/text'
import type { Action, ActionContext } from './action'

const viewing = (ctx: ActionContext): boolean => ctx.library.navigation.viewer !== null

const step = (ctx: ActionContext, by: number): void => {
  if (ctx.library.navigation.step(by)) ctx.library.lens.fit()
}

/** What can be done while a photo fills the window. */
export const viewerActions: readonly Action[] = [
  { id: 'viewer.previous', label: t.actions.previous, icon: ChevronLeft, shortcut: '←', group: 'viewer', enabled: viewing, run: (ctx) => step(ctx, -1) },
  { id: 'viewer.next', label: t.actions.next, icon: ChevronRight, shortcut: '→', group: 'viewer', enabled: viewing, run: (ctx) => step(ctx, 1) },
  {
    id: 'viewer.details',
    label: t.actions.details,
    icon: Info,
    shortcut: 'I',
    group: 'viewer',
    enabled: viewing,
    checked: ({ library }) => library.lens.details,
    run: ({ library }) => library.lens.toggleDetails(),
  },
  { id: 'viewer.zoom-in', label: t.actions.zoomIn, icon: ZoomIn, shortcut: '+', also: ['='], group: 'viewer', enabled: viewing, run: ({ library }) => library.lens.zoomIn() },
  { id: 'viewer.zoom-out', label: t.actions.zoomOut, icon: ZoomOut, shortcut: '−', group: 'viewer', enabled: viewing, run: ({ library }) => library.lens.zoomOut() },
  { id: 'viewer.fit', label: t.actions.fit, icon: Fullscreen, shortcut: '0', group: 'viewer', enabled: (ctx) => viewing(ctx) && ctx.library.lens.zoomed, run: ({ library }) => library.lens.fit() },
  {
    id: 'viewer.fill',
    label: t.actions.fill,
    icon: Maximize,
    shortcut: 'F11',
    also: ['Shift+Enter'],
    group: 'viewer',
    enabled: viewing,
    checked: ({ library }) => library.lens.filled,
    run: ({ library }) => library.lens.fill(),
  },
]
