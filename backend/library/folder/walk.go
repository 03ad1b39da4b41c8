package folder

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"

	"pixeldetective/backend/library/store"
)

// Visitor is told what a walk sees, in one goroutine. An error from it ends the walk.
type Visitor interface {
	// Directory is called once for each directory that was read, also where it holds no photo: a directory before those
	// below it, those beside each other in the order of their bytes. rel is its path below the root, with '/'; "" for
	// the root. entries are its photos in the order of their bytes, and belong to the visitor.
	Directory(rel string, entries []store.Entry) error
	// Unreadable is called for a directory that is there but cannot be read; nothing is known of what is below it.
	Unreadable(rel string, err error) error
}

// Walk lists the photos below root, or below subtree in it ("" for all; with '/'). What it skips is in the package's
// documentation. A subtree that does not exist, or that a walk of the root would skip, has nothing in it. If the root
// cannot be looked at, or is not the same directory at the end as at the start, the error is an *OfflineError, and what
// the visitor saw may be incomplete.
func Walk(ctx context.Context, root, subtree string, v Visitor) error {
	return walker{root: root, subtree: subtree}.run(ctx, v)
}

// walker is a walk with hooks for those who keep more than rows.
type walker struct {
	root, subtree string
	resolved      func(root string, id identity)    // told the real root before anything is listed
	before        func(rel, path string)            // called before each directory is listed
	after         func(l *listing)                  // called after each was listed, in the same goroutine
	unmounted     func(rel string, empty bool) bool // says that a drive is known to be missing here
}

// readAhead is how many listings may wait for the visitor.
const readAhead = 32

func (w walker) run(ctx context.Context, v Visitor) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if w.subtree != "" && !filepath.IsLocal(filepath.FromSlash(w.subtree)) || strings.Trim(w.subtree, "/") != w.subtree {
		return fmt.Errorf("walking %q: the subtree %q is not a path below it", w.root, w.subtree)
	}
	top, id, err := resolveRoot(w.root)
	if err != nil {
		return err
	}
	if w.resolved != nil {
		w.resolved(top, id)
	}
	start, err := w.start(top, v)
	if err != nil {
		return err
	}
	var drives map[string]identity
	if start {
		if drives, err = w.descend(ctx, top, id, v); err != nil {
			return err
		}
	}
	if again, err := look(top); err != nil || again != id {
		return &OfflineError{Path: w.root, Reason: reasonAway}
	}
	for rel, id := range drives { // drives mounted below the root
		if again, err := look(below(top, rel)); err != nil || again != id {
			if err := v.Unreadable(rel, errors.New(reasonAway)); err != nil {
				return err
			}
		}
	}
	return nil
}

// start says whether there is anything to walk: a real directory at the subtree, without links on the way to it.
func (w walker) start(top string, v Visitor) (bool, error) {
	if w.subtree == "" {
		return true, nil
	}
	if skippedPath(w.subtree) {
		return false, nil
	}
	path := top
	for part := range strings.SplitSeq(w.subtree, "/") {
		path = below(path, part)
		if _, err := look(path); err != nil {
			if absent(err) {
				return false, nil
			}
			return false, v.Unreadable(w.subtree, err)
		}
	}
	return true, nil
}

// descend reads the directories in one goroutine while the visitor works in this one. It returns the drives that are
// mounted below the root.
func (w walker) descend(ctx context.Context, top string, id identity, v Visitor) (map[string]identity, error) {
	ctx, cancel := context.WithCancel(ctx)
	found := make(chan listing, readAhead)
	drives := map[string]identity{}
	go func() {
		defer close(found)
		w.read(ctx, top, id, found, drives)
	}()
	defer func() { // the reader has ended when descend has
		cancel()
		for range found { //nolint:revive // drained
		}
	}()
	for l := range found {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		switch {
		case l.err != nil && l.rel == "":
			return nil, offline(w.root, l.err)
		case l.err != nil && absent(l.err): // it went away after its parent was listed
		case l.err != nil:
			if err := v.Unreadable(l.rel, l.err); err != nil {
				return nil, err
			}
		default:
			if err := v.Directory(l.rel, l.entries); err != nil {
				return nil, err
			}
		}
	}
	return drives, ctx.Err()
}

// read lists the directories and sends them on, in order.
func (w walker) read(ctx context.Context, top string, id identity, found chan<- listing, drives map[string]identity) {
	type step struct {
		rel    string
		device uint64 // of the directory above
	}
	stack := []step{{w.subtree, id.device}}
	table := sync.OnceValue(mountTable)
	for len(stack) > 0 {
		next := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		path := below(top, next.rel)
		if w.before != nil {
			w.before(next.rel, path)
		}
		l := list(path, next.rel)
		if l.err == nil && w.driveMissing(l, path, table) {
			l = listing{rel: l.rel, err: errNothingMounted}
		}
		if w.after != nil {
			w.after(&l)
		}
		if l.err == nil && l.id.device != next.device {
			drives[l.rel] = l.id
		}
		for i := len(l.folders) - 1; i >= 0; i-- {
			stack = append(stack, step{join(next.rel, l.folders[i]), l.id.device})
		}
		select {
		case found <- l:
		case <-ctx.Done():
			return
		}
	}
}

// errNothingMounted is the reason of a mount point without its drive.
var errNothingMounted = errors.New(reasonEmpty)

// driveMissing says whether a directory is an empty mount point whose drive is not there.
func (w walker) driveMissing(l listing, path string, table func() map[string]bool) bool {
	if w.unmounted != nil && w.unmounted(l.rel, l.empty) {
		return true
	}
	return l.empty && nothingMounted(path, l.id, table())
}

// below is the path of rel in the directory at top.
func below(top, rel string) string {
	if rel == "" {
		return top
	}
	if top[len(top)-1] == filepath.Separator { // the root of a file system
		return top + filepath.FromSlash(rel)
	}
	return top + string(filepath.Separator) + filepath.FromSlash(rel)
}

// join puts a name behind a path with '/'.
func join(rel, name string) string {
	if rel == "" {
		return name
	}
	return rel + "/" + name
}

// parent is the path above rel; "" for the root's own children.
func parent(rel string) string {
	if i := strings.LastIndexByte(rel, '/'); i >= 0 {
		return rel[:i]
	}
	return ""
}
