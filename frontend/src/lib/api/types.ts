/** The shapes that cross between the page and the program. backend/window/api.go says what each field means. */

/** Which of the page's three faces fits the library. */
export type Stage = 'start' | 'preparing' | 'library'

export type PhaseName = 'window' | 'scan' | 'models' | 'index' | 'ready' | (string & {})
export type PhaseState = 'waiting' | 'running' | 'paused' | 'done' | 'failed'

export interface Phase {
  name: PhaseName
  state: PhaseState
  message?: string
  percent: number
  done?: number
  total?: number
  unit?: string
  rate?: number
  remaining_seconds: number | null
}

export type GraphState = 'not_installed' | 'downloading' | 'installed' | 'queued' | 'loading' | 'ready' | 'unloading' | 'failed'

export interface Model {
  graph: string
  id: string
  revision: string
  name: string
  stage: string
  state: GraphState
  device?: string
  fallback?: string
  load_seconds: number
  from_cache: boolean
  memory_bytes: number
  last_used: string | null
  queue: number
  in_flight: number
  error?: string
  remedy?: string
  retry_at: string | null
}

export interface Worker {
  role: string
  pid: number
  nice: number
  state: 'starting' | 'idle' | 'busy' | 'ending'
  memory_bytes: number
  unique_bytes: number
  in_flight: number
  answered: number
  restarts: number
  runtime?: string
  sandbox?: string
}

export interface Decoders {
  processes: number
  limit: number
  queue: number
  in_flight: number
  error?: string
  remedy?: string
  retry_at: string | null
}

export type CapabilityName = 'search_words' | 'search_picture' | 'index' | 'thumbnails' | 'names' | (string & {})

export interface Capability {
  name: CapabilityName
  available: boolean
  reason?: string
  remedy?: string
  remaining_seconds: number | null
}

export interface Cache {
  name: string
  entries: number
  bytes: number
  hits: number
  misses: number
  hit_rate: number
}

export interface Memory {
  self_bytes: number
  workers_bytes: number
  tree_bytes: number
  budget_bytes: number
  limit_bytes: number
  budget_reason: string
}

export interface Sandbox {
  state: string
  landlock_abi: number
  seccomp: boolean
  reason?: string
}

export interface Snapshot {
  version: number
  seq: number
  at: string
  ready: boolean
  phases: Phase[]
  models: Model[]
  workers: Worker[]
  decoders: Decoders
  capabilities: Capability[]
  caches: Cache[]
  counters: Record<string, number>
  memory: Memory
  sandbox: Sandbox
  log: string[]
}

export interface LibraryCounts {
  photos: number
  files: number
  seen: number
  pending: number
  failed: number
  favourite: number
  listing: string
  read_only: boolean
  path: string
}

export interface Folder {
  id: string
  name: string
  path: string
  online: boolean
  reason: string
  photos: number
  scanned: string
}

export interface Index {
  running: boolean
  paused: boolean
  cancelled: boolean
  scanning: boolean
  done: number
  total: number
  failed: number
  rate: number
  remaining_seconds: number
  current: string
  keeper: string
}

export interface MonthCount {
  month: number
  count: number
}

export interface Candidate {
  id: string
  name: string
  path: string
  kind: 'pictures' | 'known' | 'chosen' | 'dropped'
  state: 'new' | 'counting' | 'counted' | 'failed'
  problem: string
  photos: number
  bytes: number
  names_seconds: number
  meaning_seconds: number
  months: MonthCount[]
}

export interface Notice {
  id: string
  level: 'info' | 'warning' | 'error'
  text: string
  remedy: string
}

export type Theme = 'system' | 'light' | 'dark'

export interface AppearanceSettings {
  theme: Theme
}

export interface State {
  seq: string
  version: string
  stage: Stage
  snapshot: Snapshot
  library: LibraryCounts
  folders: Folder[]
  index: Index
  candidates: Candidate[]
  notices: Notice[]
  appearance: AppearanceSettings
}

export interface Picture {
  token: string
  name: string
}

export interface Drop {
  folders: Candidate[]
  pictures: Picture[]
  problem: string
}

export interface Marks {
  navigation: number
  first_paint: number
  listening: number
}

export interface Narrow {
  folder: string
  from_month: number
  to_month: number
  favourite: boolean
  min_rating: number
}

export type HitOrder = '' | 'date' | 'name' | 'size'

export interface Question {
  query: string
  like: string
  picture: string
  offset: number
  limit: number
  sort: HitOrder
  narrow: Narrow
}

export interface Wrong {
  at: number
  length: number
  message: string
}

export type Source = 'meaning' | 'like' | 'caption' | 'tag' | 'keyword' | 'title' | 'file' | 'folder' | 'camera' | 'place' | (string & {})

export interface Reason {
  source: Source
  text: string
}

export interface Evidence {
  clue: string
  level: 'full' | 'half' | 'hollow'
  one_in: number
  source: Source
}

export interface Hit {
  id: string
  width: number
  height: number
  name: string
  taken: string
  favourite: boolean
  rating: number
  why: Reason[]
  evidence: Evidence[]
}

export interface Clue {
  word: string
  at: number
  lit: boolean
}

export interface Line {
  low: number
  high: number
  cut: number
  bins: number[]
}

export interface Answer {
  wrong: Wrong | null
  superseded: boolean
  total: number
  took_ms: number
  model: string
  stage: string
  hits: Hit[]
  clues: Clue[]
  months: MonthCount[]
  line: Line | null
  looked: number
  notes: string[]
}

export interface PhotoFile {
  id: string
  name: string
  folder: string
  offline: boolean
}

export interface Photo {
  id: string
  width: number
  height: number
  bytes: number
  format: string
  damaged: boolean
  taken: string
  taken_from: string
  camera: string
  lens: string
  iso: number
  aperture: number
  exposure: number
  focal_length: number
  latitude: number | null
  longitude: number | null
  place: string
  title: string
  description: string
  caption: string
  keywords: string[]
  tags: string[]
  favourite: boolean
  rating: number
  files: PhotoFile[]
  searchable: boolean
}

export interface Failure {
  id: string
  name: string
  folder: string
  kind: string
  reason: string
  at: string
}

export interface FailureList {
  total: number
  items: Failure[]
}

export interface Setting {
  key: string
  section: string
  kind: 'whole' | 'bytes' | 'span' | 'share' | 'switch' | 'word' | 'choice'
  sentence: string
  value: string
  standard: string
  low: string
  high: string
  zero: string
  choices: string[]
  pending: boolean
}
