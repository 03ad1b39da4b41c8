package supervisor

import (
	"context"
	"errors"
	"maps"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"pixeldetective/backend/config"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// oneModel is a catalog with one model that is installed, or not.
type oneModel struct{ err error }

func (c oneModel) Active(catalog.Role) (catalog.Model, string, error) {
	return testModel(), "/models/starter", c.err
}

func (c oneModel) Find(string) (catalog.Model, string, bool) {
	return testModel(), "/models/starter", c.err == nil
}

func (c oneModel) Installed(catalog.Model) catalog.State {
	return catalog.State{Installed: c.err == nil}
}

// kept is a Counters that can fail.
type kept struct {
	mu     sync.Mutex
	counts map[string]int64
	err    error
}

func (k *kept) Add(_ context.Context, name string, n int64) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.err == nil {
		k.counts[name] += n
	}
	return k.err
}

func (k *kept) All(context.Context) (map[string]int64, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	return maps.Clone(k.counts), k.err
}

func (k *kept) fail(err error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.err = err
}

// run starts a supervisor of scripted processes in a bubble of its own time, and ends it after the test's body. No
// process may be left.
func run(t *testing.T, sc *script, change func(*Options), body func(t *testing.T, s *Supervisor)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		o := Options{Settings: config.Default().Supervisor, Catalog: oneModel{}}
		o.Settings.Decoders = 2
		if change != nil {
			change(&o)
		}
		s := newSupervisor(o, sc.start)
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.Run(ctx) }()
		body(t, s)
		asked := time.Now()
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Run returned %v", err)
		}
		if d := time.Since(asked); d > 2*time.Second {
			t.Errorf("Run took %s to return", d)
		}
		if n := sc.alive(); n > 0 {
			t.Errorf("%d processes are left", n)
		}
		if _, err := s.EncodeText(t.Context(), []string{"late"}, PriorityQuery); !errors.Is(err, ErrStopped) {
			t.Errorf("after the end a request gets %v", err)
		}
	})
}

func TestRequestsAreAnsweredByTheRightWorker(t *testing.T) {
	sc := &script{}
	run(t, sc, nil, func(t *testing.T, s *Supervisor) {
		ctx := t.Context()
		s.Ready()
		s.Ready()
		got, err := s.EncodeText(ctx, []string{"a", "b"}, PriorityQuery)
		if err != nil || len(got.Vectors) != 2 || got.Ref.ID != "starter" {
			t.Fatalf("texts: %+v, %v", got, err)
		}
		if pictures, err := s.EncodeImages(ctx, [][]byte{{1}, {2}, {3}}, PriorityIndex); err != nil || len(pictures) != 3 {
			t.Fatalf("pictures: %+v, %v", pictures, err)
		}
		if _, err := s.Decode(ctx, worker.DecodeJob{}, PriorityIndex); err != nil {
			t.Fatal(err)
		}
		if _, err := s.DecodeAlone(ctx, worker.DecodeJob{}, PriorityIndex); err != nil {
			t.Fatal(err)
		}
		for role, want := range map[worker.Role]int{worker.RoleText: 1, worker.RoleImage: 1, worker.RoleDecode: 1} {
			if n := len(sc.started(role)); n != want {
				t.Errorf("%d %s processes were started, want %d", n, role, want)
			}
		}
		snap := s.Snapshot()
		for name, want := range map[string]int64{countTexts: 2, countInferences: 3, countDecoded: 2, countSpawns: 3, countLoads: 2} {
			if snap.Counters[name] != want {
				t.Errorf("counter %s is %d, want %d", name, snap.Counters[name], want)
			}
		}
		if snap.Sandbox.State != "full" {
			t.Errorf("the sandbox is %q", snap.Sandbox.State)
		}
	})
}

func TestAHungTextWorkerIsReplaced(t *testing.T) {
	hang := true
	sc := &script{text: func(_ context.Context, p *scripted, texts []string) ([][]float32, error) {
		if hang {
			hang = false
			<-p.exited
			return nil, p.crash(false)
		}
		return make([][]float32, len(texts)), nil
	}}
	run(t, sc, nil, func(t *testing.T, s *Supervisor) {
		s.Ready()
		begun := time.Now()
		_, err := s.EncodeText(t.Context(), []string{"a"}, PriorityQuery)
		var late *worker.TimeoutError
		if !errors.As(err, &late) || !late.Culprit || time.Since(begun) > 31*time.Second {
			t.Fatalf("after %s: %v", time.Since(begun), err)
		}
		begun = time.Now()
		if _, err := s.EncodeText(t.Context(), []string{"a"}, PriorityQuery); err != nil || time.Since(begun) > 5*time.Second {
			t.Fatalf("the next query took %s: %v", time.Since(begun), err)
		}
	})
}

func TestALoadThatTakesTooLong(t *testing.T) {
	slow := &script{}
	slow.load = func(p *scripted) error {
		if len(slow.started(worker.RoleText)) == 1 {
			time.Sleep(2 * time.Minute)
		}
		return nil
	}
	run(t, slow, nil, func(t *testing.T, s *Supervisor) {
		s.Ready()
		// The scripted process sleeps through its context; so the limit shows only when it wakes.
		_, err := s.EncodeText(t.Context(), []string{"a"}, PriorityQuery)
		var un *worker.UnavailableError
		if !errors.As(err, &un) || un.RetryAt.IsZero() {
			t.Fatalf("the query got %v", err)
		}
		time.Sleep(time.Until(un.RetryAt))
		if _, err := s.EncodeText(t.Context(), []string{"a"}, PriorityQuery); err != nil {
			t.Fatalf("at the promised time the query got %v", err)
		}
	})
}

func TestACallerWhoGoesIsNotKept(t *testing.T) {
	var release chan struct{}
	sc := &script{images: func(_ context.Context, _ *scripted, pixels [][]byte) ([]worker.Embedding, error) {
		<-release
		return make([]worker.Embedding, len(pixels)), nil
	}}
	run(t, sc, nil, func(t *testing.T, s *Supervisor) {
		release = make(chan struct{})
		s.Ready()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		begun := time.Now()
		if _, err := s.EncodeImages(ctx, [][]byte{{1}}, PriorityIndex); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != time.Second {
			t.Fatalf("after %s: %v", time.Since(begun), err)
		}
		second, cancelSecond := context.WithTimeout(t.Context(), time.Second)
		defer cancelSecond()
		if _, err := s.EncodeImages(second, [][]byte{{1}}, PriorityIndex); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		synctest.Wait()
		if m, _ := s.Snapshot().Model("image"); m.Queue != 0 || m.InFlight != 1 {
			t.Fatalf("queue %d, in flight %d; want 0 and 1", m.Queue, m.InFlight)
		}
		close(release)
		if _, err := s.EncodeImages(t.Context(), [][]byte{{1}}, PriorityIndex); err != nil {
			t.Fatal(err)
		}
	})
}

func TestTheEndAnswersEverybody(t *testing.T) {
	sc := &script{}
	sc.text = func(_ context.Context, p *scripted, _ []string) ([][]float32, error) {
		<-p.exited
		return nil, p.crash(false)
	}
	errs := make([]error, 20)
	run(t, sc, nil, func(t *testing.T, s *Supervisor) {
		s.Ready()
		for i := range errs {
			go func() { _, errs[i] = s.EncodeText(context.Background(), []string{"a"}, Priority(i%5)) }()
		}
		synctest.Wait()
	})
	for i, err := range errs {
		if !errors.Is(err, ErrStopped) {
			t.Errorf("request %d got %v", i, err)
		}
	}
}

func TestPushesAreBoundedAndEnd(t *testing.T) {
	run(t, &script{}, func(o *Options) { o.LogLines = func() []string { return []string{"a line"} } }, func(t *testing.T, s *Supervisor) {
		s.Ready()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		pushes := s.Subscribe(ctx)
		slow := s.Subscribe(t.Context())
		first := <-pushes
		if len(first.Log) != 1 {
			t.Errorf("the log is %v", first.Log)
		}
		n := 0
		reading := make(chan struct{})
		go func() {
			defer close(reading)
			last := first.Seq
			for snap := range pushes {
				if snap.Seq < last || n > 0 && snap.Seq != last+1 {
					t.Errorf("push %d follows %d", snap.Seq, last)
				}
				last = snap.Seq
				n++
			}
		}()
		for range 1000 { // ten seconds of changes, a hundred a second
			s.Report(Phase{Name: PhaseIndex, State: PhaseRunning})
			time.Sleep(10 * time.Millisecond)
		}
		cancel()
		<-reading
		if n < 90 || n > 102 {
			t.Errorf("%d pushes in ten seconds", n)
		}
		if snap := <-slow; snap.Seq < 90 {
			t.Errorf("a slow reader gets push %d, not the newest", snap.Seq)
		}
	})
}

func TestLookingDoesNotKeepAModelLoaded(t *testing.T) {
	sc := &script{}
	run(t, sc, nil, func(t *testing.T, s *Supervisor) {
		s.Ready()
		if _, err := s.EncodeText(t.Context(), []string{"a"}, PriorityQuery); err != nil {
			t.Fatal(err)
		}
		for range 601 {
			s.Snapshot()
			time.Sleep(time.Second)
		}
		if sc.alive() != 0 {
			t.Fatal("the model is still in memory")
		}
		m, _ := s.Snapshot().Model("text")
		if m.State != StateInstalled || m.LastUsed == nil {
			t.Fatalf("%+v", m)
		}
		if c, _ := s.Snapshot().Capability(CapabilityWords); !c.Available || c.Remaining == nil {
			t.Fatalf("a model that rests is not offered: %+v", c)
		}
	})
}

func TestCountersOutliveTheProgramAndABadDisk(t *testing.T) {
	k := &kept{counts: map[string]int64{countTexts: 40, "files_hashed": 7, habitName(3): 5}}
	run(t, &script{}, func(o *Options) { o.Counters = k }, func(t *testing.T, s *Supervisor) {
		s.Ready()
		encode := func() {
			if _, err := s.EncodeText(t.Context(), []string{"a", "b"}, PriorityQuery); err != nil {
				t.Fatal(err)
			}
		}
		encode()
		time.Sleep(time.Second)
		if snap := s.Snapshot(); snap.Counters[countTexts] != 42 || snap.Counters["files_hashed"] != 7 {
			t.Errorf("counters %v", snap.Counters)
		}
		if _, shown := s.Snapshot().Counters[habitName(3)]; shown {
			t.Error("a habit is shown as a counter")
		}
		k.fail(errors.New("disk full"))
		encode()
		time.Sleep(10 * time.Second)
		if n := s.Snapshot().Counters[countTexts]; n != 44 {
			t.Errorf("while nothing can be saved the counter is %d, want 44", n)
		}
		k.fail(nil)
		time.Sleep(10 * time.Second)
		encode() // and saved at the end
	})
	if k.counts[countTexts] != 46 || k.counts[countSpawns] != 1 {
		t.Errorf("kept: %v", k.counts)
	}
}

func TestServicesPublish(t *testing.T) {
	run(t, &script{}, func(o *Options) { o.Preload = PreloadAll() }, func(t *testing.T, s *Supervisor) {
		s.Report(Phase{Name: PhaseScan, State: PhaseRunning, Percent: 10})
		s.Report(Phase{Name: PhaseScan, State: PhaseDone, Percent: 100})
		s.ReportCache(Cache{Name: "queries", Entries: 3, Hits: 3, Misses: 1})
		s.ReportCapability(Capability{Name: CapabilityNames, Reason: "the library is not open yet"})
		synctest.Wait()
		snap := s.Snapshot()
		if snap.Phases[0].Name != PhaseScan || snap.Phases[0].State != PhaseDone {
			t.Errorf("phases %+v", snap.Phases)
		}
		if len(snap.Caches) != 1 || snap.Caches[0].HitRate != .75 {
			t.Errorf("caches %+v", snap.Caches)
		}
		if c, _ := snap.Capability(CapabilityNames); c.Available || c.Reason == "" {
			t.Errorf("capability %+v", c)
		}
		if c, _ := snap.Capability(CapabilityWords); c.Available {
			t.Errorf("searching by words is offered before the model was ever loaded: %+v", c)
		}
		snap.Phases[0].Message = "changed by a reader"
		if s.Snapshot().Phases[0].Message != "" {
			t.Error("a reader changed the state")
		}
		s.Ready()
		time.Sleep(time.Second)
		snap = s.Snapshot()
		for _, p := range snap.Phases[1:] {
			if p.State != PhaseDone || p.Percent != 100 {
				t.Errorf("phase %+v", p)
			}
		}
		if c, _ := snap.Capability(CapabilityWords); !c.Available || *c.Remaining != 0 {
			t.Errorf("capability %+v", c)
		}
	})
}

func TestWithoutAModelTheRestWorks(t *testing.T) {
	run(t, &script{}, func(o *Options) {
		o.Preload = PreloadAll()
		o.Catalog = oneModel{err: &catalog.NoModelError{Role: catalog.RoleImageText, Reason: "the folder is empty"}}
	}, func(t *testing.T, s *Supervisor) {
		s.Ready()
		var un *worker.UnavailableError
		if _, err := s.EncodeText(t.Context(), []string{"a"}, PriorityQuery); !errors.As(err, &un) {
			t.Fatalf("a query gets %v", err)
		}
		if _, err := s.Decode(t.Context(), worker.DecodeJob{}, PriorityIndex); err != nil {
			t.Fatalf("a photo gets %v", err)
		}
		if _, err := s.TextModel(); !errors.As(err, &un) || un.Reason == "" {
			t.Errorf("the model is asked for: %v", err)
		}
		if m, _ := s.Snapshot().Model("text"); m.State != StateNotInstalled || m.Error == "" {
			t.Errorf("%+v", m)
		}
	})
}
