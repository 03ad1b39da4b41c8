/** A short message at the foot of the page. */
export interface Toast {
  id: number
  level: 'info' | 'error'
  text: string
  /** What undoes or follows it. */
  action?: { label: string; run: () => void }
}

export interface ToastOptions {
  level?: Toast['level']
  action?: Toast['action']
  /** Seconds until it goes; 0: stays until dismissed. Errors stay 12, those with an action 10, others 5. */
  seconds?: number
}

/** Toasts that are shown at once, at most. */
const MOST = 4

/** What was said lately, and goes by itself. */
export class Toasts {
  list = $state.raw<Toast[]>([])

  #next = 1
  #timers = new Map<number, ReturnType<typeof setTimeout>>()

  /** Shows a message. One that says the same is replaced. Returns its id. */
  add(text: string, options: ToastOptions = {}): number {
    for (const same of this.list.filter((toast) => toast.text === text)) this.dismiss(same.id)
    const level = options.level ?? 'info'
    const toast: Toast = { id: this.#next++, level, text, ...(options.action ? { action: options.action } : {}) }
    this.list = [...this.list, toast]
    while (this.list.length > MOST) this.dismiss((this.list[0] as Toast).id)
    const seconds = options.seconds ?? (options.action ? 10 : level === 'error' ? 12 : 5)
    if (seconds > 0) this.#timers.set(toast.id, setTimeout(() => this.dismiss(toast.id), seconds * 1000))
    return toast.id
  }

  /** Shows what went wrong. */
  error(thrown: unknown): number {
    return this.add(thrown instanceof Error ? thrown.message : String(thrown), { level: 'error' })
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.list = this.list.filter((toast) => toast.id !== id)
  }
}
