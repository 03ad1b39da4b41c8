package folder

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"pixeldetective/backend/library/store"
)

// maxSubtrees is how many subtrees of a folder one batch may scan before it scans the whole folder.
const maxSubtrees = 200

// handle does what a batch of events asks for.
func (f *follower) handle(ctx context.Context, b batch) {
	if b.all {
		why := "too much happened at once"
		if b.cause != nil {
			why = plainReason(b.cause)
		}
		f.clear(NoteOverflow, 0)
		f.say(NoteOverflow, 0, "Some changes of the watched folders were not reported ("+why+"); all of them are looked at again.")
		f.each(ctx, func(t *tree) {
			if t.folder.State != store.FolderOffline {
				_, _ = f.scan(ctx, t, "")
			}
		})
		return
	}
	f.each(ctx, func(t *tree) {
		w := work{t: t, dirs: map[string]bool{}, subtrees: map[string]bool{}}
		for path := range b.moved {
			if rel, mine := t.relOf(path); mine {
				w.suspect(rel)
			}
		}
		for path := range b.dirs {
			if rel, mine := t.relOf(path); mine {
				w.dirty(rel)
			}
		}
		f.catchUp(ctx, &w)
	})
}

// work is what is to be done in one folder for one batch.
type work struct {
	t        *tree
	dirs     map[string]bool // to be listed; false once that is done
	subtrees map[string]bool // to be scanned with all below
	whole    bool            // the whole folder
}

// suspect notes that the watch of a directory cannot be relied on.
func (w *work) suspect(rel string) {
	n := w.t.find(rel)
	switch {
	case n == nil:
	case n == w.t.top:
		n.moved, w.whole = true, true
	default:
		n.moved = true
		w.dirty(parent(rel))
	}
}

// dirty asks for a directory to be listed; for the nearest known one above it, if it is not known.
func (w *work) dirty(rel string) {
	n := w.t.find(rel)
	for n == nil && rel != "" {
		rel = parent(rel)
		n = w.t.find(rel)
	}
	switch {
	case n == nil: // nothing of this folder is watched
	case !n.watched:
		w.subtrees[rel] = true
	default:
		if _, known := w.dirs[rel]; !known {
			w.dirs[rel] = true
		}
	}
}

// catchUp lists the dirty directories of a folder, then scans the subtrees that turned out to be new, gone or exchanged.
func (f *follower) catchUp(ctx context.Context, w *work) {
	if len(w.dirs) == 0 && len(w.subtrees) == 0 && !w.whole {
		return
	}
	if len(w.dirs) > 0 && !w.whole {
		result, err := f.relistDirectories(ctx, w)
		if err != nil {
			w.t.stale = true
			f.trouble(ctx, w.t.folder.ID, "bringing the library up to date", err)
			return
		}
		f.changed(result)
	}
	if w.whole || len(w.subtrees) > maxSubtrees {
		_, _ = f.scan(ctx, w.t, "")
		return
	}
	last := ""
	for i, rel := range slices.Sorted(maps.Keys(w.subtrees)) {
		if i > 0 && strings.HasPrefix(rel, last+"/") {
			continue // its parent was scanned
		}
		last = rel
		_, _ = f.scan(ctx, w.t, rel)
	}
}

// relistDirectories lists the dirty directories, and those above them that turn out to be dirty too.
func (f *follower) relistDirectories(ctx context.Context, w *work) (store.ReconcileResult, error) {
	r, err := f.st.begin(ctx, w.t.folder.ID, "")
	if err != nil {
		return store.ReconcileResult{}, err
	}
	for {
		var todo []string
		for rel, open := range w.dirs {
			if open {
				todo = append(todo, rel)
			}
		}
		if len(todo) == 0 || w.whole {
			return r.Keep(ctx)
		}
		slices.Sort(todo)
		for _, rel := range todo {
			w.dirs[rel] = false
			n := w.t.find(rel)
			if n == nil || w.subtrees[rel] {
				continue
			}
			if err := f.relistDirectory(ctx, w, n, rel, r); err != nil {
				r.Abandon()
				return store.ReconcileResult{}, err
			}
		}
	}
}

func (f *follower) relistDirectory(ctx context.Context, w *work, n *node, rel string, r reconcile) error {
	path := n.path()
	l := list(path, rel)
	switch {
	case l.err != nil && absent(l.err), l.err == nil && l.id != n.id:
		w.suspect(rel) // another directory is there now, or none: its parent knows more
		return nil
	case l.err != nil && rel == "", l.empty && rel == "":
		w.whole = true // offline, perhaps
		return nil
	case l.err != nil:
		return r.Unreadable(ctx, rel, plainReason(l.err))
	case l.empty && nothingMounted(path, l.id, mountTable()):
		return r.Unreadable(ctx, rel, reasonEmpty)
	}
	names := make(map[string]bool, len(l.folders))
	for _, name := range l.folders {
		names[name] = true
		child := n.children[name]
		if child == nil || child.moved || !child.watched && !w.t.isLoose(child) || f.exchanged(child, path, name) {
			w.subtrees[join(rel, name)] = true
		}
	}
	for name, child := range n.children {
		if !names[name] {
			child.moved = true
			w.subtrees[join(rel, name)] = true
		}
	}
	if err := r.Directory(ctx, rel, l.entries); err != nil {
		return fmt.Errorf("merging the listing of a directory: %w", err)
	}
	return nil
}

// exchanged says whether another directory than the known one has the name now.
func (f *follower) exchanged(child *node, path, name string) bool {
	id, err := look(below(path, name))
	return err != nil || id != child.id
}
