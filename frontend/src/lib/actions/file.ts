import FolderSearch from '@lucide/svelte/icons/folder-search'
import { t } from '$lib/text'
import type { Each } from './each'
import { always } from './when'

/** A file on disk, as photos and lists of files name it. */
export interface Named {
  id: string
  name: string
}

/** Shows a file where it lies, in the system's own window. */
export const showFile: Each<Named> = {
  id: 'file.show',
  label: (file) => t.actions.showNamed(file.name),
  short: t.actions.show,
  icon: FolderSearch,
  group: 'photo',
  key: (file) => file.id,
  enabled: always,
  run: ({ library }, file) => library.api.showInFiles(file.id),
}
