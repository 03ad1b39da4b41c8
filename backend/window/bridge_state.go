package window

import (
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
)

// shownLines is how many lines of the log a State carries.
const shownLines = 40

// Ready is called by the page when it has painted and takes keys; calls after the first only answer. From now on workers
// may start.
func (b *Bridge) Ready(ctx context.Context, m Marks) State {
	b.mu.Lock()
	first := !b.ready
	if first {
		b.ready, b.marks = true, m
		close(b.painted)
	}
	b.mu.Unlock()
	if p := b.attached.Load(); first && p != nil {
		b.start(p)
	}
	return b.State(ctx)
}

// Painted is closed when the page has painted: until then nothing else should take processor or memory.
func (b *Bridge) Painted() <-chan struct{} { return b.painted }

// start lets workers start.
func (b *Bridge) start(p *Parts) {
	p.Supervisor.Report(supervisor.Phase{Name: supervisor.PhaseWindow, State: supervisor.PhaseDone, Percent: 100})
	p.Supervisor.Ready()
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
		Seq: strconv.FormatUint(seq, 10), Version: b.deps.Version, Stage: b.counts.guess,
		Library: Library{Path: place(b.deps.Paths.Library)},
		Folders: []Folder{}, Candidates: b.candidates.list(), Appearance: b.appearance(),
	}
	p := b.attached.Load()
	if p == nil {
		s.Snapshot = noSnapshot()
		s.Snapshot.Log = lastLines(b.Log())
		s.Index.Remaining = -1
		s.Notices = b.notices.list(nil)
		return s
	}
	s.Snapshot = p.Supervisor.Snapshot()
	s.Snapshot.Log = lastLines(s.Snapshot.Log)
	s.Notices = b.notices.list(troubles(s.Snapshot))
	s.Library.ReadOnly = p.Store.ReadOnly()
	if n := b.counts.latest.Load(); n != nil {
		b.fillCounts(&s, n)
	}
	s.Index = b.index(p, b.counts.latest.Load())
	return s
}

// noSnapshot is what a supervisor that is not there yet would say: its lists are empty, not null.
func noSnapshot() supervisor.Snapshot {
	return supervisor.Snapshot{
		Version: supervisor.SnapshotVersion, Phases: []supervisor.Phase{}, Models: []supervisor.Model{}, OtherModels: []supervisor.Model{}, Workers: []supervisor.Worker{},
		Capabilities: []supervisor.Capability{}, Caches: []supervisor.Cache{}, Counters: map[string]int64{},
	}
}

// fillCounts adds what was counted last.
func (b *Bridge) fillCounts(s *State, n *numbers) {
	s.Stage = n.stage
	s.Library.Photos, s.Library.Files, s.Library.Seen = n.Photos, n.Files, n.seen
	s.Library.Pending, s.Library.Failed, s.Library.Favourite = n.Pending, n.Failed, n.favourite
	s.Library.Listing = n.listing
	for _, f := range n.folders {
		shown := Folder{
			ID: strconv.FormatInt(int64(f.ID), 10), Name: display(filepath.Base(f.Path)), Path: place(f.Path),
			Online: f.State == store.FolderOnline, Photos: n.perFolder[f.ID],
		}
		if !shown.Online {
			shown.Reason = sentence(f.Reason)
		}
		if !f.ScannedAt.IsZero() {
			shown.Scanned = f.ScannedAt.Format(time.RFC3339)
		}
		s.Folders = append(s.Folders, shown)
	}
}

// index says how far looking at photos is, here or in the process that does it.
func (b *Bridge) index(p *Parts, n *numbers) Index {
	x := Index{Remaining: -1, Scanning: n != nil && n.scanning}
	if k := b.counts.keeper.Load(); k != nil {
		x.Keeper = keeperName(k.Holder)
		x.Running, x.Paused = k.Index.State == supervisor.PhaseRunning, k.Index.State == supervisor.PhasePaused
		x.Done, x.Total, x.Rate = k.Index.Done, k.Index.Total, k.Index.Rate
		if k.Index.Remaining != nil {
			x.Remaining = *k.Index.Remaining
		}
		return x
	}
	progress := p.Indexer.Progress()
	x.Running, x.Paused, x.Done, x.Total, x.Failed = progress.Running, progress.Paused, progress.Done, progress.Total, progress.Failed
	x.Rate, x.Current = progress.Rate, display(progress.Current)
	if progress.Running && progress.Rate > 0 {
		x.Remaining = progress.Remaining.Seconds()
	}
	if b.isCancelled() {
		x.Running, x.Paused, x.Cancelled, x.Current, x.Rate, x.Remaining = false, false, true, "", 0, -1
	}
	return x
}

// keeperName names another process to a person.
func keeperName(h store.Holder) string {
	switch h.Purpose {
	case "watch":
		return fmt.Sprintf("another window or `pixel-detective watch` (process %d)", h.PID)
	case "index":
		return fmt.Sprintf("`pixel-detective index` (process %d)", h.PID)
	}
	return fmt.Sprintf("another process (%d)", h.PID)
}

func lastLines(lines []string) []string {
	shown := append([]string{}, lines[max(0, len(lines)-shownLines):]...)
	return shown
}

// Log returns the last lines of the log, oldest first.
func (b *Bridge) Log() []string {
	if b.deps.LogLines == nil {
		return []string{}
	}
	return append([]string{}, b.deps.LogLines()...)
}
