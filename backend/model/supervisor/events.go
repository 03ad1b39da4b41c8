package supervisor

import (
	"errors"
	"slices"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// readyEvent lets workers start.
type readyEvent struct{}

func (readyEvent) apply(c *core) { c.ready = true }

// requestEvent brings a request.
type requestEvent struct{ request *request }

func (e requestEvent) apply(c *core) {
	r := e.request
	if c.stopping {
		c.answer(r, answer{err: ErrStopped})
		return
	}
	c.number++
	r.number = c.number
	c.take(r)
	if r.kind == encodeText && r.priority == PriorityQuery {
		c.habits.use(c.now, c.counts)
	}
}

// take queues a request that is new or comes back.
func (c *core) take(r *request) {
	switch {
	case c.stopping:
		c.answer(r, answer{err: ErrStopped})
	case r.kind == decode:
		c.admitDecode(r)
	default:
		c.admit(c.graphFor(r), r)
	}
}

// cancelEvent takes back a request whose caller has gone. One that a worker has is finished there and dropped.
type cancelEvent struct {
	request *request
	err     error
}

func (e cancelEvent) apply(c *core) {
	r := e.request
	c.pool.queue.remove(r)
	for _, g := range c.graphs {
		g.queue.remove(r)
	}
	c.answer(r, answer{err: e.err})
}

// spawnedEvent says that a process has started.
type spawnedEvent struct {
	child   *child
	process process
}

func (e spawnedEvent) apply(c *core) {
	e.child.process = e.process
	c.count(countSpawns, 1)
}

// launchedEvent says that a process can work (err nil), or that it could not be brought up and is reaped.
type launchedEvent struct {
	child  *child
	model  catalog.Model
	loaded worker.Loaded
	took   time.Duration
	err    error
}

func (e launchedEvent) apply(c *core) {
	ch := e.child
	c.changed = true
	if e.err != nil {
		c.reaped(ch)
		if ch.graph == nil {
			c.decoderGone(ch, e.err, e.err.Error())
		} else {
			c.graphNotLoaded(ch, e.err)
		}
		return
	}
	if ch.state == ending {
		return // it was told to end as it came up; its exit follows
	}
	ch.lastUsed = c.now
	if ch.graph == nil {
		c.decoderReady(ch)
	} else {
		c.graphReady(ch, e)
	}
}

// exitedEvent says that a process that had come up has ended and is reaped.
type exitedEvent struct {
	child *child
	cause string
}

func (e exitedEvent) apply(c *core) {
	ch := e.child
	c.reaped(ch)
	c.changed = true
	if !ch.expected {
		c.log.Warn().Str("role", string(ch.role)).Int("pid", ch.pid()).Str("cause", e.cause).Msg("a worker ended")
	}
	switch {
	case ch.graph == nil:
		c.decoderGone(ch, nil, e.cause)
	case ch.expected:
		c.move(ch.graph, StateInstalled)
	default:
		c.graphCrashed(ch, e.cause)
	}
}

// reaped empties the seat of a process that is no more.
func (c *core) reaped(ch *child) {
	ch.exited = true
	ch.state = ending
	ch.abort()
	if ch.seat.child == ch {
		ch.seat.child = nil
	}
	delete(c.children, ch.id)
}

// begunEvent says that a decoder has taken a photo up.
type begunEvent struct {
	child   *child
	request *request
}

func (e begunEvent) apply(c *core) {
	e.child.progress = c.now
	e.request.begun = true
}

// doneEvent brings what a worker made of a request.
type doneEvent struct {
	child   *child
	request *request
	answer  answer
}

func (e doneEvent) apply(c *core) {
	ch, r := e.child, e.request
	ch.forget(r)
	ch.progress, ch.lastUsed, ch.exclusive = c.now, c.now, false
	c.changed = true
	if died(e.answer.err) {
		if !ch.exited && ch.state != ending {
			ch.state = ending
			c.do(killEffect{process: ch.process}) // most likely it is gone already; if not, it shall be
		}
		if r.where == answered {
			return
		}
		a, again := c.blame(ch, r, e.answer.err)
		if again {
			c.take(r)
		} else {
			c.answer(r, a)
		}
		return
	}
	ch.answered++
	c.well(ch, r, e.answer)
	c.answer(r, e.answer)
}

// well notes an answer: the process is sound, whatever it said.
func (c *core) well(ch *child, r *request, a answer) {
	ch.seat.failures = 0
	if ch.graph != nil {
		ch.graph.lastUsed = c.now
		ch.graph.guard.close()
	} else {
		c.pool.guard.close()
		c.pool.failure = failure{}
	}
	if a.err != nil {
		return
	}
	switch r.kind {
	case decode:
		c.count(countDecoded, 1)
	case encodeText:
		c.count(countTexts, int64(len(r.texts)))
	case encodeImages:
		c.count(countInferences, int64(len(r.pixels)))
	}
}

// died says whether an error means that the process has ended or is about to.
func died(err error) bool {
	var crash *worker.CrashError
	var late *worker.TimeoutError
	return errors.As(err, &crash) || errors.As(err, &late)
}

// prefetchEvent loads a graph ahead of need.
type prefetchEvent struct{ graph catalog.GraphName }

func (e prefetchEvent) apply(c *core) {
	g := c.graph(e.graph)
	if g == nil || c.stopping {
		return
	}
	switch g.state {
	case StateReady:
		g.lastUsed = c.now
	case StateInstalled, StateUnloading:
		g.wanted = true
		g.prefetched = true
	}
}

// unloadEvent takes a graph out of memory when its work in hand is done.
type unloadEvent struct{ graph catalog.GraphName }

func (e unloadEvent) apply(c *core) {
	if g := c.graph(e.graph); g != nil && g.state == StateReady {
		g.draining = true
	}
}

// retryEvent forgets failures and takes the catalog's word anew for what is not loaded.
type retryEvent struct{ found findings }

// resolved is what the catalog says of a graph.
type resolved struct {
	model catalog.Model
	err   error
}

func (e retryEvent) apply(c *core) {
	c.pool.guard.close()
	c.pool.failure = failure{}
	for _, s := range c.pool.seats {
		s.notBefore = time.Time{}
	}
	for _, g := range c.graphs {
		g.guard.close()
		g.seat.notBefore = time.Time{}
		switch g.state {
		case StateNotInstalled, StateInstalled, StateFailed:
			wanted := g.wanted || c.rank(g) == 0 && slices.Contains(c.always, g.name)
			c.resolveFrom(g, e.found)
			g.wanted = wanted && g.state == StateInstalled
		}
	}
}

// resolve notes what the catalog says of a graph that is not in memory.
func (c *core) resolve(g *graph, r resolved) {
	if r.err != nil {
		g.model = catalog.Model{}
		c.fail(g, StateNotInstalled, failure{reason: r.err.Error()})
		return
	}
	g.model = r.model
	g.failure = failure{}
	c.move(g, StateInstalled)
}

// downloadEvent says that a graph's files are on their way, or (with what the catalog says now) no longer.
type downloadEvent struct {
	graph   catalog.GraphName
	running bool
	found   findings
}

func (e downloadEvent) apply(c *core) {
	g := c.graph(e.graph)
	if g == nil {
		return
	}
	switch {
	case e.running && (g.state == StateNotInstalled || g.state == StateFailed):
		c.fail(g, StateDownloading, failure{reason: "the model is being downloaded"})
	case !e.running && g.state == StateDownloading:
		c.resolveFrom(g, e.found)
	}
}

// advancePreload loads the graphs that shall be there unasked, one after the other.
func (c *core) advancePreload() {
	for c.awake() && len(c.preload) > 0 {
		g := c.graph(c.preload[0])
		if g != nil && g.state == StateInstalled && !c.preloadRunning {
			g.wanted = true
			c.preloadRunning = true
			c.changed = true
			return
		}
		if g != nil && (g.state == StateQueued || g.state == StateLoading || g.state == StateUnloading || g.state == StateInstalled && g.wanted) {
			return
		}
		c.preload = c.preload[1:]
		c.preloadRunning = false
		c.changed = true
	}
}
