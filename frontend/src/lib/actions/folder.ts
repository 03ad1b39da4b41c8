import FolderIcon from '@lucide/svelte/icons/folder'
import FolderMinus from '@lucide/svelte/icons/folder-minus'
import RefreshCw from '@lucide/svelte/icons/refresh-cw'
import Undo from '@lucide/svelte/icons/corner-up-left'
import type { Folder } from '$lib/api'
import type { Library } from '$lib/state'
import { t } from '$lib/text'
import { on, type Each } from './each'
import { always, writable } from './when'

const base = {
  group: 'work',
  key: (folder: Folder) => folder.id,
  objects: (library: Library) => library.program.state?.folders ?? [],
} as const

/** Shows the photos of one folder. */
export const showFolder: Each<Folder> = {
  ...base,
  id: 'folder.show',
  label: (folder) => t.folders.show(folder.name),
  icon: FolderIcon,
  enabled: always,
  run: ({ library }, folder) => {
    library.navigation.go('photos')
    library.search.setNarrow({ folder: folder.id })
  },
}

/** Compares one folder with the disk. */
export const rescanFolder: Each<Folder> = {
  ...base,
  id: 'folder.rescan',
  label: (folder) => t.folders.rescan(folder.name),
  icon: RefreshCw,
  enabled: (ctx, folder) => folder.online && writable(ctx) && !ctx.library.removals.has(folder.id),
  run: async ({ library }, folder) => {
    await library.api.rescanFolder(folder.id)
    library.toasts.add(t.folders.rescanning(folder.name))
  },
}

/** Lets a folder that is about to leave the library stay. */
export const keepFolder: Each<Folder> = {
  ...base,
  id: 'folder.keep',
  label: (folder) => t.folders.keep(folder.name),
  short: t.folders.undo,
  icon: Undo,
  enabled: (ctx, folder) => ctx.library.removals.has(folder.id),
  run: ({ library }, folder) => {
    if (library.removals.undo(folder.id)) library.toasts.add(t.folders.undone(folder.name))
  },
}

/** Takes one folder out of the library, in a while. */
export const removeFolder: Each<Folder> = {
  ...base,
  id: 'folder.remove',
  label: (folder) => t.folders.removeNamed(folder.name),
  short: t.folders.remove,
  icon: FolderMinus,
  enabled: (ctx, folder) => writable(ctx) && !ctx.library.removals.has(folder.id),
  run: (ctx, folder) => {
    const { removals, toasts } = ctx.library
    const keep = on(keepFolder, folder)
    removals.begin(folder.id)
    toasts.add(t.folders.removed(folder.name), { action: { label: t.folders.undo, run: () => void keep.run(ctx) } })
  },
}

/** What can be done with a folder of the library. */
export const folderActions: readonly Each<Folder>[] = [showFolder, rescanFolder, removeFolder, keepFolder]
