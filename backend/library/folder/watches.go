package folder

import (
	"os"
	"path/filepath"
)

func isSeparator(c byte) bool    { return os.IsPathSeparator(c) }
func slashed(path string) string { return filepath.ToSlash(path) }

// watches keeps the system's watches in step with the nodes: a node is watched under its own path, and a directory under
// one path only.
type watches struct {
	from    notifier // nil if the system gave none
	byID    map[identity]*node
	limited bool // the system has refused a watch since all could be had
	left    []place
}

// place is a path that a directory has left without its rows having been looked at since.
type place struct {
	tree *tree
	rel  string
}

// set gives a node its watch. A node that cannot have one becomes loose, unless one above it is.
func (w *watches) set(n *node, path string) {
	if n.covered() {
		return
	}
	if other := w.byID[n.id]; other != nil && other != n {
		// The system has one watch for a directory, whatever its path. Either the directory moved, and the watch still
		// goes by the old path; or it is in two places at once, by a bind mount.
		if id, err := look(other.path()); err == nil && id == n.id {
			n.tree.loose[n] = struct{}{}
			return
		}
		w.left = append(w.left, place{other.tree, other.rel()})
		w.drop(other)
	}
	switch err := w.from.Add(path); {
	case err == nil:
		n.watched = true
		w.byID[n.id] = n
		delete(n.tree.loose, n)
	case absent(err):
	case os.IsPermission(err): // it cannot be listed either, and its parent's watch tells when that changes
	default:
		w.limited = w.limited || exhausted(err)
		n.tree.loose[n] = struct{}{}
	}
}

// drop forgets a node and all below it.
func (w *watches) drop(n *node) {
	if n == nil {
		return
	}
	for _, child := range n.children {
		w.drop(child)
	}
	if n.watched {
		// An error means that the system has dropped it first.
		_ = w.from.Remove(n.path())
	}
	if w.byID[n.id] == n {
		delete(w.byID, n.id)
	}
	delete(n.tree.loose, n)
	switch {
	case n.parent != nil && n.parent.children[n.name] == n:
		delete(n.parent.children, n.name)
	case n.tree.top == n:
		n.tree.top = nil
	}
}

// prune forgets the nodes at and below n that the round did not see.
func (w *watches) prune(n *node, round uint64) {
	if n == nil {
		return
	}
	if n.seen != round {
		w.drop(n)
		return
	}
	for _, child := range n.children {
		w.prune(child, round)
	}
}
