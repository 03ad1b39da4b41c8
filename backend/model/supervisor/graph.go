package supervisor

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
	"unicode"
	"unicode/utf8"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// graph is one half of a model and the one process that serves it. Its name, model reference and role never change.
type graph struct {
	name catalog.GraphName
	ref  photo.ModelRef // of its model; zero: the best that is installed
	role worker.Role

	state    GraphState
	model    catalog.Model // empty if none is installed
	queue    queue
	seat     seat
	guard    breaker
	wanted   bool // shall be loaded though no request waits: preloaded, prefetched, or it crashed
	draining bool // gives its memory to another graph as soon as its work in hand is done
	failure  failure

	lastUsed   time.Time
	loadTook   time.Duration
	loaded     worker.Loaded
	everReady  bool
	prefetched bool // loaded ahead of need, and the need has not come
}

// failure is why something cannot be done now.
type failure struct {
	reason, remedy string
	since          time.Time
	retryAt        time.Time // zero: only after the remedy
}

// capital makes a half-sentence a sentence's beginning.
func capital(s string) string {
	first, size := utf8.DecodeRuneInString(s)
	if size == 0 {
		return s
	}
	return string(unicode.ToUpper(first)) + s[size:]
}

// error is the failure as requests get it.
func (f failure) error(what string) error {
	return &worker.UnavailableError{What: what, Reason: f.reason, Remedy: f.remedy, RetryAt: f.retryAt}
}

// purpose is what people use the graph for.
func (g *graph) purpose() string { return purpose(g.name) }

func purpose(g catalog.GraphName) string {
	if g == catalog.GraphText {
		return "searching by words"
	}
	return "looking at photos"
}

// needed says whether the graph shall be in memory.
func (g *graph) needed() bool { return g.wanted || g.queue.len() > 0 }

// urgency is the priority of the most urgent request that waits; PriorityPrefetch if none does.
func (g *graph) urgency() Priority {
	if r := g.queue.first(); r != nil {
		return r.priority
	}
	return PriorityPrefetch
}

func (c *core) move(g *graph, to GraphState) {
	if g.state == to {
		return
	}
	c.log.Debug().Str("graph", string(g.name)).Str("from", string(g.state)).Str("to", string(to)).Msg("a model changes its state")
	g.state = to
	c.changed = true
}

// advance decides what one graph does next.
func (c *core) advance(g *graph) {
	switch g.state {
	case StateInstalled:
		if c.awake() && g.needed() {
			c.move(g, StateQueued)
		}
	case StateQueued:
		c.tryLoad(g)
	case StateReady:
		c.serve(g)
	case StateFailed:
		if c.awake() && g.needed() && !g.failure.retryAt.IsZero() && !c.now.Before(g.failure.retryAt) {
			c.move(g, StateQueued)
		}
	}
}

// tryLoad starts the graph's process if its turn has come.
func (c *core) tryLoad(g *graph) {
	if !g.needed() || !c.awake() {
		c.move(g, StateInstalled)
		return
	}
	if g.seat.child != nil || c.now.Before(g.seat.notBefore) {
		return
	}
	if c.loading() >= c.limits.loads && (g.queue.len() == 0 || g.urgency() != PriorityQuery) {
		return
	}
	if !c.makeRoom(g) {
		return
	}
	c.move(g, StateLoading)
	c.launch(&g.seat, g.role, g)
}

func (c *core) loading() int {
	n := 0
	for _, g := range c.graphs {
		if g.state == StateLoading {
			n++
		}
	}
	return n
}

// serve gives a loaded graph its next request, or its rest.
func (c *core) serve(g *graph) {
	ch := g.seat.child
	c.watch(ch)
	if ch.state != serving {
		return
	}
	if len(ch.inflight) == 0 && g.draining {
		c.unload(g)
		return
	}
	if r := g.queue.first(); r != nil && len(ch.inflight) == 0 {
		g.queue.remove(r)
		g.lastUsed = c.now
		if g.prefetched {
			g.prefetched = false
			c.count(countPrefetchHit, 1)
		}
		c.send(ch, r, g.model)
		return
	}
	if ch.idle() && !c.limits.keepLoaded && c.now.Sub(g.lastUsed) >= c.limits.idleUnload {
		c.log.Info().Str("graph", string(g.name)).Msg("a model was not used for a while and is unloaded")
		c.unload(g)
	}
}

// unload ends the graph's process.
func (c *core) unload(g *graph) {
	g.draining = false
	if g.prefetched {
		g.prefetched = false
		c.count(countPrefetchMiss, 1)
	}
	c.count(countUnloads, 1)
	c.move(g, StateUnloading)
	c.end(g.seat.child)
}

// admit takes a request in, or answers it at once if the graph cannot serve it.
func (c *core) admit(g *graph, r *request) {
	switch g.state {
	case StateDownloading:
		c.answer(r, answer{err: g.failure.error(g.purpose())})
		return
	case StateNotInstalled, StateFailed:
		due := g.failure.since.Add(c.limits.recheck)
		if !g.failure.retryAt.IsZero() {
			due = g.failure.retryAt
		}
		if !c.awake() || c.now.Before(due) {
			c.answer(r, answer{err: g.failure.error(g.purpose())})
			return
		}
		g.queue.push(r)
		c.move(g, StateQueued)
		return
	}
	g.queue.push(r)
}

// fail puts a graph out of service and answers all who wait. A zero retryAt: only a remedy helps, and requests look every
// now and then whether it was applied.
func (c *core) fail(g *graph, to GraphState, f failure) {
	f.since = c.now
	f.remedy = capital(f.remedy)
	g.failure = f
	g.wanted = g.wanted && !f.retryAt.IsZero()
	c.move(g, to)
	c.log.Warn().Str("graph", string(g.name)).Str("reason", f.reason).Time("retry_at", f.retryAt).Msg("a model cannot be used")
	c.refuse(g.queue.takeAll(), f.error(g.purpose()))
}

// loaded notes that a graph's process is ready.
func (c *core) graphReady(ch *child, l launchedEvent) {
	g := ch.graph
	ch.state = serving
	ch.model = l.model
	g.model = l.model
	g.loaded = l.loaded
	g.loadTook = l.took
	g.lastUsed = c.now
	g.everReady = true
	g.wanted = false
	g.failure = failure{}
	if ch.memory.Resident == 0 {
		ch.memory.Resident = l.loaded.MemoryBytes
	}
	c.count(countLoads, 1)
	c.log.Info().Str("graph", string(g.name)).Str("model", g.model.Ref().String()).Str("device", l.loaded.Device).Dur("took", l.took).Msg("a model is loaded")
	c.move(g, StateReady)
}

// graphNotLoaded notes that a graph's process did not come up. It is reaped already.
func (c *core) graphNotLoaded(ch *child, err error) {
	g := ch.graph
	var (
		missing *catalog.NoModelError
		load    *worker.LoadError
		late    *worker.TimeoutError
		start   *worker.StartError
	)
	switch {
	case ch.expected:
		c.move(g, StateInstalled)
	case errors.As(err, &missing):
		g.model = catalog.Model{}
		c.fail(g, StateNotInstalled, failure{reason: missing.Error()})
	case errors.As(err, &load):
		c.fail(g, StateFailed, failure{reason: load.Reason, remedy: load.Remedy})
	case errors.As(err, &late):
		c.count(countTimeouts, 1)
		c.count(countCrashes, 1)
		c.fail(g, StateFailed, failure{
			reason:  fmt.Sprintf("loading the model took longer than %s", c.limits.loadTimeout),
			remedy:  "The program tries again by itself; close other programs if this one has too little memory or time",
			retryAt: c.now.Add(c.limits.backoffMost),
		})
	case errors.As(err, &start) && errors.Is(err, fs.ErrNotExist):
		g.guard.open(c.now, c.limits)
		c.fail(g, StateFailed, failure{reason: start.Reason, remedy: start.Remedy, retryAt: g.guard.until})
	default:
		c.graphCrashed(ch, err.Error())
	}
}

// graphCrashed notes that a graph's process ended unasked: it is started again, unless that has not helped.
func (c *core) graphCrashed(ch *child, cause string) {
	g := ch.graph
	c.count(countCrashes, 1)
	g.draining = false
	g.seat.gone(c.now, c.now.Sub(ch.launched), c.limits)
	if g.guard.crash(c.now, c.limits) {
		g.wanted = true
		c.fail(g, StateFailed, failure{
			reason:  "its worker process ends again and again (" + cause + ")",
			remedy:  "The program tries again by itself; the log says more",
			retryAt: g.guard.until,
		})
		return
	}
	g.wanted = true
	c.move(g, StateQueued)
}
