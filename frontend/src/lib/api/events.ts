import { EventsOn, OnFileDrop, OnFileDropOff } from '../../../wailsjs/runtime/runtime'
import { attached } from './bridge'
import type { Drop, State } from './types'

declare global {
  interface Window {
    webkit?: { messageHandlers?: object }
    chrome?: { webview?: object }
  }
}

/** Whether the window itself takes what is dropped, and tells its paths. A browser at the development server does not. */
export const takesDrops = (): boolean => window.webkit?.messageHandlers !== undefined || window.chrome?.webview !== undefined

function on<T>(name: string, fn: (data: T) => void): () => void {
  return attached() ? EventsOn(name, (data: unknown) => fn(data as T)) : () => undefined
}

/** Calls fn with each state that the program pushes. Pushes may be lost: their numbers tell. */
export const onState = (fn: (state: State) => void): (() => void) => on('state', fn)

/** Calls fn with what was dropped on the window. */
export function onDrop(fn: (drop: Drop) => void): () => void {
  if (!attached()) return () => undefined
  // On Windows only the page can ask for the paths; what it is told of them comes as the event all the same.
  OnFileDrop(() => undefined, false)
  const end = on('drop', fn)
  return () => {
    end()
    OnFileDropOff()
  }
}
