package supervisor

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// TestWhateverHappens lets callers, clock and processes do anything in any order, and asks of each step that what the
// package promises holds; then lets all go well, and asks that nothing is owed and that the counts are right.
func TestWhateverHappens(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l := testLimits()
		l.decoders = rapid.IntRange(1, 3).Draw(t, "decoders")
		l.memory = rapid.SampledFrom([]uint64{0, 150 << 20, 400 << 20}).Draw(t, "memory limit")
		l.loads = rapid.IntRange(1, 2).Draw(t, "loads")
		w := newWorld(l, rapid.SampledFrom([][]catalog.GraphName{nil, PreloadAll()}).Draw(t, "preload")...)
		inhand := func() []int { // calls that a decoder may take up: one for each process
			taken := map[*child]bool{}
			for _, c := range w.calls {
				if c.request.begun {
					taken[c.child] = true
				}
			}
			var free []int
			for i, c := range w.calls {
				if c.child.graph == nil && !taken[c.child] {
					free = append(free, i)
				}
			}
			return free
		}
		failures := []error{
			&worker.LoadError{Kind: worker.LoadAltered, Reason: "altered"},
			&catalog.NoModelError{Role: catalog.RoleImageText, Reason: "none"},
			&worker.CrashError{Cause: "signal: killed"},
			&worker.TimeoutError{},
			&worker.StartError{Reason: "no memory"},
		}
		t.Repeat(map[string]func(*rapid.T){
			"ready": func(*rapid.T) { w.event(readyEvent{}) },
			"request": func(t *rapid.T) {
				r := &request{
					kind:     rapid.SampledFrom([]kind{decode, encodeText, encodeImages}).Draw(t, "kind"),
					priority: Priority(rapid.IntRange(0, 4).Draw(t, "priority")),
					texts:    []string{"a"}, pixels: [][]byte{{1}},
				}
				r.alone = r.kind == decode && rapid.IntRange(0, 3).Draw(t, "alone") == 0
				w.bring(r)
			},
			"cancel": func(t *rapid.T) {
				if len(w.requests) == 0 {
					t.Skip()
				}
				r := rapid.SampledFrom(w.requests).Draw(t, "request")
				w.event(cancelEvent{request: r, err: errors.New("cancelled")})
			},
			"up": func(t *rapid.T) {
				if len(w.launches) == 0 {
					t.Skip()
				}
				w.up(rapid.IntRange(0, len(w.launches)-1).Draw(t, "launch"), nil)
			},
			"launch fails": func(t *rapid.T) {
				if len(w.launches) == 0 {
					t.Skip()
				}
				i := rapid.IntRange(0, len(w.launches)-1).Draw(t, "launch")
				w.gone(w.launches[i])
				w.up(i, rapid.SampledFrom(failures).Draw(t, "failure"))
			},
			"begin": func(t *rapid.T) {
				free := inhand()
				if len(free) == 0 {
					t.Skip()
				}
				w.begin(rapid.SampledFrom(free).Draw(t, "call"))
			},
			"done": func(t *rapid.T) {
				if len(w.calls) == 0 {
					t.Skip()
				}
				err := rapid.SampledFrom([]error{nil, nil, nil, &worker.RefusedError{Reason: "broken"}}).Draw(t, "error")
				w.done(rapid.IntRange(0, len(w.calls)-1).Draw(t, "call"), err)
			},
			"crash": func(t *rapid.T) {
				var up []*child
				for id := range 1000 { // in a fixed order
					if ch := w.core.children[id]; ch != nil && ch.process != nil {
						up = append(up, ch)
					}
				}
				if len(up) == 0 {
					t.Skip()
				}
				w.crash(rapid.SampledFrom(up).Draw(t, "child"), rapid.Bool().Draw(t, "reaped first"), false)
			},
			"time passes": func(t *rapid.T) {
				w.advance(time.Duration(rapid.SampledFrom([]int{1, 100, 1000, 10000, 31000, 601000}).Draw(t, "milliseconds")) * time.Millisecond)
			},
			"prefetch": func(*rapid.T) { w.event(prefetchEvent{graph: catalog.GraphText}) },
			"use": func(t *rapid.T) {
				refs := []photo.ModelRef{{}, oldRef, newRef}
				w.use(rapid.SampledFrom(refs).Draw(t, "answering"), rapid.SampledFrom(refs).Draw(t, "wanted"))
			},
			"ask one": func(t *rapid.T) {
				w.bring(&request{kind: rapid.SampledFrom([]kind{encodeText, encodeImages}).Draw(t, "kind"), priority: PriorityIndex,
					ref: rapid.SampledFrom([]photo.ModelRef{oldRef, newRef}).Draw(t, "model"), texts: []string{"dog"}, pixels: [][]byte{{1}}})
			},
			"unload": func(*rapid.T) { w.event(unloadEvent{graph: catalog.GraphImage}) },
			"retry":  func(*rapid.T) { w.event(retryEvent{found: findings{{}: {model: testModel()}}}) },
			"download": func(t *rapid.T) {
				w.event(downloadEvent{graph: catalog.GraphText, running: rapid.Bool().Draw(t, "running"), found: findings{{}: {model: testModel()}}})
			},
			"memory": func(t *rapid.T) {
				e := memoryEvent{children: map[int]worker.Memory{}}
				for id := range w.core.children {
					e.children[id] = worker.Memory{Unique: 130 << 20, Resident: 140 << 20}
				}
				w.event(e)
			},
			"": func(t *rapid.T) {
				if len(w.problems) > 0 {
					t.Fatal(w.problems)
				}
			},
		})
		w.event(readyEvent{})
		w.event(downloadEvent{graph: catalog.GraphText, found: findings{{}: {model: testModel()}}})
		w.calm()
		if w.owed() > 0 {
			t.Fatalf("%d requests were never answered; %s", w.owed(), w.dump())
		}
		counted := map[string]int64{}
		for name, n := range w.core.counts {
			counted[name] = n
		}
		if counted[countSpawns] != int64(w.spawned) {
			t.Fatalf("%d spawns were counted, there were %d", counted[countSpawns], w.spawned)
		}
		ok := map[kind]int64{}
		for r, answers := range w.answers {
			if answers[0].err == nil {
				ok[r.kind]++
			}
		}
		// A request whose caller went while it was worked on is counted and not answered.
		if counted[countDecoded] < ok[decode] || counted[countTexts] < ok[encodeText] || counted[countInferences] < ok[encodeImages] {
			t.Fatalf("counted %v, answered %v", counted, ok)
		}
		w.core.now = w.now
		w.core.stop()
		w.settle()
		w.calm()
		if n := len(w.core.children); n > 0 {
			t.Fatalf("%d processes are left after the end", n)
		}
		if len(w.problems) > 0 {
			t.Fatal(w.problems)
		}
	})
}
