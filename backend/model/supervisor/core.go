package supervisor

import (
	"context"
	"errors"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// limits are the numbers that the core decides by.
type limits struct {
	loads                     int // that run at the same time without a query waiting
	decoders                  int
	depth                     int // photos in flight for one decoder
	loadTimeout               time.Duration
	callTimeout               time.Duration
	idleUnload                time.Duration
	keepLoaded                bool
	memory                    uint64 // bytes for all workers; 0: unlimited
	backoffFirst, backoffMost time.Duration
	crashLimit                int
	crashWindow               time.Duration
	openFirst, openMost       time.Duration
	recheck                   time.Duration // between two tries of what only a remedy can help
	swapRest                  time.Duration // how long a graph must rest before one that nobody waits for takes its memory
	tries                     int           // of work whose workers die without it being to blame
}

// core decides. It has no goroutine, no clock and no process: the owner hands it events, lets it settle and carries out
// the effects.
type core struct {
	limits   limits
	budget   config.Budget
	log      zerolog.Logger
	now      time.Time
	ready    bool
	stopping bool

	use      Use
	graphs   []*graph // those of the model that answers first
	pool     *pool
	children map[int]*child
	nextID   int
	number   uint64

	always         []catalog.GraphName // what is loaded unasked
	preload        []catalog.GraphName // those of them whose turn has not passed
	preloadRunning bool                // the first of them was asked for

	counts  map[string]int64 // since they were last written
	habits  habits
	reports reports
	sandbox *worker.Sandbox
	system  systemMemory
	effects []effect
	changed bool
}

// Names of the counters.
const (
	countDecoded      = "decodes_done"
	countInferences   = "inferences_done"
	countTexts        = "texts_encoded"
	countSpawns       = "spawns"
	countCrashes      = "crashes"
	countTimeouts     = "timeouts"
	countLoads        = "loads"
	countUnloads      = "unloads"
	countPrefetchHit  = "prefetch_hits"
	countPrefetchMiss = "prefetch_misses"
)

// mostSettlingRounds bounds settle: each round does something, and no state needs a hundredth of this.
const mostSettlingRounds = 10000

// An event is something that happened. apply notes it; settle decides what follows.
type event interface{ apply(c *core) }

// An effect is something to be done outside the core.
type effect any

type (
	launchEffect struct{ child *child }
	callEffect   struct {
		child   *child
		process process
		request *request
		model   catalog.Model
	}
	stopEffect  struct{ child *child }
	killEffect  struct{ process process }
	replyEffect struct {
		request *request
		answer  answer
	}
)

func newCore(l limits, log zerolog.Logger, preload []catalog.GraphName) *core {
	c := &core{limits: l, log: log, always: preload, preload: preload, children: map[int]*child{}, counts: map[string]int64{}}
	c.seat(nil)
	c.pool = &pool{seats: make([]*seat, l.decoders)}
	for i := range c.pool.seats {
		c.pool.seats[i] = &seat{}
	}
	return c
}

// handle notes an event.
func (c *core) handle(e event, now time.Time) {
	c.now = now
	e.apply(c)
}

// settle decides what follows from the events so far, until nothing more does.
func (c *core) settle(now time.Time) {
	c.now = now
	for range mostSettlingRounds {
		c.changed = false
		c.advancePreload()
		for _, g := range c.graphs {
			c.advance(g)
		}
		c.advancePool()
		c.retire()
		if !c.changed {
			return
		}
	}
	c.log.Error().Msg("the supervisor did not come to rest")
}

// takeEffects returns what is to be done, in order.
func (c *core) takeEffects() []effect {
	e := c.effects
	c.effects = nil
	return e
}

func (c *core) do(e effect)                { c.effects = append(c.effects, e) }
func (c *core) count(name string, n int64) { c.counts[name] += n }
func (c *core) awake() bool                { return c.ready && !c.stopping }

// graph returns a half of the model that answers.
func (c *core) graph(n catalog.GraphName) *graph { return c.graphOf(n, c.use.Answering) }

// newGraph returns a half of a model that is not in memory.
func (c *core) newGraph(name catalog.GraphName, ref photo.ModelRef) *graph {
	role := worker.RoleImage
	if name == catalog.GraphText {
		role = worker.RoleText
	}
	return &graph{name: name, ref: ref, role: role, state: StateInstalled}
}

// answer gives a request its answer, unless it has had one.
func (c *core) answer(r *request, a answer) {
	if r.where == answered {
		return
	}
	r.where = answered
	c.do(replyEffect{request: r, answer: a})
}

// launch starts a process in a seat.
func (c *core) launch(s *seat, role worker.Role, g *graph) *child {
	c.nextID++
	ch := &child{id: c.nextID, role: role, graph: g, seat: s, loadTimeout: c.limits.loadTimeout, launched: c.now, lastUsed: c.now}
	ch.ctx, ch.abort = context.WithCancel(context.Background())
	s.child = ch
	c.children[ch.id] = ch
	c.changed = true
	c.do(launchEffect{child: ch})
	return ch
}

// end tells a process to end. Its seat stays taken until it has.
func (c *core) end(ch *child) {
	if ch.exited || ch.expected {
		return
	}
	ch.expected = true
	ch.state = ending
	c.changed = true
	c.do(stopEffect{child: ch})
}

// send gives a request to a process.
func (c *core) send(ch *child, r *request, m catalog.Model) {
	if len(ch.inflight) == 0 {
		ch.progress = c.now
	}
	r.where = working
	r.begun = false
	r.attempts++
	ch.inflight = append(ch.inflight, r)
	ch.lastUsed = c.now
	c.changed = true
	c.do(callEffect{child: ch, process: ch.process, request: r, model: m})
}

// watch ends a process that has not answered in time. Its calls then fail, and judge names the one to blame.
func (c *core) watch(ch *child) {
	if ch.exited || ch.timedOut || len(ch.inflight) == 0 || c.now.Sub(ch.progress) < c.limits.callTimeout {
		return
	}
	ch.timedOut = true
	ch.state = ending
	c.changed = true
	c.count(countTimeouts, 1)
	c.log.Warn().Str("role", string(ch.role)).Int("pid", ch.pid()).Dur("after", c.limits.callTimeout).Msg("a worker does not answer and is ended")
	c.do(killEffect{process: ch.process})
}

// stop answers everything and ends every process.
func (c *core) stop() {
	c.stopping = true
	for _, g := range c.graphs {
		c.refuse(g.queue.takeAll(), ErrStopped)
	}
	c.refuse(c.pool.queue.takeAll(), ErrStopped)
	for _, ch := range c.children {
		c.refuse(ch.inflight, ErrStopped)
		c.end(ch)
	}
}

func (c *core) refuse(all []*request, err error) {
	for _, r := range all {
		c.answer(r, answer{err: err})
	}
}

// deadline returns the next instant at which settle has something to decide without an event; zero if none.
func (c *core) deadline() time.Time {
	var next time.Time
	at := func(t time.Time) {
		if t.After(c.now) && (next.IsZero() || t.Before(next)) {
			next = t
		}
	}
	for _, g := range c.graphs {
		at(g.seat.notBefore)
		at(g.failure.retryAt)
		if g.state == StateReady {
			at(g.lastUsed.Add(c.limits.swapRest))
			at(g.lastUsed.Add(c.limits.idleUnload))
		}
	}
	for _, s := range c.pool.seats {
		at(s.notBefore)
	}
	for _, ch := range c.children {
		if len(ch.inflight) > 0 {
			at(ch.progress.Add(c.limits.callTimeout))
		} else if ch.graph == nil {
			at(ch.lastUsed.Add(c.limits.idleUnload))
		}
	}
	return next
}

// blame says what a request gets whose worker died under it, and whether it is tried again instead.
func (c *core) blame(ch *child, r *request, err error) (answer, bool) {
	var crash *worker.CrashError
	if !errors.As(err, &crash) {
		crash = &worker.CrashError{Role: ch.role, PID: ch.pid(), Cause: err.Error()}
	}
	// A graph works on one request at a time. Of a decoder that we killed, its client does not say whose fault it was.
	culprit := crash.Culprit || ch.role != worker.RoleDecode || ch.timedOut && r.begun
	switch {
	case ch.expected, !culprit && r.attempts < c.limits.tries:
		return answer{}, true
	case !culprit:
		return answer{err: crash}, false
	case ch.timedOut:
		return answer{err: &worker.TimeoutError{Role: ch.role, PID: ch.pid(), Culprit: true, After: c.limits.callTimeout}}, false
	case r.priority == PriorityQuery && r.attempts < 2: // somebody waits, and nobody would try it again for them
		return answer{}, true
	}
	blamed := *crash
	blamed.Culprit = true
	return answer{err: &blamed}, false
}
