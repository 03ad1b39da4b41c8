export namespace supervisor {
	
	export interface Cache {
	    name: string;
	    entries: number;
	    bytes: number;
	    hits: number;
	    misses: number;
	    hit_rate: number;
	}
	export interface Capability {
	    name: string;
	    available: boolean;
	    reason?: string;
	    remedy?: string;
	    remaining_seconds?: number;
	}
	export interface Decoders {
	    processes: number;
	    limit: number;
	    queue: number;
	    in_flight: number;
	    error?: string;
	    remedy?: string;
	    // Go type: time
	    retry_at?: any;
	}
	export interface Memory {
	    self_bytes: number;
	    workers_bytes: number;
	    tree_bytes: number;
	    budget_bytes: number;
	    limit_bytes: number;
	    budget_reason: string;
	}
	export interface Model {
	    graph: string;
	    id: string;
	    revision: string;
	    name: string;
	    stage: string;
	    state: string;
	    device?: string;
	    fallback?: string;
	    load_seconds: number;
	    from_cache: boolean;
	    memory_bytes: number;
	    // Go type: time
	    last_used?: any;
	    queue: number;
	    in_flight: number;
	    error?: string;
	    remedy?: string;
	    // Go type: time
	    retry_at?: any;
	}
	export interface UsedModel {
	    id: string;
	    revision: string;
	    name: string;
	    stage: string;
	    error?: string;
	}
	export interface ModelUse {
	    answering: UsedModel;
	    wanted: UsedModel;
	    chosen: boolean;
	    together: boolean;
	}
	export interface Phase {
	    name: string;
	    state: string;
	    message?: string;
	    percent: number;
	    done?: number;
	    total?: number;
	    unit?: string;
	    rate?: number;
	    remaining_seconds?: number;
	}
	export interface Sandbox {
	    state: string;
	    landlock_abi: number;
	    seccomp: boolean;
	    reason?: string;
	}
	export interface Worker {
	    role: string;
	    pid: number;
	    nice: number;
	    state: string;
	    memory_bytes: number;
	    unique_bytes: number;
	    in_flight: number;
	    answered: number;
	    restarts: number;
	    runtime?: string;
	    sandbox?: string;
	}
	export interface Snapshot {
	    version: number;
	    seq: number;
	    // Go type: time
	    at: any;
	    ready: boolean;
	    phases: Phase[];
	    models: Model[];
	    other_models: Model[];
	    use: ModelUse;
	    workers: Worker[];
	    decoders: Decoders;
	    capabilities: Capability[];
	    caches: Cache[];
	    counters: Record<string, number>;
	    memory: Memory;
	    sandbox: Sandbox;
	    log: string[];
	}
	

}

export namespace window {
	
	export interface Line {
	    low: number;
	    high: number;
	    cut: number;
	    bins: number[];
	}
	export interface MonthCount {
	    month: number;
	    count: number;
	}
	export interface Clue {
	    word: string;
	    at: number;
	    lit: boolean;
	}
	export interface Evidence {
	    clue: string;
	    level: string;
	    one_in: number;
	    source: string;
	}
	export interface Reason {
	    source: string;
	    text: string;
	}
	export interface Hit {
	    id: string;
	    width: number;
	    height: number;
	    name: string;
	    taken: string;
	    favourite: boolean;
	    rating: number;
	    why: Reason[];
	    evidence: Evidence[];
	}
	export interface Wrong {
	    at: number;
	    length: number;
	    message: string;
	}
	export interface Answer {
	    wrong?: Wrong;
	    superseded: boolean;
	    total: number;
	    took_ms: number;
	    model: string;
	    stage: string;
	    hits: Hit[];
	    clues: Clue[];
	    months: MonthCount[];
	    line?: Line;
	    looked: number;
	    notes: string[];
	}
	export interface Appearance {
	    theme: string;
	}
	export interface Candidate {
	    id: string;
	    name: string;
	    path: string;
	    kind: string;
	    state: string;
	    problem: string;
	    photos: number;
	    bytes: number;
	    names_seconds: number;
	    meaning_seconds: number;
	    months: MonthCount[];
	}
	
	
	export interface Failure {
	    id: string;
	    name: string;
	    folder: string;
	    kind: string;
	    reason: string;
	    at: string;
	}
	export interface FailureList {
	    total: number;
	    items: Failure[];
	}
	export interface File {
	    id: string;
	    name: string;
	    folder: string;
	    offline: boolean;
	}
	export interface Folder {
	    id: string;
	    name: string;
	    path: string;
	    online: boolean;
	    reason: string;
	    photos: number;
	    scanned: string;
	}
	
	export interface Index {
	    running: boolean;
	    paused: boolean;
	    cancelled: boolean;
	    scanning: boolean;
	    done: number;
	    total: number;
	    failed: number;
	    rate: number;
	    remaining_seconds: number;
	    current: string;
	    keeper: string;
	}
	export interface Library {
	    photos: number;
	    files: number;
	    seen: number;
	    pending: number;
	    failed: number;
	    favourite: number;
	    listing: string;
	    read_only: boolean;
	    path: string;
	}
	
	export interface Marks {
	    navigation: number;
	    first_paint: number;
	    listening: number;
	}
	
	export interface Narrow {
	    folder: string;
	    from_month: number;
	    to_month: number;
	    favourite: boolean;
	    min_rating: number;
	}
	export interface Notice {
	    id: string;
	    level: string;
	    text: string;
	    remedy: string;
	}
	export interface Photo {
	    id: string;
	    width: number;
	    height: number;
	    bytes: number;
	    format: string;
	    damaged: boolean;
	    taken: string;
	    taken_from: string;
	    camera: string;
	    lens: string;
	    iso: number;
	    aperture: number;
	    exposure: number;
	    focal_length: number;
	    latitude?: number;
	    longitude?: number;
	    place: string;
	    title: string;
	    description: string;
	    caption: string;
	    keywords: string[];
	    tags: string[];
	    favourite: boolean;
	    rating: number;
	    files: File[];
	    searchable: boolean;
	}
	export interface Question {
	    query: string;
	    like: string;
	    picture: string;
	    offset: number;
	    limit: number;
	    sort: string;
	    narrow: Narrow;
	    uncut: boolean;
	}
	
	export interface Setting {
	    key: string;
	    section: string;
	    kind: string;
	    sentence: string;
	    value: string;
	    standard: string;
	    low: string;
	    high: string;
	    zero: string;
	    choices: string[];
	    pending: boolean;
	}
	export interface State {
	    seq: string;
	    version: string;
	    stage: string;
	    snapshot: supervisor.Snapshot;
	    library: Library;
	    folders: Folder[];
	    index: Index;
	    candidates: Candidate[];
	    notices: Notice[];
	    appearance: Appearance;
	}

}

