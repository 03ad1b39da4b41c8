package backend

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/search"
)

// Mark is one step of the program's start.
type Mark struct {
	Step string  `json:"step"`
	MS   float64 `json:"ms"` // since the process began
}

// Trace follows the start of the program, from a backend that is open and not yet run, to the first hit of a query. It
// fails if a child or a runtime library is there before Ready.
func (b *Backend) Trace(ctx context.Context, began time.Time, query string, mark func(Mark)) error {
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
	hit := make(chan error, 1)
	go func() {
		answer, err := b.SearchWords(ctx, search.Request{Query: query, Limit: 1})
		if err == nil {
			note(fmt.Sprintf("first answer, %d hits", answer.Total))
		}
		hit <- err
	}()
	err := followStart(ctx, snapshots, note)
	if hitErr := <-hit; err == nil {
		err = hitErr
	}
	cancel()
	return errors.Join(err, <-ended)
}

// nothingHeavy says what is there that should not be before Ready.
func (b *Backend) nothingHeavy() error {
	if n := len(b.Supervisor.Snapshot().Workers); n > 0 {
		return fmt.Errorf("%d workers run before the program is ready; none should", n)
	}
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
