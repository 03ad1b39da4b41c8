package supervisor

import "sync"

// inbox carries events to the owner, in order. Posting never waits: what is in it is bounded by the callers, who wait for
// their answers, and by the children.
type inbox struct {
	mu     sync.Mutex
	events []event
	closed bool
	wake   chan struct{}
}

func newInbox() *inbox { return &inbox{wake: make(chan struct{}, 1)} }

// post hands an event over; false if nobody will read it any more.
func (b *inbox) post(e event) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed {
		return false
	}
	b.events = append(b.events, e)
	select {
	case b.wake <- struct{}{}:
	default:
	}
	return true
}

// take returns what has come since.
func (b *inbox) take() []event {
	b.mu.Lock()
	defer b.mu.Unlock()
	all := b.events
	b.events = nil
	return all
}

// close refuses further events and returns the last ones.
func (b *inbox) close() []event {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
	all := b.events
	b.events = nil
	return all
}
