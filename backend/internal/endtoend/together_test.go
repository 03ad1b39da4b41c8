package endtoend

import (
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"
)

// following is a part of the sentence with which `index` says that another process does its work.
const following = "keeps this library"

// last decodes the last line that `index --json` wrote.
func (r *running) last() indexed {
	r.t.Helper()
	lines := strings.Split(strings.TrimSpace(r.out.String()), "\n")
	var last indexed
	decode(r.t, lines[len(lines)-1], &last)
	return last
}

// watch starts `watch` and waits until it holds the library.
func (p *program) watch(dirs ...string) *running {
	p.t.Helper()
	w := p.begin(append([]string{"--json", "watch"}, dirs...)...)
	st := p.reader()
	waitFor(p.t, 20*time.Second, "the watcher's hold on the library", func() bool {
		w.mustRun("before it held the library")
		holder, held := st.LeaseHolder()
		return held && holder.PID == w.pid()
	})
	return w
}

// idle waits until the library has so many files and none of them waits.
func (p *program) idle(atMost time.Duration, files int) {
	p.t.Helper()
	st := p.reader()
	waitFor(p.t, atMost, "the indexing of all files", func() bool {
		c := count(p.t, st)
		return c.Files == int64(files) && c.Pending == 0
	})
}

// TestIndexAndSearchBesideAWatcher: the watcher does the work that `index` wants, `search` sees it, `status` shows it.
func TestIndexAndSearchBesideAWatcher(t *testing.T) {
	p := newProgram(t)
	watched, _ := someMade(t, 6)
	w := p.watch(watched)
	p.idle(time.Minute, 6)

	fresh := t.TempDir()
	files := addMade(t, fresh, 6, 8)
	setKeyword(t, files[0], "ytterbium")
	spawned := p.status().Counters["spawns"]
	r := p.index(0, fresh)
	if r.Found != 8 || r.Indexed != 8 || r.Unchanged != 0 || r.Hashed != 8 || r.Decoded != 8 || r.Inferred != 8 || len(r.Failed) != 0 {
		t.Errorf("beside the watcher: %+v", r)
	}
	s := p.status()
	if n := s.Counters["spawns"] - spawned; n != 0 {
		t.Errorf("%d workers were started, though the watcher has all that it needs", n)
	}
	if h := s.Library.Holder; h == nil || h.PID != w.pid() || h.Purpose != "watch" {
		t.Errorf("status says that %+v holds the library, and it is the watcher, process %d", h, w.pid())
	}
	shown := w.workers("")
	if len(s.Workers) == 0 {
		t.Error("status shows no worker of the watcher")
	}
	for _, worker := range s.Workers {
		if !slices.Contains(shown, worker.PID) {
			t.Errorf("status shows worker %d, which is none of the watcher's %v", worker.PID, shown)
		}
	}
	if s.Counters["inferences"] != 14 || s.Library.Files != 14 || len(s.Library.Folders) != 2 {
		t.Errorf("status: %+v", s)
	}
	p.findsByKeyword("ytterbium", files[0])
	if r := p.index(0, fresh); r.Found != 8 || r.Unchanged != 8 || r.Indexed != 0 || r.Hashed != 0 {
		t.Errorf("a second time beside the watcher: %+v", r)
	}

	// A folder that `index` brought is watched from now on.
	more := addMade(t, filepath.Join(fresh, "more"), 14, 2)
	setKeyword(t, more[1], "dysprosium")
	p.idle(20*time.Second, 16)
	p.findsByKeyword("dysprosium", more[1])

	before := time.Now()
	w.signal(syscall.SIGTERM)
	ended := w.wait(10 * time.Second)
	if took := time.Since(before); took > 3*time.Second {
		t.Errorf("the watcher took %s to end", took)
	}
	if ended.stderr != "" && !strings.Contains(ended.stderr, "interrupted") {
		t.Errorf("the watcher ended with %d and wrote %q", ended.code, ended.stderr)
	}
	if left := children(t); len(left) != 0 {
		t.Errorf("workers %v outlived the watcher", left)
	}
	if s := p.status(); s.Library.Holder != nil {
		t.Errorf("%+v holds the library, and nobody should", s.Library.Holder)
	}
	p.sound()
}

// TestIndexBesideIndex: the second run waits for the first, and both are done when they say so.
func TestIndexBesideIndex(t *testing.T) {
	p := newProgram(t)
	one, two := t.TempDir(), t.TempDir()
	addMade(t, one, 0, 30)
	addMade(t, two, 30, 10)
	first := p.begin("--json", "index", one)
	st := p.reader()
	waitFor(t, time.Minute, "the first photo", func() bool {
		first.mustRun("before it had indexed a photo")
		return count(t, st).Embedded > 0
	})
	second := p.begin("--json", "index", two)
	if r := first.wait(time.Minute); r.code != 0 || first.last().Found != 30 {
		t.Errorf("the first run ended with %d: %s %s", r.code, r.out, r.stderr)
	}
	if r := second.wait(time.Minute); r.code != 0 || second.last().Found != 10 {
		t.Errorf("the second run ended with %d: %s %s", r.code, r.out, r.stderr)
	}
	if c := count(t, st); c.Files != 40 || c.Pending != 0 || c.Embedded != 40 || counters(t, st)["inferences"] != 40 {
		t.Errorf("after both: %+v, %v", c, counters(t, st))
	}
	noOrphans(t, "both runs")
	p.sound()
}

// TestAFollowerTakesOver: the watcher that does the work of `index` is killed. `index` finishes it.
func TestAFollowerTakesOver(t *testing.T) {
	p := newProgram(t)
	watched, _ := someMade(t, 2)
	w := p.watch(watched)
	p.idle(time.Minute, 2)
	fresh := t.TempDir()
	addMade(t, fresh, 2, 40)
	follower := p.begin("index", fresh)
	st := p.reader()
	waitFor(t, time.Minute, "the work on what index wants", func() bool {
		follower.mustRun("before the watcher was killed")
		return count(t, st).Embedded > 6
	})
	if !strings.Contains(follower.out.String(), following) {
		t.Errorf("index does not say that the watcher does its work: %q", follower.out.String())
	}
	w.kill()
	if c := count(t, st); c.Pending == 0 {
		t.Errorf("the watcher was killed when all was done: %+v", c)
	}
	ours := func() bool { // no worker lives but those of the process that took over
		return len(children(t)) == len(follower.workers("")) || follower.ended()
	}
	waitFor(t, 2*time.Second, "the end of the killed watcher's workers", ours)
	if r := follower.wait(time.Minute); r.code != 0 || !strings.Contains(r.out, "40 photos found") {
		t.Errorf("the follower ended with %d and wrote:\n%s\n%s", r.code, r.out, r.stderr)
	}
	c, n := count(t, st), counters(t, st)["inferences"]
	if c.Files != 42 || c.Pending != 0 || c.Embedded != 42 || n < 42 || n > 42+8 {
		t.Errorf("after one kill: %+v, %d inferences of 42 photos", c, n)
	}
	noOrphans(t, "the follower's end")
	p.sound()
}
