/** Whether the window fills the screen. */
export const fillsScreen = (): boolean => document.fullscreenElement !== null

/** Lets the window fill the screen, or not. Where the system refuses, nothing happens. */
export async function fillScreen(on: boolean): Promise<void> {
  try {
    if (on) await document.documentElement.requestFullscreen()
    else if (document.fullscreenElement) await document.exitFullscreen()
  } catch {
    // Nothing is lost: the photo stays as large as the window.
  }
}

/** Calls fn whenever that changes, by whatever means. Returns what ends that. */
export function onScreenFilled(fn: (on: boolean) => void): () => void {
  const changed = (): void => fn(fillsScreen())
  document.addEventListener('fullscreenchange', changed)
  return () => document.removeEventListener('fullscreenchange', changed)
}

/** Puts a text on the clipboard. False: the system did not let it. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text)
    return true
  } catch {
    return false
  }
}
