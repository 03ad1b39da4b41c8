package supervisor

import (
	"errors"
	"io/fs"
	"slices"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// pool is the decoders: places for processes that all do the same, and one queue.
type pool struct {
	seats   []*seat
	queue   queue
	guard   breaker
	failure failure
}

const decodePurpose = "reading photos"

// admitDecode takes a photo in, or answers at once if no decoder may be started.
func (c *core) admitDecode(r *request) {
	if c.pool.guard.isOpen(c.now) {
		c.answer(r, answer{err: c.pool.failure.error(decodePurpose)})
		return
	}
	c.pool.queue.push(r)
}

// advancePool gives decoders their photos and starts and ends decoders as the work demands.
func (c *core) advancePool() {
	p := c.pool
	for _, s := range p.seats {
		if s.child == nil {
			continue
		}
		c.watch(s.child)
		if p.queue.len() == 0 && s.child.idle() && c.now.Sub(s.child.lastUsed) >= c.limits.idleUnload {
			c.end(s.child)
		}
	}
	if !c.awake() {
		return
	}
	c.dispatchPhotos()
	live, work := p.load()
	most := len(p.seats)
	if p.guard.probing(c.now) {
		most = 1
	}
	for _, s := range p.seats {
		if live >= min(work, most) || live > 0 && c.limits.memory > 0 && c.used()+decoderMemory > c.limits.memory {
			return
		}
		if s.child == nil && !c.now.Before(s.notBefore) && !p.guard.isOpen(c.now) {
			c.launch(s, worker.RoleDecode, nil)
			live++
		}
	}
}

// load counts the decoders that work or come up, and the photos that wait or are in flight in them.
func (p *pool) load() (live, work int) {
	work = p.queue.len()
	for _, s := range p.seats {
		if s.child != nil && s.child.state != ending {
			live++
			work += len(s.child.inflight)
		}
	}
	return live, work
}

// spare returns a decoder that can be ended without another being started for the work there is: of those, the one that
// rested longest; nil if there is none.
func (p *pool) spare() *child {
	live, work := p.load()
	if live <= work {
		return nil
	}
	var best *child
	for _, s := range p.seats {
		if s.child != nil && s.child.idle() && (best == nil || s.child.lastUsed.Before(best.lastUsed)) {
			best = s.child
		}
	}
	return best
}

// dispatchPhotos gives waiting photos to the decoders that have least to do. A photo that must be alone takes a decoder
// that rests; if none does, one decoder gets no more photos until it rests.
func (c *core) dispatchPhotos() {
	var reserved *child
	for _, r := range slices.Clone(c.pool.queue.waiting) {
		ch := c.leastBusy(reserved)
		switch {
		case r.alone && reserved != nil:
			continue
		case ch == nil:
			return
		case r.alone && len(ch.inflight) > 0:
			reserved = ch
			continue
		case !r.alone && len(ch.inflight) >= c.limits.depth:
			return
		}
		c.pool.queue.remove(r)
		ch.exclusive = r.alone
		c.send(ch, r, catalog.Model{})
	}
}

// leastBusy returns the decoder with the fewest photos in flight that may get another; nil if none runs.
func (c *core) leastBusy(except *child) *child {
	var best *child
	for _, s := range c.pool.seats {
		ch := s.child
		if ch == nil || ch == except || ch.state != serving || ch.exclusive {
			continue
		}
		if best == nil || len(ch.inflight) < len(best.inflight) {
			best = ch
		}
	}
	return best
}

// decoderReady notes that a decoder has started.
func (c *core) decoderReady(ch *child) {
	ch.state = serving
	c.changed = true
	if ch.process != nil {
		sandbox := ch.process.Welcome().Sandbox
		c.sandbox = &sandbox
	}
}

// decoderGone notes that a decoder ended, or did not start.
func (c *core) decoderGone(ch *child, err error, cause string) {
	c.changed = true
	if ch.expected {
		return
	}
	p := c.pool
	c.count(countCrashes, 1)
	ch.seat.gone(c.now, c.now.Sub(ch.launched), c.limits)
	var start *worker.StartError
	switch {
	case errors.As(err, &start) && errors.Is(err, fs.ErrNotExist):
		p.guard.open(c.now, c.limits)
		p.failure = failure{reason: start.Reason, remedy: capital(start.Remedy)}
	case p.guard.isOpen(c.now):
		return // it went down with the others
	case p.guard.crash(c.now, c.limits):
		p.failure = failure{
			reason: "the processes that read photos end again and again (" + cause + ")",
			remedy: "The program tries again by itself; the log says more",
		}
	default:
		return
	}
	p.failure.since, p.failure.retryAt = c.now, p.guard.until
	c.log.Warn().Str("reason", p.failure.reason).Time("retry_at", p.failure.retryAt).Msg("photos cannot be read")
	c.refuse(p.queue.takeAll(), p.failure.error(decodePurpose))
}
