/**
 * The shapes that cross between the page and the program, as wailsjs has them from backend/window/api.go, which says
 * what each field means. Here they are narrowed: words to the few that occur, instants to text, and what Go leaves nil
 * to null.
 */
import type { supervisor, window as shapes } from '../../../wailsjs/go/models'

/** T with some fields of another type. A field that T does not have fails to compile. */
type Narrowed<T, U extends { [K in keyof U]: K extends keyof T ? unknown : never }> = Omit<T, keyof U> & U

/** One of these, or another that is not known yet. */
type Open<T extends string> = T | (string & {})

/** Which of the page's three faces fits the library. */
export type Stage = 'start' | 'preparing' | 'library'

export type PhaseName = Open<'window' | 'scan' | 'models' | 'index' | 'ready'>
export type PhaseState = 'waiting' | 'running' | 'paused' | 'done' | 'failed'
export type Phase = Narrowed<supervisor.Phase, { name: PhaseName; state: PhaseState; remaining_seconds: number | null }>

export type GraphState = 'not_installed' | 'downloading' | 'installed' | 'queued' | 'loading' | 'ready' | 'unloading' | 'failed'
export type Model = Narrowed<supervisor.Model, { state: GraphState; last_used: string | null; retry_at: string | null }>
export type Worker = Narrowed<supervisor.Worker, { state: 'starting' | 'idle' | 'busy' | 'ending' }>
export type Decoders = Narrowed<supervisor.Decoders, { retry_at: string | null }>

export type CapabilityName = Open<'search_words' | 'search_picture' | 'index' | 'thumbnails' | 'names'>
export type Capability = Narrowed<supervisor.Capability, { name: CapabilityName; remaining_seconds: number | null }>
export type Cache = supervisor.Cache
export type Memory = supervisor.Memory
export type Sandbox = supervisor.Sandbox

export type Snapshot = Narrowed<
  supervisor.Snapshot,
  { at: string; phases: Phase[]; models: Model[]; workers: Worker[]; decoders: Decoders; capabilities: Capability[] }
>

export type LibraryCounts = shapes.Library
export type Folder = shapes.Folder
export type Index = shapes.Index
export type Candidate = Narrowed<
  shapes.Candidate,
  { kind: 'pictures' | 'known' | 'chosen' | 'dropped'; state: 'new' | 'counting' | 'counted' | 'failed' }
>
export type Notice = Narrowed<shapes.Notice, { level: 'info' | 'warning' | 'error' }>

export type Theme = 'system' | 'light' | 'dark'
export type AppearanceSettings = Narrowed<shapes.Appearance, { theme: Theme }>

export type State = Narrowed<
  shapes.State,
  { stage: Stage; snapshot: Snapshot; candidates: Candidate[]; notices: Notice[]; appearance: AppearanceSettings }
>

/** A picture that is not of the library, to search by. Comes over HTTP and in a Drop, never from a call. */
export interface Picture {
  token: string
  name: string
}

/** What was dropped on the window. Comes as an event. */
export interface Drop {
  folders: Candidate[]
  pictures: Picture[]
  problem: string
}

export type Marks = shapes.Marks
export type Narrow = shapes.Narrow
export type HitOrder = '' | 'date' | 'name' | 'size'
export type Question = Narrowed<shapes.Question, { sort: HitOrder }>

export type Wrong = shapes.Wrong
export type Source = Open<'meaning' | 'like' | 'caption' | 'tag' | 'keyword' | 'title' | 'file' | 'folder' | 'camera' | 'place'>
export type Reason = Narrowed<shapes.Reason, { source: Source }>
export type Evidence = Narrowed<shapes.Evidence, { level: 'full' | 'half' | 'hollow'; source: Source }>
export type Hit = Narrowed<shapes.Hit, { why: Reason[]; evidence: Evidence[] }>
export type Clue = shapes.Clue
export type Line = shapes.Line
export type Answer = Narrowed<shapes.Answer, { wrong: Wrong | null; hits: Hit[]; line: Line | null }>

export type Photo = Narrowed<shapes.Photo, { latitude: number | null; longitude: number | null }>

export type Failure = shapes.Failure
export type FailureList = shapes.FailureList
export type Setting = Narrowed<shapes.Setting, { kind: 'whole' | 'bytes' | 'span' | 'share' | 'switch' | 'word' | 'choice' }>
