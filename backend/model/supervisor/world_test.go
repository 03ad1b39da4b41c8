package supervisor

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// world plays everything outside the core: the clock, the callers, the processes. It carries out nothing by itself: a test
// says what happens next. It checks what must always hold after each step.
type world struct {
	core     *core
	now      time.Time
	launches []*child
	calls    []callEffect
	dying    []*child // told to end, or killed
	requests []*request
	answers  map[*request][]answer
	spawned  int
	problems []string
}

func testLimits() limits {
	return limits{
		loads: 2, decoders: 2, depth: 2,
		loadTimeout: time.Minute, callTimeout: 30 * time.Second, idleUnload: 10 * time.Minute,
		backoffFirst: 100 * time.Millisecond, backoffMost: 30 * time.Second,
		crashLimit: 5, crashWindow: time.Minute, openFirst: 30 * time.Second, openMost: 5 * time.Minute,
		recheck: 5 * time.Second, swapRest: 5 * time.Second, tries: 4,
	}
}

func testModel() catalog.Model {
	return catalog.Model{
		ID: "starter", Revision: "1", Dimension: 4,
		Text:  &catalog.Graph{Variants: map[catalog.Precision]string{catalog.FP32: "text.onnx"}, Default: catalog.FP32},
		Image: &catalog.Graph{Variants: map[catalog.Precision]string{catalog.FP32: "image.onnx"}, Default: catalog.FP32},
		Files: []catalog.File{{Name: "text.onnx", Bytes: 20 << 20}, {Name: "image.onnx", Bytes: 20 << 20}},
	}
}

func newWorld(l limits, preload ...catalog.GraphName) *world {
	w := &world{
		core: newCore(l, zerolog.Nop(), preload),
		now:  time.Date(2026, 3, 2, 10, 0, 0, 0, time.UTC), answers: map[*request][]answer{},
	}
	w.core.now = w.now
	for _, g := range w.core.graphs {
		w.core.resolve(g, resolved{model: testModel()})
	}
	w.settle()
	return w
}

func (w *world) problem(format string, args ...any) {
	w.problems = append(w.problems, fmt.Sprintf(format, args...))
}

func (w *world) event(e event) {
	w.core.handle(e, w.now)
	w.settle()
}

func (w *world) advance(d time.Duration) {
	w.now = w.now.Add(d)
	w.settle()
}

func (w *world) settle() {
	w.core.settle(w.now)
	for _, e := range w.core.takeEffects() {
		switch e := e.(type) {
		case launchEffect:
			if !w.core.ready {
				w.problem("a process was started before Ready")
			}
			w.launches = append(w.launches, e.child)
		case callEffect:
			w.calls = append(w.calls, e)
			w.checkOrder(e)
		case stopEffect:
			w.dying = append(w.dying, e.child)
		case killEffect:
			for _, ch := range w.core.children {
				if ch.process == e.process && !slices.Contains(w.dying, ch) {
					w.dying = append(w.dying, ch)
				}
			}
		case replyEffect:
			w.answers[e.request] = append(w.answers[e.request], e.answer)
		}
	}
	w.check()
}

// checkOrder: nothing of a higher priority waits while something of a lower one is begun. A photo that must be alone may
// have to wait for a decoder that rests.
func (w *world) checkOrder(e callEffect) {
	q := &w.core.pool.queue
	if g := e.child.graph; g != nil {
		q = &g.queue
	}
	for _, r := range q.waiting {
		if r.priority < e.request.priority && !r.alone {
			w.problem("a request of priority %d was begun while one of %d waited", e.request.priority, r.priority)
		}
	}
}

// check states what must always hold.
func (w *world) check() {
	states := []GraphState{
		StateNotInstalled, StateDownloading, StateInstalled, StateQueued, StateLoading, StateReady, StateUnloading, StateFailed,
	}
	for _, g := range w.core.graphs {
		if !slices.Contains(states, g.state) {
			w.problem("graph %s is in state %q", g.name, g.state)
		}
		busy := g.state == StateLoading || g.state == StateReady || g.state == StateUnloading
		if busy != (g.seat.child != nil) {
			w.problem("graph %s is %s and its process is %v", g.name, g.state, g.seat.child)
		}
	}
	inflight := map[*request]int{}
	perRole, perGraph := map[worker.Role]int{}, map[*graph]int{}
	for _, ch := range w.core.children {
		perRole[ch.role]++
		if ch.graph != nil {
			perGraph[ch.graph]++
			if perGraph[ch.graph] > 1 || w.core.graphOf(ch.graph.name, ch.graph.ref) != ch.graph {
				w.problem("graph %s of %s has %d processes", ch.graph.name, ch.graph.ref, perGraph[ch.graph])
			}
		}
		most := 1
		if ch.graph == nil {
			most = w.core.limits.depth
		}
		if len(ch.inflight) > most {
			w.problem("%d requests are in flight in one %s process", len(ch.inflight), ch.role)
		}
		for _, r := range ch.inflight {
			inflight[r]++
			if r.alone && len(ch.inflight) > 1 {
				w.problem("a photo that must be alone has company")
			}
		}
	}
	if perRole[worker.RoleDecode] > w.core.limits.decoders {
		w.problem("too many processes: %v", perRole)
	}
	for _, r := range w.requests {
		queued := 0
		for _, q := range w.queues() {
			if slices.Contains(q.waiting, r) {
				queued++
			}
		}
		n := len(w.answers[r])
		if n > 1 {
			w.problem("a request was answered %d times", n)
		}
		if n == 1 && queued > 0 {
			w.problem("a request is answered and waits")
		}
		if n == 0 && queued+w.pendingCalls(r) != 1 {
			w.problem("a request is in %d queues and %d calls, and not answered", queued, w.pendingCalls(r))
		}
	}
	for _, q := range w.queues() {
		if !slices.IsSortedFunc(q.waiting, func(a, b *request) int {
			if before(a, b) {
				return -1
			}
			return 1
		}) {
			w.problem("a queue is out of order")
		}
	}
}

// queues are all in which a request may wait.
func (w *world) queues() []*queue {
	all := []*queue{&w.core.pool.queue}
	for _, g := range w.core.graphs {
		all = append(all, &g.queue)
	}
	return all
}

func (w *world) pendingCalls(r *request) int {
	n := 0
	for _, c := range w.calls {
		if c.request == r {
			n++
		}
	}
	return n
}

// submit brings a request.
func (w *world) submit(k kind, p Priority) *request {
	return w.bring(&request{kind: k, priority: p, texts: []string{"dog"}, pixels: [][]byte{{1}}})
}

func (w *world) bring(r *request) *request {
	w.requests = append(w.requests, r)
	w.event(requestEvent{request: r})
	return r
}

// up brings the i-th launch to its end; err nil: the process works.
func (w *world) up(i int, err error) {
	ch := w.launches[i]
	w.launches = slices.Delete(w.launches, i, i+1)
	if err == nil && ch.expected { // told to end while it came up
		w.gone(ch)
		err = errors.New("told to end")
	}
	w.spawned++
	w.event(spawnedEvent{child: ch, process: &scripted{pid: 1000 + ch.id}})
	loaded := worker.Loaded{Device: "cpu", MemoryBytes: 100 << 20}
	w.event(launchedEvent{child: ch, model: modelOfChild(ch), loaded: loaded, took: time.Second, err: err})
}

// modelOfChild is the model that a child loads.
func modelOfChild(ch *child) catalog.Model {
	if ch.graph == nil {
		return catalog.Model{}
	}
	return modelNamed(ch.graph.ref)
}

// gone removes a child from those that shall end.
func (w *world) gone(ch *child) {
	w.dying = slices.DeleteFunc(w.dying, func(o *child) bool { return o == ch })
}

// done ends the i-th call.
func (w *world) done(i int, err error) {
	c := w.calls[i]
	w.calls = slices.Delete(w.calls, i, i+1)
	w.event(doneEvent{child: c.child, request: c.request, answer: answer{model: c.model, err: err}})
}

// begin says that the decoder has taken the i-th call up.
func (w *world) begin(i int) {
	w.event(begunEvent{child: w.calls[i].child, request: w.calls[i].request})
}

// crash ends a child: its calls fail, and then or before that it is reaped.
func (w *world) crash(ch *child, reapedFirst, killedByUs bool) {
	w.gone(ch)
	exit := exitedEvent{child: ch, cause: "signal: killed"}
	if reapedFirst {
		w.event(exit)
	}
	for i := 0; i < len(w.calls); {
		if w.calls[i].child != ch {
			i++
			continue
		}
		culprit := !killedByUs && (ch.graph != nil || w.calls[i].request.begun)
		w.done(i, &worker.CrashError{Role: ch.role, PID: ch.pid(), Culprit: culprit, Cause: "signal: killed"})
	}
	if !reapedFirst {
		w.event(exit)
	}
	w.gone(ch)
}

// calm lets everything succeed until nothing is owed.
func (w *world) calm() {
	for range 10000 {
		switch {
		case len(w.dying) > 0 && !slices.Contains(w.launches, w.dying[0]):
			ch := w.dying[0]
			w.crash(ch, false, true)
		case len(w.launches) > 0:
			w.up(0, nil)
		case len(w.calls) > 0:
			w.done(0, nil)
		case w.owed() > 0 && !w.core.deadline().IsZero():
			w.advance(w.core.deadline().Sub(w.now))
		default:
			return
		}
	}
	w.problem("the world does not come to rest")
}

// owed is the number of requests without an answer.
func (w *world) owed() int {
	n := 0
	for _, r := range w.requests {
		if len(w.answers[r]) == 0 {
			n++
		}
	}
	return n
}

func (w *world) state(g catalog.GraphName) GraphState { return w.core.graph(g).state }

// answerOf returns the answer of a request; ok is false if it has none yet.
func (w *world) answerOf(r *request) (answer, bool) {
	if len(w.answers[r]) == 0 {
		return answer{}, false
	}
	return w.answers[r][0], true
}

// dump tells where everything stands, for messages.
func (w *world) dump() string {
	s := fmt.Sprintf("now %v deadline %v launches %d calls %d dying %d limit %d used %d\n", w.now.Format("05.000"), w.core.deadline().Format("05.000"), len(w.launches), len(w.calls), len(w.dying), w.core.limits.memory, w.core.used())
	for _, g := range w.core.graphs {
		s += fmt.Sprintf("%s %s queue %d urgency %d draining %v wanted %v notBefore %v lastUsed %v opened %d\n", g.name, g.state, g.queue.len(), g.urgency(), g.draining, g.wanted, g.seat.notBefore.Format("05.000"), g.lastUsed.Format("05.000"), g.guard.opened)
	}
	s += fmt.Sprintf("pool queue %d\n", w.core.pool.queue.len())
	for _, ch := range w.core.children {
		s += fmt.Sprintf("child %d %s state %d expected %v timedout %v inflight %d holds %d\n", ch.id, ch.role, ch.state, ch.expected, ch.timedOut, len(ch.inflight), ch.holds())
	}
	return s
}
