package supervisor

import (
	"errors"
	"fmt"
	"io/fs"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

func ready(t *testing.T, l limits, preload ...catalog.GraphName) *world {
	t.Helper()
	w := newWorld(l, preload...)
	t.Cleanup(func() {
		for _, p := range w.problems {
			t.Error(p)
		}
	})
	w.event(readyEvent{})
	return w
}

func (w *world) mustBe(t *testing.T, g catalog.GraphName, want GraphState) {
	t.Helper()
	if have := w.state(g); have != want {
		t.Fatalf("the %s graph is %s, want %s\n%s", g, have, want, w.dump())
	}
}

// loadBoth brings both graphs into memory.
func (w *world) loadBoth() {
	w.submit(encodeText, PriorityQuery)
	w.submit(encodeImages, PriorityIndex)
	w.calm()
}

func TestNothingStartsBeforeReady(t *testing.T) {
	w := newWorld(testLimits(), PreloadAll()...)
	r := w.submit(encodeText, PriorityQuery)
	w.event(prefetchEvent{graph: catalog.GraphImage})
	w.advance(time.Hour)
	if len(w.launches) > 0 {
		t.Fatal("a process was started before Ready")
	}
	w.event(readyEvent{})
	w.calm()
	if a, ok := w.answerOf(r); !ok || a.err != nil {
		t.Fatalf("the request that waited for Ready got %v", a.err)
	}
}

func TestTextIsLoadedFirstThenImage(t *testing.T) {
	w := ready(t, testLimits(), PreloadAll()...)
	w.mustBe(t, catalog.GraphText, StateLoading)
	w.mustBe(t, catalog.GraphImage, StateInstalled)
	w.up(0, nil)
	w.mustBe(t, catalog.GraphText, StateReady)
	w.mustBe(t, catalog.GraphImage, StateLoading)
	w.up(0, nil)
	w.mustBe(t, catalog.GraphImage, StateReady)
}

func TestImageIsLoadedThoughTextCannotBe(t *testing.T) {
	w := ready(t, testLimits(), PreloadAll()...)
	w.up(0, &worker.LoadError{Kind: worker.LoadAltered, Reason: "the file was changed"})
	w.mustBe(t, catalog.GraphText, StateFailed)
	w.up(0, nil)
	w.mustBe(t, catalog.GraphImage, StateReady)
}

func TestHowALoadThatFailsEnds(t *testing.T) {
	for _, c := range []struct {
		name    string
		err     error
		state   GraphState
		retries bool // by itself, at a time that is told
		answers bool // the waiting request is told at once
	}{
		{"no model", &catalog.NoModelError{Reason: "none"}, StateNotInstalled, false, true},
		{"altered", &worker.LoadError{Kind: worker.LoadAltered, Reason: "changed"}, StateFailed, false, true},
		{"no runtime", &worker.LoadError{Kind: worker.LoadRuntime, Reason: "missing"}, StateFailed, false, true},
		{"too slow", &worker.TimeoutError{}, StateFailed, true, true},
		{"no worker program", &worker.StartError{Reason: "not there", Err: fs.ErrNotExist}, StateFailed, true, true},
		{"crashed", &worker.CrashError{Cause: "signal: killed"}, StateQueued, false, false},
		{"no process", &worker.StartError{Reason: "fork failed"}, StateQueued, false, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := ready(t, testLimits())
			r := w.submit(encodeText, PriorityQuery)
			w.up(0, c.err)
			w.mustBe(t, catalog.GraphText, c.state)
			a, ok := w.answerOf(r)
			if ok != c.answers {
				t.Fatalf("answered: %v, want %v", ok, c.answers)
			}
			var un *worker.UnavailableError
			if ok && (!errors.As(a.err, &un) || un.Reason == "" || un.RetryAt.IsZero() == c.retries) {
				t.Fatalf("the request got %#v", a.err)
			}
			image := w.submit(encodeImages, PriorityIndex)
			w.up(len(w.launches)-1, nil)
			w.done(0, nil)
			if a, _ := w.answerOf(image); a.err != nil {
				t.Fatalf("the other graph answers %v", a.err)
			}
			w.advance(31 * time.Second)
			again := w.submit(encodeText, PriorityQuery)
			w.calm()
			if a, ok := w.answerOf(again); !ok || a.err != nil {
				t.Fatalf("later the graph answers %v", a.err)
			}
			w.mustBe(t, catalog.GraphText, StateReady)
		})
	}
}

func TestPrioritiesDecideWhoIsNext(t *testing.T) {
	w := ready(t, testLimits())
	w.submit(encodeImages, PriorityIndex)
	w.up(0, nil) // one is in flight
	var want []*request
	for _, p := range []Priority{PriorityPrefetch, PriorityCaption, PriorityIndex, PriorityVisible, PriorityQuery} {
		want = append([]*request{w.submit(encodeImages, p)}, want...)
	}
	for i, r := range want {
		w.done(0, nil)
		if w.calls[0].request != r {
			t.Fatalf("turn %d went to priority %d, want %d", i, w.calls[0].request.priority, r.priority)
		}
	}
}

func TestAQueryNeverWaitsBehindImages(t *testing.T) {
	w := ready(t, testLimits())
	w.loadBoth()
	for range 10 {
		w.submit(encodeImages, PriorityIndex)
	}
	q := w.submit(encodeText, PriorityQuery)
	if last := w.calls[len(w.calls)-1]; last.request != q {
		t.Fatal("the query was not begun at once")
	}
}

func TestIdleModelsAreUnloadedAndLookingDoesNotKeepThem(t *testing.T) {
	w := ready(t, testLimits())
	w.loadBoth()
	for range 9 {
		w.advance(time.Minute)
		w.core.view()
		w.event(memoryEvent{})
	}
	w.mustBe(t, catalog.GraphText, StateReady)
	w.event(prefetchEvent{graph: catalog.GraphText}) // somebody is about to search
	w.advance(time.Minute)
	w.mustBe(t, catalog.GraphText, StateReady)
	w.mustBe(t, catalog.GraphImage, StateUnloading)
	w.calm()
	w.mustBe(t, catalog.GraphImage, StateInstalled)
	w.advance(10 * time.Minute)
	w.calm()
	if n := len(w.core.children); n > 0 {
		t.Fatalf("%d processes are left", n)
	}
}

func TestKeptModelsStay(t *testing.T) {
	l := testLimits()
	l.keepLoaded = true
	w := ready(t, l)
	w.loadBoth()
	w.advance(24 * time.Hour)
	w.mustBe(t, catalog.GraphText, StateReady)
	w.mustBe(t, catalog.GraphImage, StateReady)
}

func TestMemoryForOneModelGoesToTheMoreUrgent(t *testing.T) {
	l := testLimits()
	l.memory = 150 << 20 // one takes 100
	w := ready(t, l)
	first := w.submit(encodeImages, PriorityIndex)
	w.up(0, nil)
	second := w.submit(encodeImages, PriorityIndex)
	q := w.submit(encodeText, PriorityQuery)
	w.mustBe(t, catalog.GraphText, StateQueued)
	w.done(0, nil) // the batch in hand ends; the query's model gets the memory before the next batch
	if _, ok := w.answerOf(first); !ok {
		t.Fatal("the batch in hand was lost")
	}
	w.mustBe(t, catalog.GraphImage, StateUnloading)
	w.crash(w.dying[0], true, true)
	w.mustBe(t, catalog.GraphText, StateLoading)
	w.up(0, nil)
	w.done(0, nil)
	if a, ok := w.answerOf(q); !ok || a.err != nil {
		t.Fatalf("the query got %v", a.err)
	}
	w.mustBe(t, catalog.GraphImage, StateQueued)
	w.advance(4 * time.Second)
	w.mustBe(t, catalog.GraphText, StateReady) // the next query may follow at once
	w.calm()
	if a, ok := w.answerOf(second); !ok || a.err != nil {
		t.Fatalf("the batch that gave way got %v", a.err)
	}
	if n := w.core.counts[countLoads]; n != 3 {
		t.Fatalf("%d loads, want 3", n)
	}
}

func TestNobodyIsPutOutForAPreload(t *testing.T) {
	l := testLimits()
	l.memory = 150 << 20
	w := ready(t, l, PreloadAll()...)
	w.up(0, nil)
	w.advance(time.Minute)
	w.mustBe(t, catalog.GraphText, StateReady)
	w.mustBe(t, catalog.GraphImage, StateInstalled)
}

func TestGrownMemoryUnloadsWhatWasUsedLongestAgo(t *testing.T) {
	l := testLimits()
	l.memory = 300 << 20
	w := ready(t, l)
	w.loadBoth()
	w.advance(time.Second)
	w.submit(encodeImages, PriorityIndex)
	w.calm()
	grown := map[int]worker.Memory{}
	for id := range w.core.children {
		grown[id] = worker.Memory{Unique: 200 << 20}
	}
	w.event(memoryEvent{children: grown})
	w.mustBe(t, catalog.GraphText, StateUnloading)
	w.mustBe(t, catalog.GraphImage, StateReady)
}

func TestADecoderThatHangsIsEndedAndThePhotoNamed(t *testing.T) {
	l := testLimits()
	l.decoders = 1
	w := ready(t, l)
	a, b := w.submit(decode, PriorityIndex), w.submit(decode, PriorityIndex)
	w.up(0, nil)
	if len(w.calls) != 2 {
		t.Fatalf("%d photos are in flight, want 2", len(w.calls))
	}
	w.begin(0)
	w.advance(29 * time.Second)
	if len(w.dying) > 0 {
		t.Fatal("the decoder was ended too early")
	}
	w.advance(time.Second)
	if len(w.dying) != 1 {
		t.Fatal("the decoder was not ended")
	}
	w.crash(w.dying[0], false, true)
	got, ok := w.answerOf(a)
	var late *worker.TimeoutError
	if !ok || !errors.As(got.err, &late) || !late.Culprit || late.After != 30*time.Second {
		t.Fatalf("the photo that hung got %v", got.err)
	}
	w.calm()
	if got, ok := w.answerOf(b); !ok || got.err != nil {
		t.Fatalf("the photo behind it got %v", got.err)
	}
}

func TestThePhotoBehindASlowOneHasItsOwnTime(t *testing.T) {
	l := testLimits()
	l.decoders = 1
	w := ready(t, l)
	w.submit(decode, PriorityIndex)
	w.submit(decode, PriorityIndex)
	w.up(0, nil)
	w.begin(0)
	w.advance(25 * time.Second)
	w.done(0, nil)
	w.begin(0)
	w.advance(25 * time.Second)
	if len(w.dying) > 0 {
		t.Fatal("the second photo was charged for the first")
	}
	w.calm()
}

func TestACrashIsTheCulpritsAlone(t *testing.T) {
	l := testLimits()
	l.decoders = 1
	for _, reapedFirst := range []bool{false, true} {
		w := ready(t, l)
		a, b := w.submit(decode, PriorityIndex), w.submit(decode, PriorityIndex)
		w.up(0, nil)
		w.begin(0)
		w.crash(w.calls[0].child, reapedFirst, false)
		got, ok := w.answerOf(a)
		var crash *worker.CrashError
		if !ok || !errors.As(got.err, &crash) || !crash.Culprit {
			t.Fatalf("the culprit got %v", got.err)
		}
		if _, ok := w.answerOf(b); ok {
			t.Fatal("the innocent photo's caller was told")
		}
		w.calm()
		if got, ok := w.answerOf(b); !ok || got.err != nil {
			t.Fatalf("the innocent photo got %v", got.err)
		}
	}
}

func TestAQueryIsTriedAgainAfterACrash(t *testing.T) {
	w := ready(t, testLimits())
	w.loadBoth()
	q := w.submit(encodeText, PriorityQuery)
	w.crash(w.calls[0].child, false, false)
	w.calm()
	if a, ok := w.answerOf(q); !ok || a.err != nil {
		t.Fatalf("the query got %v", a.err)
	}
	batch := w.submit(encodeImages, PriorityIndex)
	w.crash(w.calls[0].child, false, false)
	var crash *worker.CrashError
	if a, ok := w.answerOf(batch); !ok || !errors.As(a.err, &crash) || !crash.Culprit {
		t.Fatalf("the batch got %v", a.err)
	}
	w.advance(100 * time.Millisecond)
	w.calm()
	w.mustBe(t, catalog.GraphImage, StateReady) // it comes back unasked
}

func TestAPhotoAloneGetsADecoderThatRests(t *testing.T) {
	l := testLimits()
	l.decoders = 2
	w := ready(t, l)
	for range 8 {
		w.submit(decode, PriorityIndex)
	}
	w.up(0, nil)
	w.up(0, nil)
	alone := w.bring(&request{kind: decode, priority: PriorityVisible, alone: true})
	for range 20 { // world.check sees that it has no company
		if len(w.calls) == 0 {
			break
		}
		w.done(0, nil)
	}
	if a, ok := w.answerOf(alone); !ok || a.err != nil {
		t.Fatalf("the photo got %v", a.err)
	}
	if w.owed() > 0 {
		t.Fatal("the others were not decoded")
	}
}

func TestTheBreakerOpensProbesAndCloses(t *testing.T) {
	w := ready(t, testLimits())
	r := w.submit(encodeText, PriorityIndex)
	for i := range 5 {
		if _, ok := w.answerOf(r); ok {
			t.Fatalf("given up after %d crashes", i)
		}
		for len(w.launches) == 0 {
			w.advance(100 * time.Millisecond)
		}
		w.up(0, &worker.CrashError{Cause: "signal: segmentation fault"})
	}
	w.mustBe(t, catalog.GraphText, StateFailed)
	a, _ := w.answerOf(r)
	var un *worker.UnavailableError
	if !errors.As(a.err, &un) || un.RetryAt != w.now.Add(30*time.Second) || un.Remedy == "" {
		t.Fatalf("the waiting request got %#v", a.err)
	}
	w.advance(29 * time.Second)
	if len(w.launches) > 0 {
		t.Fatal("a process was started while the breaker was open")
	}
	w.advance(time.Second)
	w.up(0, &worker.CrashError{Cause: "signal: segmentation fault"})
	if v := w.core.view(); v.Models[0].RetryAt == nil || !v.Models[0].RetryAt.Equal(w.now.Add(time.Minute)) {
		t.Fatalf("the second pause is not twice the first: %v", v.Models[0].RetryAt)
	}
	w.advance(time.Minute)
	w.up(0, nil)
	w.mustBe(t, catalog.GraphText, StateReady)
	w.submit(encodeText, PriorityIndex)
	w.done(0, nil)
	if g := w.core.graph(catalog.GraphText); g.guard.opened != 0 {
		t.Fatal("an answer did not close the breaker")
	}
}

func TestPausesBetweenRestartsDouble(t *testing.T) {
	l := testLimits()
	var s seat
	var have []time.Duration
	now := time.Now()
	for range 11 {
		s.gone(now, 0, l)
		have = append(have, s.notBefore.Sub(now))
	}
	want := "[100ms 200ms 400ms 800ms 1.6s 3.2s 6.4s 12.8s 25.6s 30s 30s]"
	if fmt.Sprint(have) != want {
		t.Fatalf("pauses %v, want %s", have, want)
	}
	s.gone(now, time.Hour, l)
	if d := s.notBefore.Sub(now); d != 100*time.Millisecond {
		t.Fatalf("after an hour's good work the pause is %s", d)
	}
}

func TestDecodersFailTogetherAndComeBack(t *testing.T) {
	w := ready(t, testLimits())
	w.submit(encodeText, PriorityQuery)
	w.calm()
	for range 5 {
		w.submit(decode, PriorityIndex)
		for len(w.launches) == 0 {
			w.advance(100 * time.Millisecond)
		}
		w.up(0, nil)
		w.begin(0)
		w.crash(w.calls[0].child, false, false)
	}
	r := w.submit(decode, PriorityIndex)
	var un *worker.UnavailableError
	if a, ok := w.answerOf(r); !ok || !errors.As(a.err, &un) {
		t.Fatalf("with the breaker open a photo gets %v", a.err)
	}
	view := w.core.view()
	if k, _ := view.Capability(CapabilityIndex); k.Available || k.Reason == "" {
		t.Fatalf("the capability says %+v", k)
	}
	if k, _ := view.Capability(CapabilityWords); !k.Available {
		t.Fatal("searching by words went down with the decoders")
	}
	w.advance(30 * time.Second)
	a, b := w.submit(decode, PriorityIndex), w.submit(decode, PriorityIndex)
	if len(w.launches) != 1 {
		t.Fatalf("%d processes probe, want 1", len(w.launches))
	}
	w.calm()
	for _, r := range []*request{a, b} {
		if got, ok := w.answerOf(r); !ok || got.err != nil {
			t.Fatalf("after the probe a photo gets %v", got.err)
		}
	}
}

func TestPrefetchesAreJudged(t *testing.T) {
	w := ready(t, testLimits())
	w.event(prefetchEvent{graph: catalog.GraphText})
	w.calm()
	w.submit(encodeText, PriorityQuery)
	w.calm()
	w.event(prefetchEvent{graph: catalog.GraphText}) // it is there: nothing is won or lost
	w.event(prefetchEvent{graph: catalog.GraphImage})
	w.calm()
	w.advance(10 * time.Minute)
	w.calm()
	if hit, miss := w.core.counts[countPrefetchHit], w.core.counts[countPrefetchMiss]; hit != 1 || miss != 1 {
		t.Fatalf("%d hits and %d misses, want 1 and 1", hit, miss)
	}
}

func TestAHabitLoadsAhead(t *testing.T) {
	w := ready(t, testLimits())
	for range 3 { // three Mondays at ten
		w.submit(encodeText, PriorityQuery)
		w.submit(encodeText, PriorityQuery)
		w.calm()
		w.advance(7 * 24 * time.Hour)
		w.calm()
	}
	w.now = w.now.Add(-20 * time.Minute) // Monday, 9:40
	w.event(minuteEvent{})
	w.mustBe(t, catalog.GraphText, StateInstalled)
	w.now = w.now.Add(19 * time.Minute)
	w.event(minuteEvent{})
	w.mustBe(t, catalog.GraphText, StateLoading)
	if n := w.core.counts[habitName(hourOfWeek(w.now.Add(time.Minute)))]; n != 3 {
		t.Fatalf("the hour was counted %d times, want 3", n)
	}
}

func TestDownloadsAreShownAndEnd(t *testing.T) {
	w := ready(t, testLimits())
	w.event(retryEvent{found: findings{{}: {err: &catalog.NoModelError{Reason: "none"}}}})
	w.mustBe(t, catalog.GraphImage, StateNotInstalled)
	w.event(downloadEvent{graph: catalog.GraphImage, running: true})
	w.mustBe(t, catalog.GraphImage, StateDownloading)
	var un *worker.UnavailableError
	if a, _ := w.answerOf(w.submit(encodeImages, PriorityIndex)); !errors.As(a.err, &un) {
		t.Fatalf("meanwhile a request gets %v", a.err)
	}
	w.event(downloadEvent{graph: catalog.GraphImage, found: findings{{}: {model: testModel()}}})
	r := w.submit(encodeImages, PriorityIndex)
	w.calm()
	if a, ok := w.answerOf(r); !ok || a.err != nil {
		t.Fatalf("after the download a request gets %v", a.err)
	}
}
