import type { Drop, State } from './types'

interface Runtime {
  /** There where the program itself takes what is dropped. */
  OnFileDrop?: unknown
  EventsOn(name: string, fn: (...data: unknown[]) => void): () => void
}

declare global {
  interface Window {
    runtime?: Runtime
  }
}

function on<T>(name: string, fn: (data: T) => void): () => void {
  return window.runtime?.EventsOn(name, (data) => fn(data as T)) ?? (() => {})
}

/** Calls fn with each state that the program pushes. Pushes may be lost: their numbers tell. */
export const onState = (fn: (state: State) => void): (() => void) => on('state', fn)

/** Calls fn with what was dropped on the window. */
export const onDrop = (fn: (drop: Drop) => void): (() => void) => on('drop', fn)
