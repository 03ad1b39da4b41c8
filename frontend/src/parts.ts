import type { Snippet } from 'svelte'
import { Later } from './later.svelte'

/** The parts of the page that its first paint does not need. */
export const parts = {
  library: new Later(() => import('./views/library/LibraryView.svelte')),
  preparing: new Later<{ photos: Snippet }>(() => import('./views/preparing/Preparing.svelte')),
  viewer: new Later(() => import('./views/viewer/Viewer.svelte')),
  models: new Later(() => import('./views/models/Models.svelte')),
  settings: new Later(() => import('./views/settings/Settings.svelte')),
  failures: new Later(() => import('./views/failures/Failures.svelte')),
  folders: new Later(() => import('./views/folders/Folders.svelte')),
  palette: new Later(() => import('$lib/components/Palette.svelte')),
  keys: new Later(() => import('$lib/components/Keys.svelte')),
  menu: new Later(() => import('$lib/components/ContextMenu.svelte')),
}

/** Pause before parts are read that nobody has asked for, in ms: the first photos come first. */
const PAUSE = 1500

/** Reads what shows photos at once, and a moment later what the next click may need, one after the other. */
export async function readAhead(): Promise<void> {
  await Promise.all([parts.library.load(), parts.preparing.load()])
  await new Promise((go) => setTimeout(go, PAUSE))
  for (const part of Object.values(parts)) await part.load()
}
