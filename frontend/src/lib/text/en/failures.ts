import { plural } from '../format'

/** Words for files that were set aside. */
export const failures = {
  title: 'Set aside',
  sentence: (n: number) => `${plural(n, 'file')} could not be taken in. Nothing was changed or lost; each is tried again by itself when it changes.`,
  none: 'No file was set aside',
  noneWhy: (n: number) => (n === 0 ? 'Files that cannot be read will be listed here, each with its reason.' : `All ${plural(n, 'file')} could be read. One that cannot will be listed here, with its reason.`),
  again: 'Try all again',
  tried: (n: number) => `${plural(n, 'file')} will be tried again.`,
  list: 'Files that were set aside',
  kinds: {
    unreadable: 'Not readable',
    refused: 'No photo, or broken',
    quarantined: 'Stopped what opened it',
    'too-large': 'Too large',
    vanished: 'Gone',
  } as Record<string, string>,
  failed: 'The list could not be read.',
  retryRead: 'Read it again',
} as const
