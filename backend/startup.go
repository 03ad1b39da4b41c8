package backend

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/search"
)

// Mark is one step of the program's start.
type Mark struct {
	Step string  `json:"step"`
	MS   float64 `json:"ms"` // since the process began
}

// Trace follows the start of the program without a window, from a backend that is open and not yet run, to the first hit
// of a question. It fails if a child or a runtime library is there before Ready.
func (b *Backend) Trace(ctx context.Context, began time.Time, mark func(Mark)) error {
	note := func(step string) { mark(Mark{step, float64(time.Since(began).Microseconds()) / 1000}) }
	note("library open")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	snapshots := b.Supervisor.Subscribe(ctx)
	if err := b.nothingHeavy(); err != nil {
		cancel()
		return errors.Join(err, <-ended)
	}
	b.Supervisor.Ready()
	note("ready")
	err := b.firstHit(ctx, snapshots, note)
	cancel()
	return errors.Join(err, <-ended)
}

// Trace follows the start of what stands behind a window, whose Ready the page calls, and asks for a first hit if that is
// wanted. The steps are noted as they are taken.
func (d *Desktop) Trace(ctx context.Context, ask bool, note func(step string)) error {
	select {
	case <-d.opened:
	case <-ctx.Done():
		return ctx.Err()
	}
	note("library open")
	snapshots := d.backend.Supervisor.Subscribe(ctx)
	if ask {
		return d.backend.firstHit(ctx, snapshots, note)
	}
	return followStart(ctx, snapshots, note)
}

// NothingHeavy says what is there that should not be before Ready: a child, or a runtime library in this process.
func (d *Desktop) NothingHeavy() error {
	select {
	case <-d.opened:
		return d.backend.nothingHeavy()
	default:
		return nothingMapped() // without a supervisor there are no workers
	}
}

// firstHit follows the start until every graph is ready or cannot be, and asks for a hit when the text graph is.
func (b *Backend) firstHit(ctx context.Context, snapshots <-chan supervisor.Snapshot, note func(string)) error {
	asked := make(chan error, 1)
	ask := sync.OnceFunc(func() { go func() { asked <- b.askForHit(ctx, note) }() })
	err := followStart(ctx, snapshots, func(step string) {
		note(step)
		if strings.HasPrefix(step, "text graph") {
			ask()
		}
	})
	ask()
	return cmp.Or(err, <-asked)
}

// askForHit asks questions until one is answered with a hit: any library of photos shows something of this.
func (b *Backend) askForHit(ctx context.Context, note func(string)) error {
	for _, question := range []string{"people", "an animal", "a building", "trees", "water", "food"} {
		answer, err := b.SearchWords(ctx, search.Request{Query: question, Limit: 1})
		if err != nil {
			return err
		}
		if answer.Total > 0 {
			note(fmt.Sprintf("first hit, of %d for %q", answer.Total, question))
			return nil
		}
	}
	note("nothing is found: the library holds no photo that was seen")
	return nil
}

// nothingHeavy says what is there that should not be before Ready.
func (b *Backend) nothingHeavy() error {
	if n := len(b.Supervisor.Snapshot().Workers); n > 0 {
		return fmt.Errorf("%d workers run before the program is ready; none should", n)
	}
	return nothingMapped()
}

// nothingMapped says which library is in this process that should never be.
func nothingMapped() error {
	maps, _ := os.ReadFile("/proc/self/maps") // a system without /proc cannot tell
	for _, library := range []string{"onnxruntime", "libvips"} {
		if bytes.Contains(maps, []byte(library)) {
			return fmt.Errorf("%s is in the memory of the main process; it belongs to the workers", library)
		}
	}
	return nil
}

// followStart notes when each graph's process runs and when it is ready, until both are or cannot be.
func followStart(ctx context.Context, snapshots <-chan supervisor.Snapshot, note func(string)) error {
	var noted []string
	once := func(step string) {
		if !slices.Contains(noted, step) {
			noted = append(noted, step)
			note(step)
		}
	}
	for snapshot := range snapshots {
		settled := len(snapshot.Models) > 0
		for _, w := range snapshot.Workers {
			if w.PID != 0 {
				once(w.Role + " worker spawned")
			}
		}
		for _, m := range snapshot.Models {
			switch m.State {
			case supervisor.StateReady:
				once(m.Graph + " graph ready")
			case supervisor.StateFailed, supervisor.StateNotInstalled:
				once(m.Graph + " graph: " + string(m.State) + " " + m.Error)
			default:
				settled = false
			}
		}
		if settled {
			return nil
		}
	}
	return ctx.Err()
}
