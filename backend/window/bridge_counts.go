package window

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/internal/pause"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
)

const (
	// lookEvery is how often it is looked for commits, of this and of other processes.
	lookEvery = 200 * time.Millisecond
	// keeperEvery is how often it is looked who keeps the library.
	keeperEvery = time.Second
	// restShare: a reading of the numbers is followed by a rest of at least this many times its length, so that a library
	// of any size costs no more than a tenth of a processor while it changes.
	restShare = 10
	// folderRestShare is the same for the numbers of each folder, which cost a look at every file.
	folderRestShare = 50
	// retryAfter is how long to wait when the library could not be read.
	retryAfter = 5 * time.Second
)

// counts are the numbers of the library, as they were read last.
type counts struct {
	latest atomic.Pointer[numbers]
	keeper atomic.Pointer[Keeper] // another process; nil: none
	// decided counts the changes of decisions that were seen.
	decided atomic.Uint64
	changed chan struct{} // holds a token when the numbers are to be read anew
	// guess is the stage until the first reading.
	guess Stage
}

// settledBytes is what the index of a library takes that has some photos; a new one has a third of it.
const settledBytes = 1 << 20

// guessStage says which stage most likely fits the library in a folder that is not open yet, so that who has one is not
// shown Start for a moment.
func guessStage(library string) Stage {
	if info, err := os.Stat(filepath.Join(library, "index.db")); err == nil && info.Size() >= settledBytes {
		return StageLibrary
	}
	return StageStart
}

// numbers are one reading.
type numbers struct {
	store.Counts
	seen      int64
	favourite int64
	waiting   int64 // files that can be reached
	scanning  bool
	folders   []store.Folder
	perFolder map[store.FolderID]int64
	listing   string
	stage     Stage
}

// followCounts reads the numbers whenever they may have changed, until ctx ends.
func (b *Bridge) followCounts(ctx context.Context, p *Parts) error {
	kick := func() error { b.recount(); return nil }
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		return b.insist(ctx, func() error {
			return p.Store.Follow(ctx, lookEvery, func(int64) error { return kick() })
		})
	})
	group.Go(func() error {
		return b.insist(ctx, func() error {
			return p.Store.FollowDecisions(ctx, lookEvery, func() error {
				b.counts.decided.Add(1)
				return kick()
			})
		})
	})
	group.Go(func() error { return b.followKeeper(ctx, p) })
	group.Go(func() error { return b.readCounts(ctx, p) })
	return group.Wait()
}

// recount has the numbers read anew. It never waits.
func (b *Bridge) recount() {
	select {
	case b.counts.changed <- struct{}{}:
	default:
	}
}

// noticeUnreadable says that the library cannot be read now.
const noticeUnreadable = "library:read"

// insist does something that goes on until ctx ends, and again after a while where it fails.
func (b *Bridge) insist(ctx context.Context, do func() error) error {
	for {
		err := do()
		if ctx.Err() != nil {
			return nil
		}
		if err != nil {
			b.deps.Log.Warn().Err(err).Msg("the library cannot be followed; it is tried again")
			b.Notify(Notice{ID: noticeUnreadable, Level: LevelWarning, Text: sentence(err.Error()), Remedy: "It is tried again every few seconds."})
		}
		if !pause.For(ctx, retryAfter) {
			return nil
		}
	}
}

// readCounts reads the numbers after each change, with a rest in between.
func (b *Bridge) readCounts(ctx context.Context, p *Parts) error {
	reader := countReader{parts: p, decided: &b.counts.decided}
	var again <-chan time.Time // when the numbers of each folder are read that were not
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.counts.changed:
		case <-again:
		}
		again = nil
		began := time.Now()
		n, err := reader.read(ctx)
		rest := max(lookEvery, restShare*time.Since(began))
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			b.deps.Log.Warn().Err(err).Msg("the numbers of the library cannot be read; it is tried again")
			b.Notify(Notice{ID: noticeUnreadable, Level: LevelWarning, Text: sentence(err.Error()), Remedy: "It is tried again every few seconds."})
			rest = retryAfter
			b.recount() // nothing else may change
		default:
			b.Clear(noticeUnreadable)
			n.stage = nextStage(b.counts.latest.Load(), n, b.isCancelled())
			b.counts.latest.Store(n)
			p.Supervisor.Report(scanPhase(n))
			b.touch()
			if reader.owed {
				again = time.After(time.Until(reader.folderAt))
			}
		}
		if !pause.For(ctx, rest) {
			return nil
		}
	}
}

// countReader reads numbers. What costs more is read less often.
type countReader struct {
	parts     *Parts
	decided   *atomic.Uint64
	perFolder map[store.FolderID]int64
	folderAt  time.Time // before it, perFolder is not read anew
	owed      bool      // perFolder may have changed since it was read
}

func (r *countReader) read(ctx context.Context) (*numbers, error) {
	p, n := r.parts, &numbers{}
	var ref photo.ModelRef
	if model, err := p.Supervisor.ImageModel(); err == nil {
		ref = model.Ref()
	}
	// The name of the listing is older than what it names, never newer.
	seq, err := p.Store.Seq(ctx)
	if err != nil {
		return nil, err
	}
	n.listing = strconv.FormatInt(seq, 36) + "." + strconv.FormatUint(r.decided.Load(), 36)
	if n.Counts, err = p.Store.Count(ctx, ref); err != nil {
		return nil, err
	}
	n.seen = n.Seen
	if n.favourite, err = p.Store.FavouriteCount(ctx); err != nil {
		return nil, err
	}
	waiting, err := p.Store.PendingTotals(ctx)
	if err != nil {
		return nil, err
	}
	n.waiting = waiting.Files
	if n.folders, err = p.Store.Folders(ctx); err != nil {
		return nil, err
	}
	wishes, err := p.Store.OpenScanRequests(ctx)
	if err != nil {
		return nil, err
	}
	n.scanning = wishes > 0
	for _, f := range n.folders {
		n.scanning = n.scanning || f.State == store.FolderOnline && f.ScannedAt.IsZero()
	}
	if err := r.readFolders(ctx, n); err != nil {
		return nil, err
	}
	n.perFolder = r.perFolder
	return n, nil
}

// readFolders counts the photos of each folder.
func (r *countReader) readFolders(ctx context.Context, n *numbers) error {
	now := time.Now()
	r.owed = false
	switch {
	case len(n.folders) == 1:
		r.perFolder = map[store.FolderID]int64{n.folders[0].ID: n.Photos}
	case now.Before(r.folderAt):
		r.owed = true
	default:
		counts, err := r.parts.Store.FolderCounts(ctx)
		if err != nil {
			return err
		}
		r.perFolder = counts
		r.folderAt = now.Add(folderRestShare * time.Since(now))
	}
	return nil
}

// scanPhase is how far looking through the folders is.
func scanPhase(n *numbers) supervisor.Phase {
	phase := supervisor.Phase{Name: supervisor.PhaseScan, State: supervisor.PhaseDone, Percent: 100, Done: n.Files, Unit: "files"}
	if n.scanning {
		phase.State, phase.Percent, phase.Message = supervisor.PhaseRunning, 0, "Looking through your folders"
	}
	return phase
}

// same says whether two keepers are one and say the same of themselves.
func (k *Keeper) same(other *Keeper) bool {
	if k == nil || other == nil {
		return k == other
	}
	a, b := *k, *other
	if (a.Index.Remaining == nil) != (b.Index.Remaining == nil) || a.Index.Remaining != nil && *a.Index.Remaining != *b.Index.Remaining {
		return false
	}
	a.Index.Remaining, b.Index.Remaining = nil, nil
	return a == b
}

// followKeeper looks which other process keeps the library.
func (b *Bridge) followKeeper(ctx context.Context, p *Parts) error {
	if p.Kept == nil {
		return nil
	}
	for {
		var keeper *Keeper
		if k, kept := p.Kept(); kept {
			keeper = &k
		}
		was := b.counts.keeper.Swap(keeper)
		if !was.same(keeper) {
			b.touch()
		}
		if was != nil && keeper == nil { // what it left is ours to do
			b.recount()
		}
		if !pause.For(ctx, keeperEvery) {
			return nil
		}
	}
}

// nextStage follows the rule of the stages: preparing from when more than half of the files wait to be read, until less
// than a quarter does.
func nextStage(was, n *numbers, cancelled bool) Stage {
	if len(n.folders) == 0 {
		return StageStart
	}
	fresh := n.Files == 0 && n.scanning
	preparing := fresh || 2*n.waiting > n.Files
	if was != nil && was.stage == StagePreparing {
		preparing = fresh || 4*n.waiting >= n.Files && n.waiting > 0
	}
	if preparing && !(cancelled && n.Photos > 0) {
		return StagePreparing
	}
	return StageLibrary
}
