import { Library } from './library.svelte'

/** The page's state. */
export const library = new Library()

export { Library } from './library.svelte'
export type { Lens } from './lens.svelte'
export type { Menu } from './overlays.svelte'
export { VIEWS, type View, type Viewing } from './navigation.svelte'
export { PhotoList, type PhotoSource } from './source'
export { NO_NARROW, isNarrow, PAGE } from './search.svelte'
export type { Toast } from './toasts.svelte'
