export type { Action, ActionContext, Group, IconComponent } from './action'
export { action, actions, offered } from './all'
export { contextOf, perform } from './context'
export { keyName, listen, writes } from './shortcuts'
