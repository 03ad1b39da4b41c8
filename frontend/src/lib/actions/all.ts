import type { Library } from '$lib/state'
import type { Action, ActionContext, Group } from './action'
import { onEach } from './each'
import { folderActions } from './folder'
import { lookActions } from './look'
import { modelActions } from './model'
import { orderActions } from './order'
import { photoActions } from './photo'
import { endActions, programActions } from './program'
import { searchActions } from './search'
import { viewerActions } from './viewer'

/** Everything that a person can do whatever there is, in the order in which it is offered. */
export const actions: readonly Action[] = [...photoActions, ...searchActions, ...orderActions, ...viewerActions, ...programActions, ...lookActions, ...endActions]

const byId = new Map(actions.map((action) => [action.id, action]))

/** The action of this id. */
export function action(id: string): Action {
  const found = byId.get(id)
  if (!found) throw new Error(`no action ${id}`)
  return found
}

/** What can be done with each folder and each part of a model that there is now. */
export function objectActions(library: Library): Action[] {
  return [...folderActions.flatMap((each) => onEach(each, library)), ...modelActions.flatMap((each) => onEach(each, library))]
}

/** What is offered now, of these groups, or of all. */
export function offered(ctx: ActionContext, ...groups: Group[]): Action[] {
  return actions.filter((a) => (groups.length === 0 || groups.includes(a.group)) && a.enabled(ctx))
}
