package supervisor

import (
	"slices"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// SnapshotVersion is the version of the Snapshot document. It grows when a field changes its meaning or goes away; new
// fields do not change it.
const SnapshotVersion = 1

// Snapshot is what the program is doing, at one instant. It is pushed to the window as an event and printed by
// `status --json`; both are this document. Its lists are never null. Times are RFC 3339, sizes bytes, durations seconds.
type Snapshot struct {
	Version int `json:"version"` // SnapshotVersion
	// Seq grows by one with each snapshot that is pushed. A reader that misses a number has lost a push; the next one
	// (or Snapshot) holds everything, so nothing else is lost. A snapshot read between two pushes has the next push's Seq.
	Seq   uint64    `json:"seq"`
	At    time.Time `json:"at"`
	Ready bool      `json:"ready"` // Ready was called: workers may start
	// Phases are the long pieces of work since the start, in the order in which they were first reported.
	Phases       []Phase      `json:"phases"`
	Models       []Model      `json:"models"`       // the graphs of the model that answers
	OtherModels  []Model      `json:"other_models"` // the graphs of the wanted model, where it is another, and of one that leaves
	Use          ModelUse     `json:"use"`
	Workers      []Worker     `json:"workers"`
	Decoders     Decoders     `json:"decoders"`
	Capabilities []Capability `json:"capabilities"`
	Caches       []Cache      `json:"caches"`
	// Counters count since the library was made, over all processes and runs: decodes_done (photos that a decoder
	// answered), inferences_done (pictures that an image graph answered), texts_encoded, spawns, crashes, timeouts, loads,
	// unloads, prefetch_hits, prefetch_misses, and what other services add: of the indexer files_hashed, photos_decoded,
	// and inferences, which counts before the work is done.
	Counters map[string]int64 `json:"counters"`
	Memory   Memory           `json:"memory"`
	Sandbox  Sandbox          `json:"sandbox"`
	// Log holds the last 500 lines of the log, oldest first.
	Log []string `json:"log"`

	// loaded are the models in memory, for ImageModel and TextModel.
	loaded map[catalog.GraphName]*catalog.Model
	use    Use
}

// PhaseName names one long piece of work.
type PhaseName string

// The phases that the program goes through. Services may report others.
const (
	PhaseWindow PhaseName = "window"
	PhaseScan   PhaseName = "scan"
	PhaseModels PhaseName = "models" // reported by the supervisor itself
	PhaseIndex  PhaseName = "index"
	PhaseReady  PhaseName = "ready" // reported by the supervisor itself
	// PhaseUpgrade is the wanted model's look at all photos, until it answers.
	PhaseUpgrade PhaseName = "upgrade"
)

// PhaseState says where a phase stands.
type PhaseState string

// The states of a phase.
const (
	PhaseWaiting PhaseState = "waiting"
	PhaseRunning PhaseState = "running"
	PhasePaused  PhaseState = "paused"
	PhaseDone    PhaseState = "done"
	PhaseFailed  PhaseState = "failed"
)

// Phase is one long piece of work.
type Phase struct {
	Name    PhaseName  `json:"name"`
	State   PhaseState `json:"state"`
	Message string     `json:"message,omitempty"` // a sentence for people
	Percent float64    `json:"percent"`           // 0 to 100
	Done    int64      `json:"done,omitempty"`    // in Unit
	Total   int64      `json:"total,omitempty"`   // in Unit; 0: not known yet
	Unit    string     `json:"unit,omitempty"`    // photos, files, bytes
	Rate    float64    `json:"rate,omitempty"`    // Unit per second
	// Remaining is the estimated time to the end, in seconds; null if unknown.
	Remaining *float64 `json:"remaining_seconds"`
}

// GraphState is where one graph of a model stands.
type GraphState string

// The states of a graph. Each graph is in exactly one.
const (
	StateNotInstalled GraphState = "not_installed" // its files are not here
	StateDownloading  GraphState = "downloading"
	StateInstalled    GraphState = "installed" // its files are here, it is not in memory; the next request loads it
	StateQueued       GraphState = "queued"    // wanted, and waiting for its turn, for memory, or for the pause after a crash
	StateLoading      GraphState = "loading"
	StateReady        GraphState = "ready"
	StateUnloading    GraphState = "unloading"
	StateFailed       GraphState = "failed" // see Error, Remedy, RetryAt
)

// Model is one graph of a model.
type Model struct {
	Graph    string      `json:"graph"` // text, image
	ID       string      `json:"id"`    // empty if no model is installed
	Revision string      `json:"revision"`
	Name     string      `json:"name"`
	Stage    photo.Stage `json:"stage"`
	State    GraphState  `json:"state"`
	Device   string      `json:"device,omitempty"` // cpu, cuda; empty if not loaded
	// Fallback says why a better device is not used.
	Fallback    string  `json:"fallback,omitempty"`
	LoadSeconds float64 `json:"load_seconds"` // of the latest load; 0 if never loaded
	FromCache   bool    `json:"from_cache"`   // the latest load used the optimised graph kept on disk
	MemoryBytes uint64  `json:"memory_bytes"` // of its process; 0 if not loaded
	// LastUsed is when it last answered or was asked to load; null if never.
	LastUsed *time.Time `json:"last_used"`
	Queue    int        `json:"queue"`           // requests that wait
	InFlight int        `json:"in_flight"`       // requests that its process works on
	Error    string     `json:"error,omitempty"` // why it failed, a sentence
	Remedy   string     `json:"remedy,omitempty"`
	// RetryAt is when the program itself tries again; null: not failed, or only after the remedy.
	RetryAt *time.Time `json:"retry_at"`
}

// WorkerState is where a worker process stands.
type WorkerState string

// The states of a worker process.
const (
	WorkerStarting WorkerState = "starting" // or loading its graph
	WorkerIdle     WorkerState = "idle"
	WorkerBusy     WorkerState = "busy"
	WorkerEnding   WorkerState = "ending"
)

// Worker is one worker process.
type Worker struct {
	Role        string      `json:"role"` // decode, text, image
	PID         int         `json:"pid"`  // 0 while it starts
	Nice        int         `json:"nice"` // −20 (first) to 19 (last)
	State       WorkerState `json:"state"`
	MemoryBytes uint64      `json:"memory_bytes"` // resident; 0 if not known yet
	UniqueBytes uint64      `json:"unique_bytes"` // not shared with other processes
	InFlight    int         `json:"in_flight"`
	Answered    int64       `json:"answered"` // requests since it started
	Restarts    int         `json:"restarts"` // processes before it in its place that ended unasked
	Runtime     string      `json:"runtime,omitempty"`
	Sandbox     string      `json:"sandbox,omitempty"` // decode only: as Sandbox.State
}

// Decoders is the pool of decode workers.
type Decoders struct {
	Processes int        `json:"processes"` // that run now
	Limit     int        `json:"limit"`
	Queue     int        `json:"queue"`
	InFlight  int        `json:"in_flight"`
	Error     string     `json:"error,omitempty"` // why no photo can be decoded now
	Remedy    string     `json:"remedy,omitempty"`
	RetryAt   *time.Time `json:"retry_at"`
}

// The capabilities that the supervisor derives. Other services report theirs by the same shape.
const (
	CapabilityWords      = "search_words"   // search by what a photo shows, in words
	CapabilityPicture    = "search_picture" // search by a picture from outside the library
	CapabilityIndex      = "index"          // new photos can be looked at
	CapabilityThumbnails = "thumbnails"     // thumbnails of new photos can be made
	CapabilityNames      = "names"          // search by file names and metadata; needs no model
)

// Capability is something that the program may be asked for right now, or not.
type Capability struct {
	Name string `json:"name"`
	// Available: asked for now, it is answered, without the user doing anything first.
	Available bool   `json:"available"`
	Reason    string `json:"reason,omitempty"` // why not, a sentence
	Remedy    string `json:"remedy,omitempty"`
	// Remaining is the estimated time until it is answered without delay, in seconds: 0 if at once, null if unknown or
	// never without the remedy.
	Remaining *float64 `json:"remaining_seconds"`
}

// Cache is what one cache holds.
type Cache struct {
	Name    string  `json:"name"`
	Entries int64   `json:"entries"`
	Bytes   int64   `json:"bytes"`
	Hits    int64   `json:"hits"`
	Misses  int64   `json:"misses"`
	HitRate float64 `json:"hit_rate"` // Hits / (Hits + Misses), 0 to 1
}

// Memory is what the program's processes hold.
type Memory struct {
	SelfBytes    uint64 `json:"self_bytes"`    // resident, this process
	WorkersBytes uint64 `json:"workers_bytes"` // resident, all workers
	TreeBytes    uint64 `json:"tree_bytes"`    // resident, this process and all below it
	BudgetBytes  uint64 `json:"budget_bytes"`  // what workers may take
	LimitBytes   uint64 `json:"limit_bytes"`   // threshold × budget: above it, what was used longest ago is unloaded
	BudgetReason string `json:"budget_reason"` // what decided the budget
}

// Sandbox says how decode workers are locked in.
type Sandbox struct {
	State       string `json:"state"` // unknown (none has started yet), full, partial, none
	LandlockABI int    `json:"landlock_abi"`
	Seccomp     bool   `json:"seccomp"`
	Reason      string `json:"reason,omitempty"` // why a part is missing
}

// Capability returns the capability of this name.
func (s Snapshot) Capability(name string) (Capability, bool) {
	for _, c := range s.Capabilities {
		if c.Name == name {
			return c, true
		}
	}
	return Capability{}, false
}

// Model returns the model's graph of this name.
func (s Snapshot) Model(graph string) (Model, bool) {
	for _, m := range s.Models {
		if m.Graph == graph {
			return m, true
		}
	}
	return Model{}, false
}

// clone copies the lists, so that a reader that sorts or changes them disturbs nobody.
func (s Snapshot) clone() Snapshot {
	s.Phases = slices.Clone(s.Phases)
	s.Models = slices.Clone(s.Models)
	s.OtherModels = slices.Clone(s.OtherModels)
	s.Workers = slices.Clone(s.Workers)
	s.Capabilities = slices.Clone(s.Capabilities)
	s.Caches = slices.Clone(s.Caches)
	counters := make(map[string]int64, len(s.Counters))
	for name, n := range s.Counters {
		counters[name] = n
	}
	s.Counters = counters
	return s
}
