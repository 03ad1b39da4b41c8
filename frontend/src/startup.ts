import { attached } from '$lib/api'
import type { Library } from '$lib/state'
import { t } from '$lib/text'
import { readAhead } from './parts'

/** How long a page waits for frames before it takes itself to be out of sight, in milliseconds. */
const UNSEEN = 2000

const instant = (mark: number): number => performance.timeOrigin + mark

/** Tells the program, after the first paint, that the page is there. Called again after each reload: that does no harm. */
export function announce(library: Library): void {
  if (!attached()) return
  const listening = performance.mark('pd:listening').startTime
  let told = false
  const tell = (): void => {
    if (told) return
    told = true
    const painted = performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? performance.now()
    performance.mark('pd:first-paint')
    const marks = { navigation: performance.timeOrigin, first_paint: instant(painted), listening: instant(listening) }
    library.program.ready(marks).catch((thrown: unknown) => library.toasts.error(thrown))
    void readAhead()
  }
  // The second frame begins when the first one is on its way to the screen. A window that nothing shows of has no frames.
  requestAnimationFrame(() => requestAnimationFrame(tell))
  setTimeout(tell, UNSEEN)
}

/** Says in a toast that something went wrong in the page, and keeps the details in the console. Returns what ends that. */
export function report(library: Library): () => void {
  const say = (details: unknown): void => {
    console.error(details)
    library.toasts.add(t.app.failed, { level: 'error', action: { label: t.app.reload, run: () => location.reload() } })
  }
  const failed = (event: ErrorEvent): void => {
    // A browser says this where an observer's work runs into the next frame: nothing is wrong.
    if (event.message.startsWith('ResizeObserver loop')) return
    // Scripts that the window itself puts into the page; the one of the development server fails on its own.
    if (event.filename.includes('/wails/')) return
    say(event.error ?? event.message)
  }
  const rejected = (event: PromiseRejectionEvent): void => say(event.reason)
  window.addEventListener('error', failed)
  window.addEventListener('unhandledrejection', rejected)
  return () => {
    window.removeEventListener('error', failed)
    window.removeEventListener('unhandledrejection', rejected)
  }
}
