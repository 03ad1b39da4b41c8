import type { Component } from 'svelte'
import type { LucideProps } from '@lucide/svelte'
import type { Library } from '$lib/state'

export type IconComponent = Component<LucideProps>

/** What an action acts on. */
export interface ActionContext {
  library: Library
  /** Ids of photos: the one in the viewer, else the selection, else the one in focus. */
  targets: string[]
}

export type Group = 'photo' | 'search' | 'order' | 'select' | 'viewer' | 'go' | 'work' | 'size' | 'look' | 'program'

/** Something that a person can do. Defined once; buttons, menus, palette and keys read from it. */
export interface Action {
  id: string
  label: string
  /** What it is called where it is clear what it acts on. */
  short?: string
  icon: IconComponent
  /** As in “Ctrl+K”, “Shift+S”, “G P” (one after the other). */
  shortcut?: string
  /** Other keys that do the same. */
  also?: readonly string[]
  group: Group
  /** Whether it is offered. */
  enabled(ctx: ActionContext): boolean
  /** Whether what it switches is on. */
  checked?(ctx: ActionContext): boolean
  run(ctx: ActionContext): void | Promise<void>
}
