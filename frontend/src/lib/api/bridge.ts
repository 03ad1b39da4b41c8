import * as app from '../../../wailsjs/go/main/App'
import { sentence, t } from '$lib/text'
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

declare global {
  interface Window {
    go?: object
  }
}

/** Whether the page runs in the program's window, not in a browser by itself. */
export const attached = (): boolean => window.go !== undefined

/** Calls the program. What it refuses comes as a sentence; what it answers is narrower than its generated type. */
async function call<T>(bound: () => Promise<unknown>): Promise<T> {
  if (!attached()) throw new ApiError(t.app.alone)
  try {
    return (await bound()) as T
  } catch (thrown) {
    throw new ApiError(sentence(typeof thrown === 'string' ? thrown : thrown instanceof Error ? thrown.message : String(thrown)))
  }
}

/** The program, as the page sees it. */
export const api: Api = {
  ready: (marks) => call(() => app.Ready(marks)),
  state: () => call(() => app.State()),
  log: () => call(() => app.Log()),
  suggestions: () => call(() => app.Suggestions()),
  chooseFolder: () => call(() => app.ChooseFolder()),
  survey: (candidate) => call(() => app.Survey(candidate)),
  addFolders: (candidates) => call(() => app.AddFolders(candidates)),
  removeFolder: (folder) => call(() => app.RemoveFolder(folder)),
  rescanFolder: (folder) => call(() => app.RescanFolder(folder)),
  pause: () => call(() => app.Pause()),
  resume: () => call(() => app.Resume()),
  cancel: () => call(() => app.Cancel()),
  search: (question) => call(() => app.Search(question)),
  photo: (id) => call(() => app.Photo(id)),
  setFavourite: (photos, on) => call(() => app.SetFavourite(photos, on)),
  setRating: (photos, stars) => call(() => app.SetRating(photos, stars)),
  showInFiles: (file) => call(() => app.ShowInFiles(file)),
  failures: (offset, limit) => call(() => app.Failures(offset, limit)),
  retryFailures: () => call(() => app.RetryFailures()),
  loadModel: (graph) => call(() => app.LoadModel(graph)),
  unloadModel: (graph) => call(() => app.UnloadModel(graph)),
  retryModel: (graph) => call(() => app.RetryModel(graph)),
  settings: () => call(() => app.Settings()),
  setSetting: (key, value) => call(() => app.SetSetting(key, value)),
  resetSetting: (key) => call(() => app.ResetSetting(key)),
  dismissNotice: (id) => call(() => app.DismissNotice(id)),
  quit: () => call(() => app.Quit()),
}
