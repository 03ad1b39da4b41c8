import type { Answer, Candidate, FailureList, Marks, Photo, Question, Setting, State } from './types'

/** A call that the program refused. Its message is a sentence for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  constructor(readonly sentence: string) {
    super(sentence)
  }
}

/** What the program answers to. One method for each method of App that is bound to the page. */
export interface Api {
  ready(marks: Marks): Promise<State>
  state(): Promise<State>
  log(): Promise<string[]>
  suggestions(): Promise<Candidate[]>
  /** Opens the system's dialog; null if it was closed without a choice. */
  chooseFolder(): Promise<Candidate | null>
  survey(candidate: string): Promise<void>
  addFolders(candidates: string[]): Promise<void>
  removeFolder(folder: string): Promise<void>
  rescanFolder(folder: string): Promise<void>
  pause(): Promise<void>
  resume(): Promise<void>
  cancel(): Promise<void>
  search(question: Question): Promise<Answer>
  photo(id: string): Promise<Photo>
  setFavourite(photos: string[], on: boolean): Promise<void>
  setRating(photos: string[], stars: number): Promise<void>
  showInFiles(file: string): Promise<void>
  failures(offset: number, limit: number): Promise<FailureList>
  retryFailures(): Promise<void>
  loadModel(graph: string): Promise<void>
  unloadModel(graph: string): Promise<void>
  retryModel(graph: string): Promise<void>
  settings(): Promise<Setting[]>
  setSetting(key: string, value: string): Promise<Setting>
  resetSetting(key: string): Promise<Setting>
  dismissNotice(id: string): Promise<void>
  quit(): Promise<void>
}

type Bound = Record<string, ((...args: unknown[]) => Promise<unknown>) | undefined>

declare global {
  interface Window {
    go?: { main?: { App?: Bound } }
  }
}

/** Whether the page runs in the program's window, not in a browser by itself. */
export const attached = (): boolean => window.go?.main?.App !== undefined

async function call<T>(method: string, ...args: unknown[]): Promise<T> {
  const bound = window.go?.main?.App?.[method]
  if (!bound) throw new ApiError(`The program does not answer to “${method}”.`)
  try {
    return (await bound(...args)) as T
  } catch (thrown) {
    throw new ApiError(typeof thrown === 'string' ? thrown : thrown instanceof Error ? thrown.message : String(thrown))
  }
}

/** The program, as the page sees it. */
export const api: Api = {
  ready: (marks) => call('Ready', marks),
  state: () => call('State'),
  log: () => call('Log'),
  suggestions: () => call('Suggestions'),
  chooseFolder: () => call('ChooseFolder'),
  survey: (candidate) => call('Survey', candidate),
  addFolders: (candidates) => call('AddFolders', candidates),
  removeFolder: (folder) => call('RemoveFolder', folder),
  rescanFolder: (folder) => call('RescanFolder', folder),
  pause: () => call('Pause'),
  resume: () => call('Resume'),
  cancel: () => call('Cancel'),
  search: (question) => call('Search', question),
  photo: (id) => call('Photo', id),
  setFavourite: (photos, on) => call('SetFavourite', photos, on),
  setRating: (photos, stars) => call('SetRating', photos, stars),
  showInFiles: (file) => call('ShowInFiles', file),
  failures: (offset, limit) => call('Failures', offset, limit),
  retryFailures: () => call('RetryFailures'),
  loadModel: (graph) => call('LoadModel', graph),
  unloadModel: (graph) => call('UnloadModel', graph),
  retryModel: (graph) => call('RetryModel', graph),
  settings: () => call('Settings'),
  setSetting: (key, value) => call('SetSetting', key, value),
  resetSetting: (key) => call('ResetSetting', key),
  dismissNotice: (id) => call('DismissNotice', id),
  quit: () => call('Quit'),
}
