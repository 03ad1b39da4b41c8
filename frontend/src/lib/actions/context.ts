import type { Library } from '$lib/state'
import type { Action, ActionContext } from './action'

/** The context of actions right now: the photos given, or those that the page is on. */
export function contextOf(library: Library, targets?: string[]): ActionContext {
  const viewed = library.navigation.viewer?.id
  return { library, targets: targets ?? (viewed === undefined ? library.selection.targets : [viewed]) }
}

/** Runs an action. What goes wrong is said in a toast. */
export async function perform(action: Action, ctx: ActionContext): Promise<void> {
  if (!action.enabled(ctx)) return
  try {
    await action.run(ctx)
  } catch (thrown) {
    ctx.library.toasts.error(thrown)
  }
}
