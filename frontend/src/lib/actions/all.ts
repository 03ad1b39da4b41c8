import type { Action, ActionContext, Group } from './action'
import { photoActions } from './photo'
import { programActions } from './program'
import { searchActions } from './search'
import { viewerActions } from './viewer'

/** Everything that a person can do, in the order in which it is offered. */
export const actions: readonly Action[] = [...photoActions, ...searchActions, ...viewerActions, ...programActions]

const byId = new Map(actions.map((action) => [action.id, action]))

/** The action of this id. */
export function action(id: string): Action {
  const found = byId.get(id)
  if (!found) throw new Error(`no action ${id}`)
  return found
}

/** What is offered now, of these groups, or of all. */
export function offered(ctx: ActionContext, ...groups: Group[]): Action[] {
  return actions.filter((a) => (groups.length === 0 || groups.includes(a.group)) && a.enabled(ctx))
}
