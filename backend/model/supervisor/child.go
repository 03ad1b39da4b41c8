package supervisor

import (
	"context"
	"slices"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// childState is where one process stands.
type childState uint8

const (
	starting childState = iota // the process starts, or loads its graph
	serving
	ending // it was told to end, or an answer said that it died
)

// child is one process from the decision to start it until it is reaped. ctx ends what it is doing while it starts. The
// fields above the line never change; those below belong to the owner.
type child struct {
	id    int
	role  worker.Role
	graph *graph // nil for decoders
	seat  *seat
	ctx   context.Context
	abort context.CancelFunc

	loadTimeout time.Duration

	state     childState
	expected  bool // we told it to end
	timedOut  bool // it was killed because it did not answer
	exclusive bool // its one request shall have no company
	exited    bool
	process   process // nil until it has started
	model     catalog.Model
	inflight  []*request
	launched  time.Time
	progress  time.Time // when it last answered, took a photo up, or was given work while it rested
	lastUsed  time.Time
	answered  int64
	memory    worker.Memory
}

// seat is a place for one process. Restarts are counted by seat.
type seat struct {
	child     *child // nil: empty
	restarts  int
	failures  int       // crashes in a row, with no answer between them
	notBefore time.Time // the pause after a crash
}

// gone notes that the seat's process ended unasked.
func (s *seat) gone(now time.Time, lived time.Duration, l limits) {
	s.restarts++
	if lived >= l.crashWindow {
		s.failures = 0
	}
	s.failures++
	s.notBefore = now.Add(doubled(l.backoffFirst, l.backoffMost, s.failures))
}

// idle says whether a process could end without losing work.
func (ch *child) idle() bool { return ch.state == serving && len(ch.inflight) == 0 }

// forget removes a request from those in flight.
func (ch *child) forget(r *request) {
	if i := slices.Index(ch.inflight, r); i >= 0 {
		ch.inflight = slices.Delete(ch.inflight, i, i+1)
	}
}
