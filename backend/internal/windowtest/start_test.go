package windowtest

import (
	"bytes"
	"fmt"
	"os"
	"slices"
	"testing"
	"time"

	"pixeldetective/backend/desktop"
)

// TestStart opens the window on an empty library: what it shows first, what runs by then, and what does not.
func TestStart(t *testing.T) {
	s := newScreen(t)
	began := time.Now()
	p := newLibrary(t).open(s, "--trace")
	p.wait(s, "window there")
	if w := p.workers(); p.count(desktop.StepReady) == 0 && len(w) > 0 {
		t.Errorf("workers run before the page is ready: %v", w)
	}
	p.wait(s, desktop.StepReady)
	part := s.windowRect()
	s.eventually("the window shows something", func() bool { return len(colours(s.shot(), part)) > 30 })

	p.wait(s, "text graph ready")
	p.wait(s, "image graph ready")
	checkOrder(t, p.steps(), desktop.StepReady, "text worker spawned", "text graph ready", "image graph ready")
	if n := p.count("not as it should be"); n > 0 {
		t.Errorf("%d marks say that something was there too early: %v", n, p.steps())
	}
	if len(p.workers()) == 0 {
		t.Error("two graphs are ready and no worker runs")
	}
	checkMaps(t, p.cmd.Process.Pid)
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.marks {
		t.Logf("%7.0f ms  %s", m.At-float64(began.UnixMicro())/1000, m.Step)
	}
}

// checkOrder wants steps to be there, one after the other.
func checkOrder(t *testing.T, steps []string, want ...string) {
	t.Helper()
	last := -1
	for _, w := range want {
		at := slices.Index(steps, w)
		if at <= last {
			t.Errorf("%q is not where it should be in %v", w, steps)
		}
		last = at
	}
}

// checkMaps wants neither an image parser nor a model runtime in the window's process.
func checkMaps(t *testing.T, pid int) {
	t.Helper()
	maps, err := os.ReadFile(fmt.Sprintf("/proc/%d/maps", pid))
	if err != nil || !bytes.Contains(maps, []byte("webkit2gtk")) {
		t.Fatalf("the maps of the window's process cannot be judged: %v", err)
	}
	for _, library := range []string{"onnxruntime", "libvips"} {
		if bytes.Contains(maps, []byte(library)) {
			t.Errorf("%s is in the window's process; it belongs to the workers", library)
		}
	}
}
