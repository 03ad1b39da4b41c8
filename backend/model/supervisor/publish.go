package supervisor

import (
	"context"
	"slices"
	"time"
)

// pushEvery is the least time between two pushes to subscribers.
const pushEvery = 100 * time.Millisecond

// publisher keeps the newest snapshot for readers and pushes it to subscribers. It belongs to the owner.
type publisher struct {
	seq         uint64
	pushed      time.Time
	dirty       bool
	subscribers []chan Snapshot
}

// publish makes the state of this instant readable, and pushes it if the last push is long enough ago.
func (s *Supervisor) publish(now time.Time, changed bool) {
	p := &s.publisher
	p.dirty = p.dirty || changed
	if !p.dirty {
		return
	}
	view := s.core.view()
	view.Seq = p.seq + 1
	view.Memory.BudgetBytes = uint64(max(s.core.budget.Bytes, 0))
	view.Memory.BudgetReason = s.core.budget.Reason
	s.latest.Store(&view)
	if now.Before(p.pushed.Add(pushEvery)) {
		return
	}
	p.seq++
	p.pushed, p.dirty = now, false
	if len(p.subscribers) == 0 {
		return
	}
	full := s.Snapshot()
	for _, to := range p.subscribers {
		push(to, full.clone())
	}
}

// pushDue returns when the next push is owed; zero if none is.
func (p *publisher) pushDue() time.Time {
	if !p.dirty {
		return time.Time{}
	}
	return p.pushed.Add(pushEvery)
}

// push puts a snapshot into a channel with room for one, in the place of one that was not taken. Only the owner sends.
func push(to chan Snapshot, s Snapshot) {
	select {
	case <-to:
	default:
	}
	to <- s
}

// Snapshot returns what the program is doing now.
func (s *Supervisor) Snapshot() Snapshot {
	view := s.latest.Load().clone()
	if s.logLines != nil {
		view.Log = slices.Clone(s.logLines())
	}
	if view.Log == nil {
		view.Log = []string{}
	}
	return view
}

// Subscribe sends a snapshot now and after every change, at most ten a second; what a slow reader did not take is
// replaced by what is newer. The channel is closed when ctx ends or Run returns.
func (s *Supervisor) Subscribe(ctx context.Context) <-chan Snapshot {
	to := make(chan Snapshot, 1)
	to <- s.Snapshot()
	if !s.inbox.post(subscribeEvent{s: s, to: to}) {
		close(to)
		return to
	}
	context.AfterFunc(ctx, func() { s.inbox.post(unsubscribeEvent{s: s, to: to}) })
	return to
}

type subscribeEvent struct {
	s  *Supervisor
	to chan Snapshot
}

func (e subscribeEvent) apply(*core) {
	e.s.publisher.subscribers = append(e.s.publisher.subscribers, e.to)
}

type unsubscribeEvent subscribeEvent

func (e unsubscribeEvent) apply(*core) {
	p := &e.s.publisher
	if i := slices.Index(p.subscribers, e.to); i >= 0 {
		p.subscribers = slices.Delete(p.subscribers, i, i+1)
		close(e.to)
	}
}

// closeSubscribers ends all subscriptions.
func (p *publisher) closeSubscribers() {
	for _, to := range p.subscribers {
		close(to)
	}
	p.subscribers = nil
}
