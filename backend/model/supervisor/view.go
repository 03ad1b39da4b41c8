package supervisor

import (
	"cmp"
	"slices"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// loadRate is how much of a graph's file is loaded in a second, until a load has been timed. It is on the slow side.
const loadRate = 20 << 20

// view draws the snapshot of this instant, without its log, its sequence number and the budget.
func (c *core) view() Snapshot {
	s := Snapshot{
		Version: SnapshotVersion,
		At:      c.now,
		Ready:   c.ready,
		Models:  make([]Model, 0, len(c.graphs)), OtherModels: []Model{},
		Use:      c.viewUse(),
		use:      c.use,
		Workers:  make([]Worker, 0, len(c.children)),
		Caches:   slices.Clone(c.reports.caches),
		Counters: c.allCounters(),
		Decoders: c.viewDecoders(),
		Sandbox:  viewSandbox(c.sandbox),
		Log:      []string{},
		loaded:   map[catalog.GraphName]*catalog.Model{},
	}
	if s.Caches == nil {
		s.Caches = []Cache{}
	}
	for _, g := range c.graphs {
		if c.rank(g) > 0 {
			s.OtherModels = append(s.OtherModels, c.viewGraph(g))
			continue
		}
		s.Models = append(s.Models, c.viewGraph(g))
		if g.state == StateReady {
			m := g.model
			s.loaded[g.name] = &m
		}
	}
	for _, ch := range c.children {
		s.Workers = append(s.Workers, viewWorker(ch))
		s.Memory.WorkersBytes += ch.memory.Resident
	}
	rank := map[string]int{string(worker.RoleText): 0, string(worker.RoleImage): 1, string(worker.RoleDecode): 2}
	slices.SortFunc(s.Workers, func(a, b Worker) int {
		return cmp.Or(cmp.Compare(rank[a.Role], rank[b.Role]), cmp.Compare(a.PID, b.PID))
	})
	s.Memory.SelfBytes = c.system.self
	s.Memory.TreeBytes = max(c.system.tree, c.system.self+s.Memory.WorkersBytes)
	s.Memory.LimitBytes = c.limits.memory
	s.Phases = c.viewPhases()
	s.Capabilities = c.viewCapabilities()
	return s
}

func (c *core) allCounters() map[string]int64 {
	all := make(map[string]int64, len(c.reports.counters)+len(c.counts))
	for _, from := range []map[string]int64{c.reports.counters, c.reports.unsaved, c.counts} {
		for name, n := range from {
			if !isHabit(name) {
				all[name] += n
			}
		}
	}
	return all
}

func (c *core) viewGraph(g *graph) Model {
	m := Model{
		Graph: string(g.name), ID: g.model.ID, Revision: g.model.Revision, Name: g.model.Name, Stage: g.model.Stage,
		State: g.state, LoadSeconds: g.loadTook.Seconds(), FromCache: g.loaded.FromCache,
		LastUsed: instant(g.lastUsed), Queue: g.queue.len(),
	}
	if ch := g.seat.child; ch != nil {
		m.MemoryBytes = ch.memory.Resident
		m.InFlight = len(ch.inflight)
	}
	if g.state == StateReady || g.state == StateUnloading {
		m.Device, m.Fallback = g.loaded.Device, g.loaded.FallbackReason
	}
	if g.state == StateFailed || g.state == StateNotInstalled || g.state == StateDownloading {
		m.Error, m.Remedy, m.RetryAt = g.failure.reason, g.failure.remedy, instant(g.failure.retryAt)
	}
	return m
}

func viewWorker(ch *child) Worker {
	w := Worker{
		Role: string(ch.role), State: WorkerIdle, MemoryBytes: ch.memory.Resident, UniqueBytes: ch.memory.Unique,
		InFlight: len(ch.inflight), Answered: ch.answered, Restarts: ch.seat.restarts,
	}
	switch {
	case ch.state == starting:
		w.State = WorkerStarting
	case ch.state == ending:
		w.State = WorkerEnding
	case len(ch.inflight) > 0:
		w.State = WorkerBusy
	}
	if ch.process == nil {
		return w
	}
	hello := ch.process.Welcome()
	w.PID, w.Nice, w.Runtime = ch.process.PID(), hello.Nice, hello.Runtime
	if ch.graph != nil && ch.graph.loaded.Runtime != "" {
		w.Runtime = ch.graph.loaded.Runtime
	}
	if ch.role == worker.RoleDecode {
		w.Sandbox = viewSandbox(&hello.Sandbox).State
	}
	return w
}

func viewSandbox(s *worker.Sandbox) Sandbox {
	if s == nil {
		return Sandbox{State: "unknown"}
	}
	v := Sandbox{State: "partial", LandlockABI: s.LandlockABI, Seccomp: s.Seccomp, Reason: s.Reason}
	switch {
	case s.LandlockABI > 0 && s.Seccomp:
		v.State = "full"
	case s.LandlockABI == 0 && !s.Seccomp:
		v.State = "none"
	}
	return v
}

func (c *core) viewDecoders() Decoders {
	d := Decoders{Limit: len(c.pool.seats), Queue: c.pool.queue.len()}
	for _, s := range c.pool.seats {
		if s.child != nil {
			d.Processes++
			d.InFlight += len(s.child.inflight)
		}
	}
	if c.pool.guard.opened > 0 {
		d.Error, d.Remedy, d.RetryAt = c.pool.failure.reason, c.pool.failure.remedy, instant(c.pool.failure.retryAt)
	}
	return d
}

// expectedLoad is how long loading a graph is likely to take.
func (g *graph) expectedLoad() time.Duration {
	if g.loadTook > 0 {
		return g.loadTook
	}
	bytes := (g.estimate() - min(g.estimate(), graphBase)) / graphFactor
	return 500*time.Millisecond + time.Duration(float64(bytes)/loadRate*float64(time.Second))
}

// untilReady is the estimated time until a graph answers at once; ok is false if that is not in sight.
func (c *core) untilReady(g *graph) (d time.Duration, ok bool) {
	switch g.state {
	case StateReady:
		return 0, true
	case StateLoading:
		took := time.Duration(0)
		if g.seat.child != nil {
			took = c.now.Sub(g.seat.child.launched)
		}
		return max(g.expectedLoad()-took, 100*time.Millisecond), true
	case StateInstalled, StateQueued, StateUnloading:
		return g.expectedLoad() + max(0, g.seat.notBefore.Sub(c.now)), true
	case StateFailed:
		if !g.failure.retryAt.IsZero() {
			return max(0, g.failure.retryAt.Sub(c.now)) + g.expectedLoad(), true
		}
	}
	return 0, false
}

// graphCapability says whether what a graph does may be asked for. One that was in memory before may rest: it comes back
// when asked. One that never was is not offered until it is.
func (c *core) graphCapability(name string, g *graph) Capability {
	v := Capability{Name: name}
	if d, ok := c.untilReady(g); ok {
		v.Remaining = seconds(d)
	}
	switch g.state {
	case StateReady:
		v.Available = true
	case StateNotInstalled, StateFailed, StateDownloading:
		v.Reason, v.Remedy = g.failure.reason, g.failure.remedy
	case StateLoading:
		v.Available = g.everReady
		v.Reason = "the model is being loaded"
	default:
		v.Available = g.everReady
		v.Reason = "the model is not in memory yet"
	}
	if v.Available {
		v.Reason = ""
	}
	return v
}

func (c *core) decodeCapability(name string) Capability {
	v := Capability{Name: name, Available: true, Remaining: seconds(0)}
	if c.pool.guard.opened > 0 {
		v.Available = !c.pool.guard.isOpen(c.now)
		v.Reason, v.Remedy = c.pool.failure.reason, c.pool.failure.remedy
		v.Remaining = seconds(max(0, c.pool.failure.retryAt.Sub(c.now)))
	}
	return v
}

func (c *core) viewCapabilities() []Capability {
	text, image := c.graph(catalog.GraphText), c.graph(catalog.GraphImage)
	picture, decoding := c.graphCapability(CapabilityPicture, image), c.decodeCapability(CapabilityThumbnails)
	if !decoding.Available {
		name := picture.Name
		picture = decoding
		picture.Name = name
	}
	index := picture
	index.Name = CapabilityIndex
	all := []Capability{
		c.graphCapability(CapabilityWords, text), picture, index, decoding,
		{Name: CapabilityNames, Available: true, Remaining: seconds(0)},
	}
	for _, o := range c.reports.capabilities {
		all = put(all, o, func(v Capability) bool { return v.Name == o.Name })
	}
	return all
}

// viewPhases adds the supervisor's own phases: the models that are loaded unasked, and ready when all that can be is.
func (c *core) viewPhases() []Phase {
	phases := slices.Clone(c.reports.phases)
	if phases == nil {
		phases = []Phase{}
	}
	if len(c.always) == 0 {
		return phases
	}
	models := Phase{Name: PhaseModels, State: PhaseWaiting, Unit: "models", Total: int64(len(c.always))}
	var remaining time.Duration
	failed := 0
	for _, name := range c.always {
		g := c.graph(name)
		switch {
		case g == nil:
		case g.everReady:
			models.Done++
		case g.state == StateFailed || g.state == StateNotInstalled || g.state == StateDownloading:
			failed++
			models.Message = g.failure.reason
		default:
			d, _ := c.untilReady(g)
			remaining += d
			if g.state == StateLoading {
				models.Message = "Loading the model for " + g.purpose()
			}
		}
	}
	models.Percent = 100 * float64(models.Done) / float64(models.Total)
	ready := Phase{Name: PhaseReady, State: PhaseWaiting}
	switch {
	case models.Done+int64(failed) == models.Total && failed > 0:
		models.State, ready.State = PhaseFailed, PhaseDone
	case models.Done == models.Total:
		models.State, ready.State, models.Remaining = PhaseDone, PhaseDone, seconds(0)
	case c.ready:
		models.State, models.Remaining = PhaseRunning, seconds(remaining)
	}
	if ready.State == PhaseDone {
		ready.Percent = 100
	}
	for _, own := range []Phase{models, ready} {
		if !slices.ContainsFunc(phases, func(p Phase) bool { return p.Name == own.Name }) {
			phases = append(phases, own)
		}
	}
	return phases
}

func instant(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

func seconds(d time.Duration) *float64 {
	s := d.Seconds()
	return &s
}
