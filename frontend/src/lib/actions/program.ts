import AppWindow from '@lucide/svelte/icons/app-window'
import Command from '@lucide/svelte/icons/command'
import Cpu from '@lucide/svelte/icons/cpu'
import FileX from '@lucide/svelte/icons/file-x'
import FolderPlus from '@lucide/svelte/icons/folder-plus'
import Folders from '@lucide/svelte/icons/folders'
import Images from '@lucide/svelte/icons/images'
import Keyboard from '@lucide/svelte/icons/keyboard'
import LogOut from '@lucide/svelte/icons/log-out'
import Pause from '@lucide/svelte/icons/pause'
import Play from '@lucide/svelte/icons/play'
import RefreshCw from '@lucide/svelte/icons/refresh-cw'
import RotateCw from '@lucide/svelte/icons/rotate-cw'
import SlidersHorizontal from '@lucide/svelte/icons/sliders-horizontal'
import Square from '@lucide/svelte/icons/square'
import Undo from '@lucide/svelte/icons/corner-up-left'
import type { View } from '$lib/state'
import { t } from '$lib/text'
import type { Action, ActionContext, IconComponent } from './action'
import { always, begun } from './when'

const index = (ctx: ActionContext) => ctx.library.program.state?.index

const go = (view: View, icon: IconComponent, shortcut: string): Action => ({
  id: `go.${view}`,
  label: t.actions.go(t.views[view]),
  icon,
  shortcut,
  group: 'go',
  enabled: always,
  checked: ({ library }) => library.navigation.view === view,
  run: ({ library }) => library.navigation.go(view),
})

/** Views, and work in the background. */
export const programActions: readonly Action[] = [
  go('photos', Images, 'G P'),
  go('folders', Folders, 'G F'),
  go('failures', FileX, 'G A'),
  go('models', Cpu, 'G M'),
  go('settings', SlidersHorizontal, 'G S'),
  {
    id: 'work.add',
    label: t.actions.addFolder,
    icon: FolderPlus,
    shortcut: 'Ctrl+O',
    group: 'work',
    enabled: always,
    run: async ({ library }) => {
      const candidate = await library.api.chooseFolder()
      if (!candidate) return
      if (library.program.stage !== 'start') library.navigation.go('folders')
      await library.api.survey(candidate.id)
    },
  },
  {
    id: 'work.pause',
    label: t.actions.pause,
    icon: Pause,
    group: 'work',
    enabled: (ctx) => (index(ctx)?.running ?? false) && !(index(ctx)?.paused ?? false),
    run: ({ library }) => library.api.pause(),
  },
  {
    id: 'work.resume',
    label: t.actions.resume,
    icon: Play,
    group: 'work',
    enabled: (ctx) => (index(ctx)?.paused ?? false) || (index(ctx)?.cancelled ?? false),
    run: ({ library }) => library.api.resume(),
  },
  {
    id: 'work.cancel',
    label: t.actions.cancel,
    icon: Square,
    group: 'work',
    enabled: (ctx) => (index(ctx)?.running ?? false) && !(index(ctx)?.cancelled ?? false),
    run: async ({ library }) => {
      await library.api.cancel()
      library.toasts.add(t.actions.cancelled)
    },
  },
  {
    id: 'work.rescan',
    label: t.actions.rescan,
    icon: RefreshCw,
    group: 'work',
    enabled: begun,
    run: async ({ library }) => {
      for (const folder of library.program.state?.folders ?? []) await library.api.rescanFolder(folder.id)
      library.toasts.add(t.actions.rescanning)
    },
  },
  {
    id: 'work.retry',
    label: t.actions.retry,
    short: t.failures.again,
    icon: RotateCw,
    group: 'work',
    enabled: ({ library }) => (library.program.state?.library.failed ?? 0) > 0,
    run: async ({ library }) => {
      const failed = library.program.state?.library.failed ?? 0
      await library.api.retryFailures()
      library.toasts.add(t.failures.tried(failed))
    },
  },
]

/** The program itself. */
export const endActions: readonly Action[] = [
  { id: 'program.palette', label: t.actions.palette, icon: Command, shortcut: 'Ctrl+K', group: 'program', enabled: always, run: ({ library }) => library.overlays.showPalette() },
  { id: 'program.keys', label: t.actions.keys, icon: Keyboard, shortcut: '?', also: ['F1'], group: 'program', enabled: always, run: ({ library }) => library.overlays.showKeys() },
  {
    id: 'program.back',
    label: t.actions.back,
    icon: Undo,
    shortcut: 'Esc',
    group: 'program',
    enabled: ({ library }) => library.navigation.viewer !== null || library.selection.size > 0 || library.navigation.view !== 'photos' || library.search.active,
    run: ({ library }) => {
      if (library.navigation.viewer) library.navigation.close()
      else if (library.selection.size > 0) library.selection.clear()
      else if (library.navigation.view !== 'photos') library.navigation.go('photos')
      else library.search.clear()
    },
  },
  { id: 'program.reload', label: t.actions.reload, icon: AppWindow, shortcut: 'Ctrl+R', group: 'program', enabled: always, run: () => location.reload() },
  { id: 'program.quit', label: t.actions.quit, icon: LogOut, shortcut: 'Ctrl+Q', group: 'program', enabled: always, run: ({ library }) => library.api.quit() },
]
