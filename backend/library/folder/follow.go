package folder

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/logging"
)

// follower owns what the watcher knows. What goes wrong in a folder is kept in its tree (stale) and said, and tried again
// at the next tick; so most of its methods return no error.
// All its methods run in the goroutine of Watcher.Run, but for the hooks that a walk
// calls from its reader while that goroutine waits for it.
type follower struct {
	o       Options
	st      rows
	now     func() time.Time
	network func(path string) string
	watches watches
	trees   map[store.FolderID]*tree
	said    map[noteKey]string
	settle  *time.Timer
	waiting bool // settle runs
	more    bool // something changed since it was set
}

// maxLoose is how many directories of a folder are looked at one by one before the whole folder is.
const maxLoose = 32

// restShare: a look at what cannot be watched is followed by a rest of at least this many times its length.
const restShare = 5

// relist makes the list of trees equal the list of folders. New folders are scanned.
func (f *follower) relist(ctx context.Context) error {
	folders, err := f.st.Folders(ctx)
	if err != nil {
		f.trouble(ctx, 0, "reading the list of folders", err)
		return fmt.Errorf("reading the list of folders: %w", err)
	}
	f.mended(0)
	known := map[store.FolderID]bool{}
	for _, folder := range folders {
		known[folder.ID] = true
		t := f.trees[folder.ID]
		if t != nil && t.folder.Path == folder.Path {
			t.folder = folder
			continue
		}
		if t != nil {
			f.watches.drop(t.top)
		}
		t = &tree{folder: folder, loose: map[*node]struct{}{}, unplugged: map[string]struct{}{}}
		f.trees[folder.ID] = t
		_, _ = f.scan(ctx, t, "")
	}
	for id, t := range f.trees {
		if !known[id] {
			f.watches.drop(t.top)
			delete(f.trees, id)
		}
	}
	return nil
}

// each calls do for every tree, in the order of the folders' numbers.
func (f *follower) each(ctx context.Context, do func(*tree)) {
	ids := make([]store.FolderID, 0, len(f.trees))
	for id := range f.trees {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	for _, id := range ids {
		if ctx.Err() == nil {
			do(f.trees[id])
		}
	}
}

// tick looks at the list of folders, at folders that were away or have been exchanged, and at what has no watch.
func (f *follower) tick(ctx context.Context) {
	if f.relist(ctx) != nil {
		return
	}
	f.each(ctx, func(t *tree) {
		root, id, err := resolveRoot(t.folder.Path)
		away := t.folder.State == store.FolderOffline
		switch {
		case err != nil && away:
			return
		case err != nil, away, t.stale, root != t.root, f.unseen(t), t.top != nil && (t.top.id != id || t.top.moved):
			_, _ = f.scan(ctx, t, "")
		case f.unwatched(t) && f.now().Sub(t.scanned) >= restShare*t.took:
			f.scanLoose(ctx, t)
		}
	})
}

// unseen says that the folder should be watched and nothing of it is.
func (f *follower) unseen(t *tree) bool {
	return f.watches.from != nil && t.network == "" && t.top == nil
}

// unwatched says whether a part of the folder has to be looked at every few seconds.
func (f *follower) unwatched(t *tree) bool {
	return f.watches.from == nil || t.network != "" || len(t.loose) > 0
}

// scanLoose looks at what has no watch.
func (f *follower) scanLoose(ctx context.Context, t *tree) {
	start := f.now()
	if f.watches.from == nil || t.network != "" || len(t.loose) > maxLoose {
		_, _ = f.scan(ctx, t, "")
	} else {
		var rels []string
		for n := range t.loose {
			rels = append(rels, n.rel())
		}
		slices.Sort(rels)
		for _, rel := range rels {
			_, _ = f.scan(ctx, t, rel)
		}
	}
	t.scanned = f.now()
	t.took = t.scanned.Sub(start)
}

// scanLeft looks at the places that directories have left for other ones.
func (f *follower) scanLeft(ctx context.Context) {
	for len(f.watches.left) > 0 && ctx.Err() == nil {
		next := f.watches.left[0]
		f.watches.left = f.watches.left[1:]
		if f.trees[next.tree.folder.ID] == next.tree {
			_, _ = f.scan(ctx, next.tree, next.rel)
		}
	}
}

// scanAsked does the scan that somebody asked for.
func (f *follower) scanAsked(ctx context.Context, r request) (store.ReconcileResult, error) {
	t := f.trees[r.folder.ID]
	if t == nil || t.folder.Path != r.folder.Path {
		if err := f.relist(ctx); err != nil {
			return store.ReconcileResult{}, err
		}
		if t = f.trees[r.folder.ID]; t == nil {
			return store.ReconcileResult{}, fmt.Errorf("scanning %q: %w", r.folder.Path, store.ErrUnknownFolder)
		}
	}
	return f.scan(ctx, t, r.subtree)
}

// scan brings the rows of a subtree up to date, and its watches. An error has been noted in the tree and said.
func (f *follower) scan(ctx context.Context, t *tree, rel string) (store.ReconcileResult, error) {
	if err := ctx.Err(); err != nil {
		return store.ReconcileResult{}, err
	}
	if f.unseen(t) {
		rel = ""
	}
	t.round++
	start := f.now()
	result, err := scan(ctx, f.st, t.folder, f.walker(t, rel), f.now)
	var off *OfflineError
	switch {
	case err == nil:
		f.watches.prune(t.find(rel), t.round)
		t.stale = t.stale && rel != ""
		if t.folder.State == store.FolderOffline {
			t.folder.State, t.folder.Reason = store.FolderOnline, ""
		}
		if f.clear(NoteOffline, t.folder.ID) {
			f.say(NoteOnline, t.folder.ID, fmt.Sprintf("The folder %s is there again.", logging.Escape(t.folder.Path)))
		}
		f.mended(t.folder.ID)
		if rel == "" {
			t.scanned, t.took = f.now(), f.now().Sub(start)
		}
		f.changed(result)
	case errors.As(err, &off):
		f.watches.drop(t.top)
		t.stale = false
		t.folder.State, t.folder.Reason = store.FolderOffline, off.Reason
		f.clear(NoteOnline, t.folder.ID)
		f.say(NoteOffline, t.folder.ID, fmt.Sprintf("The folder %s is offline: %s. Its photos stay in the library.",
			logging.Escape(t.folder.Path), off.Reason))
	case errors.Is(err, store.ErrUnknownFolder):
		t.stale = true // it was taken out meanwhile; the next look at the list of folders drops it
	default:
		t.stale = true
		f.trouble(ctx, t.folder.ID, "bringing the library up to date", err)
	}
	return result, err
}

// walker is a walk that watches each directory before it is listed.
func (f *follower) walker(t *tree, rel string) walker {
	return walker{
		root: t.folder.Path, subtree: rel,
		resolved: func(root string, id identity) {
			if t.root != root {
				f.watches.drop(t.top)
				t.root = root
			}
			t.network = f.network(root)
			if t.network != "" {
				f.watches.drop(t.top)
				f.say(NoteNetwork, t.folder.ID, fmt.Sprintf("The folder %s is on a network drive or the like (%s), where changes "+
					"are not reported; it is looked at every %s.", logging.Escape(root), t.network, f.o.Settings.RescanEvery))
			}
			onDrive := f.isDrive(root, id)
			if t.onDrive && !onDrive {
				t.unplugged[""] = struct{}{}
			} else if onDrive {
				delete(t.unplugged, "")
			}
			t.onDrive = onDrive
		},
		before: func(rel, path string) {
			if f.watches.from != nil && t.network == "" {
				f.enter(t, rel, path)
			}
		},
		after: func(l *listing) {
			n := t.find(l.rel)
			if n != nil && l.err == nil && n.id != l.id { // exchanged between watching and listing
				n.moved, t.stale = true, true
			}
		},
		unmounted: func(rel string, empty bool) bool {
			_, gone := t.unplugged[rel]
			if gone && !empty {
				delete(t.unplugged, rel)
			}
			return gone && empty
		},
	}
}

// enter makes sure that a directory has a node and, where that is possible, a watch.
func (f *follower) enter(t *tree, rel, path string) {
	id, err := look(path)
	if err != nil {
		return
	}
	n := t.find(rel)
	if n != nil && (n.id != id || n.moved) {
		if n.id.device != n.deviceAbove() && id.device == n.deviceAbove() {
			t.unplugged[rel] = struct{}{}
		}
		f.watches.drop(n)
		n = nil
	}
	if n == nil {
		if n = t.add(rel, id); n == nil {
			return
		}
	}
	n.seen = t.round
	if n.watched {
		return
	}
	if id.device != n.deviceAbove() {
		delete(t.unplugged, rel)
		if kind := f.network(path); kind != "" {
			if !n.covered() {
				t.loose[n] = struct{}{}
			}
			f.say(NoteNetwork, t.folder.ID, fmt.Sprintf("The folder %s is on a network drive or the like (%s), where changes "+
				"are not reported; it is looked at every %s.", logging.Escape(path), kind, f.o.Settings.RescanEvery))
			return
		}
	}
	f.watches.set(n, path)
}

// isDrive says whether something is mounted at the directory.
func (f *follower) isDrive(path string, id identity) bool {
	above, err := look(below(path, ".."))
	return err == nil && above.device != id.device
}
