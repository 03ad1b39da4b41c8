package worker

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/photo"
)

// Options say which child to start and how.
type Options struct {
	// Executable is the path of pixel-detective-worker.
	Executable string
	Role       Role
	// Nice is the priority of the child. 0: by role (decode and image 10, text 0); below 0: the parent's.
	Nice int
	// MemoryLimit bounds the data of the child's process in bytes. 0: by role (decode 2 GiB, the others none but while
	// they load); 1: none.
	MemoryLimit uint64
	// Log gets what the child writes to its stderr.
	Log zerolog.Logger
	// Build is what the child's build must be; empty: Build().
	Build string
	// Env is added to the child's small environment.
	Env []string
	// OnExit, if not nil, is called once the child was reaped, after Exited is closed, in a goroutine of the Process.
	// It is not called if Start returns an error.
	OnExit func(*Process)
}

// Process is one child.
type Process struct{}

var errNotBuilt = errors.New("not built yet")

// Start starts a child and shakes hands with it. ctx bounds the start only, which takes 10 s at most. Errors: *StartError.
func Start(ctx context.Context, o Options) (*Process, error) { return nil, errNotBuilt }

// Role returns what the child does.
func (p *Process) Role() Role { return "" }

// PID returns the child's process id.
func (p *Process) PID() int { return 0 }

// Welcome returns what the child said of itself.
func (p *Process) Welcome() Welcome { return Welcome{} }

// Exited is closed when the child has ended and was reaped.
func (p *Process) Exited() <-chan struct{} { return nil }

// ExitCause says why the child ended: signal or exit code, and what it wrote last. Empty while it runs.
func (p *Process) ExitCause() string { return "" }

// Stop asks the child to end by closing its stdin, kills it after grace, and returns when it was reaped.
func (p *Process) Stop(grace time.Duration) {}

// Kill ends the child at once and returns when it was reaped.
func (p *Process) Kill() {}

// Decode has a photo decoded. See calls for the errors.
func (p *Process) Decode(ctx context.Context, j DecodeJob) (Decoded, error) {
	return Decoded{}, errNotBuilt
}

// Load has one graph of a model brought into memory.
func (p *Process) Load(ctx context.Context, j LoadJob) (Loaded, error) { return Loaded{}, errNotBuilt }

// EncodeText turns texts into vectors of length 1, one each.
func (p *Process) EncodeText(ctx context.Context, ref photo.ModelRef, texts []string) ([][]float32, error) {
	return nil, errNotBuilt
}

// EncodeImages turns pixels, each as Decoded.Inputs, into vectors of length 1 and tags, one each.
func (p *Process) EncodeImages(ctx context.Context, ref photo.ModelRef, pixels [][]byte) ([]Embedding, error) {
	return nil, errNotBuilt
}

// Memory asks what the child's process holds.
func (p *Process) Memory(ctx context.Context) (Memory, error) { return Memory{}, errNotBuilt }
