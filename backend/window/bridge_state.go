package window

import (
	"context"
	"strconv"
)

// Ready is called by the page when it has painted and takes keys; calls after the first only answer. From now on workers
// may start.
func (b *Bridge) Ready(ctx context.Context, m Marks) State {
	b.mu.Lock()
	first := !b.ready
	if first {
		b.ready, b.marks = true, m
	}
	b.mu.Unlock()
	if p := b.attached.Load(); first && p != nil {
		p.Supervisor.Ready()
	}
	return b.State(ctx)
}

// Marks returns the moments of the page's start, once Ready was called.
func (b *Bridge) Marks() (Marks, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.marks, b.ready
}

// State returns all that the page needs to draw itself anew. It waits for nothing.
func (b *Bridge) State(context.Context) State {
	b.mu.Lock()
	seq := b.seq
	b.mu.Unlock()
	s := State{
		Seq: strconv.FormatUint(seq, 10), Version: b.deps.Version, Stage: StageStart,
		Folders: []Folder{}, Candidates: []Candidate{}, Notices: []Notice{},
		Appearance: Appearance{Theme: "system"},
	}
	if p := b.attached.Load(); p != nil {
		s.Snapshot = p.Supervisor.Snapshot()
	}
	return s
}

// Log returns the last lines of the log, oldest first.
func (b *Bridge) Log() []string {
	if b.deps.LogLines == nil {
		return []string{}
	}
	return b.deps.LogLines()
}
