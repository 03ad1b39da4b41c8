package folder

import (
	"context"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"
)

const (
	// quietDelay is how long nothing must happen before a batch of events is handed on.
	quietDelay = 250 * time.Millisecond
	// hardTimeout is how long a batch waits at most, so that rows follow a copy that takes an hour.
	hardTimeout = 2 * time.Second
	// maxPaths is how many paths a batch may name before it becomes "everything".
	maxPaths = 10_000
)

// batch is what some events ask for.
type batch struct {
	dirs  map[string]struct{} // paths that should be listed again, if they are known directories
	moved map[string]struct{} // paths whose watch may be gone or may follow something else now
	all   bool                // events were lost: everything
	cause error               // why they were lost; nil: too many at once
}

func (b *batch) empty() bool { return len(b.dirs) == 0 && len(b.moved) == 0 && !b.all }

// take adds what an event asks for. What happens to a plain file that is neither a photo nor a sidecar asks for nothing;
// so the program's own files may lie in a watched folder.
func (b *batch) take(e fsnotify.Event) {
	if b.all || e.Name == "" {
		return
	}
	name := filepath.Base(e.Name)
	counts := isPhoto(name) || isSidecar(name)
	if !counts && (name == "" || Skipped(name)) && !e.Has(fsnotify.Remove) && !e.Has(fsnotify.Rename) {
		return
	}
	if e.Op == fsnotify.Write && !counts {
		return
	}
	if b.dirs == nil {
		b.dirs, b.moved = map[string]struct{}{}, map[string]struct{}{}
	}
	if counts || e.Op != fsnotify.Chmod {
		b.dirs[filepath.Dir(e.Name)] = struct{}{}
	}
	if e.Has(fsnotify.Chmod) {
		b.dirs[e.Name] = struct{}{} // a directory that may be read now, or no longer
	}
	if e.Has(fsnotify.Remove) || e.Has(fsnotify.Rename) {
		b.moved[e.Name] = struct{}{}
	}
	if len(b.dirs)+len(b.moved) > maxPaths {
		*b = batch{all: true}
	}
}

// collector gathers events until it has been quiet for a moment. Its goroutine does nothing else, so that the system's
// queue is read even while a large folder is scanned.
type collector struct {
	from           notifier
	out            chan batch
	quiet, timeout time.Duration
}

func newCollector(from notifier) *collector {
	return &collector{from: from, out: make(chan batch), quiet: quietDelay, timeout: hardTimeout}
}

// run ends with ctx, or with its notifier.
func (c *collector) run(ctx context.Context) {
	var (
		now   batch
		first time.Time // when the batch began
		due   bool
	)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	arm := func() {
		if first.IsZero() {
			first = time.Now()
		}
		if !due {
			timer.Reset(max(0, min(c.quiet, c.timeout-time.Since(first))))
		}
	}
	for {
		var out chan<- batch
		if due {
			out = c.out
		}
		select {
		case <-ctx.Done():
			return
		case e, open := <-c.from.events():
			if !open {
				return
			}
			if now.take(e); !now.empty() {
				arm()
			}
		case err, open := <-c.from.errors():
			if !open {
				return
			}
			now = batch{all: true, cause: err}
			arm()
		case <-timer.C:
			due = true
		case out <- now:
			now, first, due = batch{}, time.Time{}, false
		}
	}
}
