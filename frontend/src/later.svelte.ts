import type { Component } from 'svelte'

/** A part of the page that is read when it is first needed, or before. Once there, it is shown without delay. */
export class Later<Props extends Record<string, unknown> = Record<string, never>> {
  component = $state.raw<Component<Props> | null>(null)
  failed = $state(false)

  #reading: Promise<void> | null = null

  constructor(private readonly read: () => Promise<{ default: Component<Props> }>) {}

  /** Reads it, unless that was done. Where it fails, the next call tries again. */
  load(): Promise<void> {
    this.#reading ??= this.read().then(
      (part) => {
        this.component = part.default
        this.failed = false
      },
      () => {
        this.#reading = null
        this.failed = true
      },
    )
    return this.#reading
  }
}
