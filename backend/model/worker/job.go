package worker

import (
	"time"

	"pixeldetective/backend/model/catalog"
)

// Limits of what is sent to a child.
const (
	// MaxPhotoBytes is the largest photo that Decode sends.
	MaxPhotoBytes = 256 << 20
	// MaxSidecarBytes is the largest sidecar that Decode sends.
	MaxSidecarBytes = 16 << 20
	// DefaultMaxPixels is the number of pixels above which a photo is refused if its job does not say.
	DefaultMaxPixels = 200_000_000
)

// LoadJob names one graph of a model and how to load it.
type LoadJob struct {
	Model  catalog.Model
	Folder string // where the model's files are
	Graph  catalog.GraphName
	// Cache is a folder where the optimised graph may be kept; empty: do not keep it.
	Cache string
	// RuntimeLibrary is the path of ONNX Runtime's library.
	RuntimeLibrary string
	Threads        int    // 0: by role
	Device         string // cpu, cuda; empty: the best there is
}

// Loaded says how a graph was loaded.
type Loaded struct {
	Device         string
	FallbackReason string // why it is not on a better device; empty if it is on the best
	Runtime        string // version of the runtime library
	FromCache      bool   // the optimised graph was there already
	MemoryBytes    uint64 // resident, of the whole process
}

// Memory is what a process holds.
type Memory struct {
	Resident uint64 // bytes in memory, shared ones counted in full
	Unique   uint64 // bytes that ending the process would give back
}

// Welcome is what a child says of itself when it starts.
type Welcome struct {
	Protocol       int
	Build          string
	Role           Role
	PID            int
	Nice           int
	Runtime        string // version of libvips or ONNX Runtime; empty where it is not known before a model is loaded
	Device         string
	FallbackReason string
	Sandbox        Sandbox
	Took           time.Duration // from the start of the process to this welcome
}

// Sandbox says how a child has locked itself in. Reason is empty if nothing is missing, and for roles that have no
// sandbox.
type Sandbox struct {
	LandlockABI int // 0: none
	Seccomp     bool
	Reason      string
}
