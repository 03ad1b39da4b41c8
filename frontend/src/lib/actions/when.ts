import type { ActionContext } from './action'

export const always = (): boolean => true

/** Before a folder was chosen there is nothing to look in. */
export const begun = (ctx: ActionContext): boolean => ctx.library.program.stage !== 'start'

/** Whether what a person decides can be kept. */
export const writable = (ctx: ActionContext): boolean => !(ctx.library.program.state?.library.read_only ?? false)
