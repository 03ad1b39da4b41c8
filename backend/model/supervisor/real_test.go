package supervisor

import (
	"errors"
	"io"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

var roles = []worker.Role{worker.RoleText, worker.RoleImage, worker.RoleDecode}

func TestRealPhotoAndQuery(t *testing.T) {
	o := realOptions(t)
	o.Preload = PreloadAll()
	h := open(t, o, nil)
	if snap := h.Snapshot(); len(snap.Workers) > 0 {
		t.Fatal("a process runs before Ready")
	}
	h.Ready()
	decoded, err := h.Decode(t.Context(), photoJob(testPhoto(t, 1200, 800)), PriorityIndex)
	if err != nil {
		t.Fatal(err)
	}
	pictures, err := h.EncodeImages(t.Context(), decoded.Inputs, PriorityIndex)
	if err != nil {
		t.Fatal(err)
	}
	texts, err := h.EncodeText(t.Context(), []string{"a dog"}, PriorityQuery)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range [][]float32{pictures[0].Vector, texts.Vectors[0]} {
		sum := 0.
		for _, x := range v {
			sum += float64(x) * float64(x)
		}
		if len(v) != 1024 || math.Abs(sum-1) > 1e-3 {
			t.Errorf("a vector of %d numbers and length %.4f", len(v), math.Sqrt(sum))
		}
	}
	snap := h.until("memory is measured", 10*time.Second, func(s Snapshot) bool {
		return len(s.Workers) == 3 && !slices.ContainsFunc(s.Workers, func(w Worker) bool { return w.UniqueBytes == 0 })
	})
	own, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	own = 20 - own // the system call's own scale
	nice := map[string]int{"text": own, "image": max(own, 10), "decode": max(own, 10)}
	for _, w := range snap.Workers {
		if w.PID == 0 || w.Nice != nice[w.Role] {
			t.Errorf("worker %+v", w)
		}
		t.Logf("%s: %d MB unique", w.Role, w.UniqueBytes>>20)
	}
	for _, m := range snap.Models {
		if m.State != StateReady || m.Device != "cpu" || m.LoadSeconds <= 0 || m.MemoryBytes == 0 || m.ID != "starter" {
			t.Errorf("model %+v", m)
		}
		t.Logf("%s: loaded in %.0f ms", m.Graph, 1000*m.LoadSeconds)
	}
	if snap.Memory.SelfBytes == 0 || snap.Memory.TreeBytes <= snap.Memory.SelfBytes || snap.Memory.LimitBytes == 0 {
		t.Errorf("memory %+v", snap.Memory)
	}
	for _, c := range snap.Capabilities {
		if !c.Available {
			t.Errorf("not available: %+v", c)
		}
	}
	if m, err := h.ImageModel(); err != nil || m.ID != "starter" {
		t.Errorf("the image model is %q, %v", m.ID, err)
	}
	t.Logf("Run returned %s after it was told to", h.stop())
}

// signalMidWork sends a signal to a role's process while it works, and says how long the role took to answer again.
func signalMidWork(t *testing.T, h *house, role worker.Role, signal syscall.Signal) time.Duration {
	t.Helper()
	photo := testPhoto(t, 3000, 2000)
	if err := h.ask(t.Context(), role, photo); err != nil {
		t.Fatal(err)
	}
	enough := make(chan struct{})
	var callers sync.WaitGroup
	var mu sync.Mutex
	var failed []error
	for range 3 {
		callers.Go(func() {
			for {
				select {
				case <-enough:
					return
				default:
				}
				if err := h.ask(t.Context(), role, photo); err != nil {
					mu.Lock()
					failed = append(failed, err)
					mu.Unlock()
				}
			}
		})
	}
	var victim int
	h.until("a "+string(role)+" worker works", 20*time.Second, func(s Snapshot) bool {
		victim = pid(s, role, true)
		return victim != 0
	})
	if err := syscall.Kill(victim, signal); err != nil {
		t.Fatal(err)
	}
	hit := time.Now()
	h.until("the worker is gone", 20*time.Second, func(s Snapshot) bool {
		return !slices.ContainsFunc(s.Workers, func(w Worker) bool { return w.PID == victim })
	})
	close(enough)
	callers.Wait()
	if err := h.ask(t.Context(), role, photo); err != nil {
		t.Errorf("%s: after the recovery: %v", role, err)
	}
	took := time.Since(hit)
	if len(failed) > 1 {
		t.Errorf("%s: %d requests failed, at most the one in hand may: %v", role, len(failed), failed)
	}
	for _, err := range failed {
		if !culprit(err) {
			t.Errorf("%s: a request that was not to blame failed: %v", role, err)
		}
	}
	return took
}

func TestRealKilledWorkersComeBack(t *testing.T) {
	h := open(t, realOptions(t), nil)
	h.Ready()
	for _, role := range roles {
		took := signalMidWork(t, h, role, syscall.SIGKILL)
		t.Logf("%s: answers %s after SIGKILL", role, took)
		if took > 5*time.Second {
			t.Errorf("%s: took %s", role, took)
		}
	}
	if n := h.Snapshot().Counters[countCrashes]; n != 3 {
		t.Errorf("%d crashes were counted, want 3", n)
	}
}

func TestRealStoppedWorkersAreReplaced(t *testing.T) {
	o := realOptions(t)
	o.Settings.CallTimeout = 3 * time.Second
	h := open(t, o, nil)
	h.Ready()
	for _, role := range roles {
		took := signalMidWork(t, h, role, syscall.SIGSTOP)
		t.Logf("%s: answers %s after SIGSTOP, with a limit of 3 s", role, took)
		if took > 8*time.Second {
			t.Errorf("%s: took %s", role, took)
		}
	}
	if n := h.Snapshot().Counters[countTimeouts]; n != 3 {
		t.Errorf("%d timeouts were counted, want 3", n)
	}
}

func TestRealStopDoesNotWaitForAWorkerThatHangs(t *testing.T) {
	h := open(t, realOptions(t), nil)
	h.Ready()
	for _, role := range roles {
		if err := h.ask(t.Context(), role, testPhoto(t, 100, 100)); err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range h.Snapshot().Workers {
		if err := syscall.Kill(w.PID, syscall.SIGSTOP); err != nil {
			t.Fatal(err)
		}
	}
	if d := h.stop(); d > 2*time.Second {
		t.Errorf("Run took %s to return", d)
	}
}

func TestRealIdleModelsEndTheirProcess(t *testing.T) {
	o := realOptions(t)
	o.Settings.IdleUnload = time.Second
	h := open(t, o, nil)
	h.Ready()
	for _, role := range roles {
		if err := h.ask(t.Context(), role, testPhoto(t, 100, 100)); err != nil {
			t.Fatal(err)
		}
	}
	h.until("all processes have ended", 10*time.Second, func(s Snapshot) bool { return len(s.Workers) == 0 })
	if n := children(t); n > 0 {
		t.Errorf("%d processes are left", n)
	}
	if err := h.ask(t.Context(), worker.RoleText, nil); err != nil {
		t.Errorf("after the rest: %v", err)
	}
}

func TestRealMemoryForOneModel(t *testing.T) {
	o := realOptions(t)
	o.Settings.MemoryBudget = 64 << 20
	h := open(t, o, nil)
	h.Ready()
	for i, role := range []worker.Role{worker.RoleText, worker.RoleImage, worker.RoleText} {
		if err := h.ask(t.Context(), role, nil); err != nil {
			t.Fatal(err)
		}
		snap := h.Snapshot()
		other := map[worker.Role]string{worker.RoleText: "image", worker.RoleImage: "text"}[role]
		if m, _ := snap.Model(other); m.State != StateInstalled {
			t.Errorf("step %d: the %s model is %s", i, other, m.State)
		}
		if n := children(t); n != 1 {
			t.Errorf("step %d: %d processes", i, n)
		}
	}
}

func TestRealLoadingOftenLeavesNothingBehind(t *testing.T) {
	h := open(t, realOptions(t), nil)
	h.Ready()
	cycle := func() {
		if err := h.ask(t.Context(), worker.RoleText, nil); err != nil {
			t.Fatal(err)
		}
		h.Unload(catalog.GraphText)
		h.until("the model is unloaded", 10*time.Second, func(s Snapshot) bool {
			m, _ := s.Model("text")
			return m.State == StateInstalled
		})
	}
	cycle()
	files, routines := descriptors(t), runtime.NumGoroutine()
	for range 20 {
		cycle()
	}
	if n := children(t); n > 0 {
		t.Errorf("%d processes are left", n)
	}
	if n := descriptors(t); n > files+2 {
		t.Errorf("open files grew from %d to %d", files, n)
	}
	if n := runtime.NumGoroutine(); n > routines+4 {
		t.Errorf("goroutines grew from %d to %d", routines, n)
	}
	if n := h.Snapshot().Counters[countLoads]; n != 21 {
		t.Errorf("%d loads were counted, want 21", n)
	}
}

// alteredModels copies the models, with one byte of the text graph changed.
func alteredModels(t *testing.T) (folder, graph string) {
	t.Helper()
	folder = t.TempDir()
	if err := os.CopyFS(folder, os.DirFS(fromRoot("models"))); err != nil {
		t.Fatal(err)
	}
	graph = filepath.Join(folder, "starter", "starter_text.onnx")
	flip(t, graph)
	return folder, graph
}

func flip(t *testing.T, name string) {
	t.Helper()
	f, err := os.OpenFile(name, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	var b [1]byte
	if _, err := f.ReadAt(b[:], 1<<20); err != nil && err != io.EOF {
		t.Fatal(err)
	}
	b[0] ^= 1
	if _, err := f.WriteAt(b[:], 1<<20); err != nil {
		t.Fatal(err)
	}
}

func TestRealAlteredModel(t *testing.T) {
	o := realOptions(t)
	folder, graph := alteredModels(t)
	known, err := catalog.Open(folder, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o.Catalog = known
	h := open(t, o, nil)
	h.Ready()
	var un *worker.UnavailableError
	if err := h.ask(t.Context(), worker.RoleText, nil); !errors.As(err, &un) || un.Reason == "" {
		t.Fatalf("a query gets %v", err)
	}
	t.Log(un)
	if err := h.ask(t.Context(), worker.RoleImage, nil); err != nil {
		t.Errorf("the other graph went down too: %v", err)
	}
	snap := h.Snapshot()
	if m, _ := snap.Model("text"); m.State != StateFailed || m.Error == "" || m.RetryAt != nil {
		t.Errorf("%+v", m)
	}
	if c, _ := snap.Capability(CapabilityWords); c.Available {
		t.Errorf("%+v", c)
	}
	flip(t, graph) // the remedy
	h.Retry()
	if err := h.ask(t.Context(), worker.RoleText, nil); err != nil {
		t.Errorf("after the remedy: %v", err)
	}
}

func TestRealMissingRuntime(t *testing.T) {
	o := realOptions(t)
	o.Paths.RuntimeLibrary = filepath.Join(t.TempDir(), "libonnxruntime.so.1")
	h := open(t, o, nil)
	h.Ready()
	var un *worker.UnavailableError
	if err := h.ask(t.Context(), worker.RoleImage, nil); !errors.As(err, &un) || un.Reason == "" || un.Remedy == "" {
		t.Fatalf("a batch gets %v", err)
	}
	t.Log(un)
	if err := h.ask(t.Context(), worker.RoleDecode, testPhoto(t, 100, 100)); err != nil {
		t.Errorf("decoding went down too: %v", err)
	}
}

func TestRealMissingWorkerProgram(t *testing.T) {
	o := realOptions(t)
	o.Paths.Worker = filepath.Join(t.TempDir(), "pixel-detective-worker")
	h := open(t, o, nil)
	h.Ready()
	for _, role := range roles {
		var un *worker.UnavailableError
		begun := time.Now()
		if err := h.ask(t.Context(), role, nil); !errors.As(err, &un) || un.Remedy == "" || un.RetryAt.IsZero() {
			t.Errorf("%s: %v", role, err)
		}
		if d := time.Since(begun); d > time.Second {
			t.Errorf("%s: took %s to say so", role, d)
		}
	}
}

func TestRealBreakerOpensAndCloses(t *testing.T) {
	o := realOptions(t)
	good := o.Paths.Worker
	o.Paths.Worker = filepath.Join(t.TempDir(), "pixel-detective-worker")
	if err := os.WriteFile(o.Paths.Worker, []byte("#!/bin/sh\nexit 3\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	h := open(t, o, func(l *limits) {
		l.backoffFirst = 10 * time.Millisecond
		l.openFirst = 2 * time.Second
	})
	h.Ready()
	var un *worker.UnavailableError
	if err := h.ask(t.Context(), worker.RoleText, nil); !errors.As(err, &un) || un.RetryAt.IsZero() {
		t.Fatalf("a query gets %v", err)
	}
	if n := h.Snapshot().Counters[countCrashes]; n != 5 {
		t.Errorf("given up after %d crashes, want 5", n)
	}
	if err := os.Remove(o.Paths.Worker); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(good, o.Paths.Worker); err != nil {
		t.Fatal(err)
	}
	h.until("the model loads by itself", 20*time.Second, func(s Snapshot) bool {
		m, _ := s.Model("text")
		return m.State == StateReady
	})
	if err := h.ask(t.Context(), worker.RoleText, nil); err != nil {
		t.Error(err)
	}
}

func TestRealQueriesWhileImagesAreIndexed(t *testing.T) {
	h := open(t, realOptions(t), nil)
	h.Ready()
	for _, role := range []worker.Role{worker.RoleText, worker.RoleImage} {
		if err := h.ask(t.Context(), role, nil); err != nil {
			t.Fatal(err)
		}
	}
	measure := func(n int) (median, p95 time.Duration) {
		var all []time.Duration
		for range n {
			begun := time.Now()
			if err := h.ask(t.Context(), worker.RoleText, nil); err != nil {
				t.Fatal(err)
			}
			all = append(all, time.Since(begun))
		}
		slices.Sort(all)
		return all[n/2], all[n*95/100]
	}
	idle, idle95 := measure(40)
	enough := make(chan struct{})
	var indexing sync.WaitGroup
	batches := make([]time.Duration, 4)
	for i := range batches {
		indexing.Go(func() {
			for {
				select {
				case <-enough:
					return
				default:
				}
				begun := time.Now()
				if _, err := h.EncodeImages(t.Context(), batch(8), PriorityIndex); err != nil {
					t.Error(err)
					return
				}
				batches[i] = time.Since(begun) / time.Duration(len(batches))
			}
		})
	}
	h.until("a batch is in hand", 10*time.Second, func(s Snapshot) bool { return pid(s, worker.RoleImage, true) != 0 })
	busy, busy95 := measure(40)
	begun := time.Now()
	if _, err := h.EncodeImages(t.Context(), batch(1), PriorityVisible); err != nil {
		t.Error(err)
	}
	visible := time.Since(begun)
	close(enough)
	indexing.Wait()
	one := slices.Max(batches)
	t.Logf("query: idle %s (p95 %s), while indexing %s (p95 %s); a batch of 8: %s; a visible picture among four that queue: %s", idle, idle95, busy, busy95, one, visible)
	if busy > one/2 {
		t.Errorf("a query takes %s while a batch takes %s: it waits behind it", busy, one)
	}
	if visible > 3*one {
		t.Errorf("a visible picture took %s, a batch %s", visible, one)
	}
}
