package folder

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/store"
)

// NoteKind says what a note is about.
type NoteKind string

// The kinds of notes.
const (
	NoteLimit    NoteKind = "limit"    // the system allows no more watches; a part is looked at every few seconds
	NoteNetwork  NoteKind = "network"  // a file system that cannot be watched
	NoteOverflow NoteKind = "overflow" // events were lost, everything is looked at again
	NoteOffline  NoteKind = "offline"  // a folder is not there
	NoteOnline   NoteKind = "online"   // it is there again
	NoteWatched  NoteKind = "watched"  // everything can be watched again
	NoteTrouble  NoteKind = "trouble"  // the library could not be read or written; it is tried again
	NoteMended   NoteKind = "mended"   // it can be again
)

// Note is something that the user should know about the watching. Each is said once, until it changes.
type Note struct {
	Kind   NoteKind
	Folder store.FolderID // 0: all folders
	Text   string         // sentences: what, why, what to do
}

// Options are what a watcher needs. OnChange and Report are never called at the same
// time, must not block, and may be nil.
type Options struct {
	Store    *store.Store
	Log      zerolog.Logger
	Settings config.Indexing // RescanEvery, ReconcileEvery, SettleAfter
	// OnChange is called when rows have changed, and once more when what had just been written has settled (Settled).
	OnChange func()
	// Report is told what the user should know; without it, Log is.
	Report func(Note)
}

// Watcher keeps the rows of all folders equal to what is on disk.
type Watcher struct {
	o       Options
	refresh chan struct{}
	asked   chan request
	// What tests exchange.
	st          rows
	newNotifier func() (notifier, error)
	network     func(path string) string
}

// NewWatcher makes a watcher; it starts nothing.
func NewWatcher(o Options) *Watcher {
	defaults := config.Default().Indexing
	if o.Settings.RescanEvery <= 0 {
		o.Settings.RescanEvery = defaults.RescanEvery
	}
	if o.Settings.ReconcileEvery <= 0 {
		o.Settings.ReconcileEvery = defaults.ReconcileEvery
	}
	return &Watcher{
		o: o, refresh: make(chan struct{}, 1), asked: make(chan request),
		st: stored{o.Store}, newNotifier: newNative, network: networkFileSystem,
	}
}

// Refresh makes the watcher look at the list of folders soon; without it, it does so every RescanEvery.
func (w *Watcher) Refresh() {
	select {
	case w.refresh <- struct{}{}:
	default:
	}
}

// request is a scan that somebody asked for.
type request struct {
	folder  store.Folder
	subtree string
	answer  chan<- answer // has room for one
}

type answer struct {
	result store.ReconcileResult
	err    error
}

// Scan is like the function of this name, while the watcher runs: scans of one folder at the same time would write what
// they saw in another order than they saw it. It waits until Run gets to it, or until ctx ends.
func (w *Watcher) Scan(ctx context.Context, folder store.Folder, subtree string) (store.ReconcileResult, error) {
	done := make(chan answer, 1)
	select {
	case w.asked <- request{folder, subtree, done}:
	case <-ctx.Done():
		return store.ReconcileResult{}, ctx.Err()
	}
	select {
	case a := <-done:
		return a.result, a.err
	case <-ctx.Done():
		return store.ReconcileResult{}, ctx.Err()
	}
}

// Run scans all folders, then watches them, until ctx ends; then it returns nil. The caller holds the store's lease.
func (w *Watcher) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	f := &follower{
		o: w.o, st: w.st, now: time.Now, network: w.network,
		trees: map[store.FolderID]*tree{}, said: map[noteKey]string{},
		settle: time.NewTimer(time.Hour), watches: watches{byID: map[identity]*node{}},
	}
	defer f.settle.Stop()
	var batches <-chan batch
	source, err := w.newNotifier()
	if err != nil {
		f.say(NoteLimit, 0, fmt.Sprintf("The folders cannot be watched (%v), so they are looked at every %s instead, which costs time. "+
			"If the system's limit is the reason, allow more: sudo sysctl fs.inotify.max_user_instances=512", err, w.o.Settings.RescanEvery))
	} else {
		f.watches.from = source
		c := newCollector(source)
		batches = c.out
		var collecting sync.WaitGroup
		collecting.Go(func() { c.run(ctx) })
		defer func() {
			_ = source.Close()
			collecting.Wait()
		}()
	}
	defer cancel()
	tick := time.NewTicker(w.o.Settings.RescanEvery)
	defer tick.Stop()
	hourly := time.NewTicker(w.o.Settings.ReconcileEvery)
	defer hourly.Stop()
	_ = f.relist(ctx) // said, and tried again at the next tick
	for {
		f.scanLeft(ctx)
		f.sayLimit()
		select {
		case <-ctx.Done():
			return nil
		case b := <-batches:
			f.handle(ctx, b)
		case <-tick.C:
			f.tick(ctx)
		case <-w.refresh:
			_ = f.relist(ctx)
		case r := <-w.asked:
			result, err := f.scanAsked(ctx, r)
			r.answer <- answer{result, err}
		case <-hourly.C:
			f.each(ctx, func(t *tree) { _, _ = f.scan(ctx, t, "") }) // errors are kept in the tree and said
		case <-f.settle.C:
			f.settled()
		}
	}
}
