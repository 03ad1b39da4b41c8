import type { Library } from '$lib/state'
import type { Action, ActionContext, Group, IconComponent } from './action'

/** Something that a person can do with each of several objects. Defined once; it makes an action for each of them. */
export interface Each<T> {
  id: string
  icon: IconComponent
  group: Group
  /** What tells one object from the others. */
  key(object: T): string
  /** Says what it does to which object. */
  label(object: T): string
  /** What it is called where the object is named beside it. Part of the label. */
  short?: string
  /** The objects there are now. Left out: it is offered only where an object is at hand. */
  objects?(library: Library): readonly T[]
  enabled(ctx: ActionContext, object: T): boolean
  run(ctx: ActionContext, object: T): void | Promise<void>
}

/** The action on one object. */
export function on<T>(each: Each<T>, object: T): Action {
  return {
    id: `${each.id}:${each.key(object)}`,
    label: each.label(object),
    ...(each.short === undefined ? {} : { short: each.short }),
    icon: each.icon,
    group: each.group,
    enabled: (ctx) => each.enabled(ctx, object),
    run: (ctx) => each.run(ctx, object),
  }
}

/** The actions on all objects there are now. */
export function onEach<T>(each: Each<T>, library: Library): Action[] {
  return (each.objects?.(library) ?? []).map((object) => on(each, object))
}
