package folder

import (
	"strings"
	"time"

	"pixeldetective/backend/library/store"
)

// tree is what the watcher knows of one folder.
type tree struct {
	folder store.Folder
	root   string // the real path, links followed; "" before it was seen
	top    *node  // nil if nothing is watched
	// loose are the directories without a watch whose parent has one, or that have no parent: they and all below them are
	// looked at every few seconds.
	loose     map[*node]struct{}
	unplugged map[string]struct{} // directories that were mount points and are none now
	onDrive   bool                // the folder itself was a mount point when it was last seen
	network   string              // the kind of network file system the folder lies on; "" for a local one
	stale     bool                // the last scan failed; the next tick tries again
	round     uint64              // number of the current scan
	scanned   time.Time           // end of the last scan of what is loose
	took      time.Duration       // how long it took
}

// node is one directory that the watcher has seen.
type node struct {
	tree     *tree
	parent   *node // nil for the top
	name     string
	id       identity
	watched  bool
	moved    bool   // an event said that something happened to the directory itself: its watch cannot be relied on
	seen     uint64 // the round that saw it last
	children map[string]*node
}

// find returns the node of a path below the root; nil if there is none.
func (t *tree) find(rel string) *node {
	n := t.top
	if rel == "" || n == nil {
		return n
	}
	for part := range strings.SplitSeq(rel, "/") {
		if n = n.children[part]; n == nil {
			return nil
		}
	}
	return n
}

// add makes the node of a path whose parent has one; nil if the parent has none.
func (t *tree) add(rel string, id identity) *node {
	n := &node{tree: t, id: id}
	if rel == "" {
		t.top = n
		return n
	}
	above := t.find(parent(rel))
	if above == nil {
		return nil
	}
	n.parent, n.name = above, rel[strings.LastIndexByte(rel, '/')+1:]
	if above.children == nil {
		above.children = map[string]*node{}
	}
	above.children[n.name] = n
	return n
}

// rel is the node's path below the root.
func (n *node) rel() string {
	var parts []string
	for ; n.parent != nil; n = n.parent {
		parts = append(parts, n.name)
	}
	var b strings.Builder
	for i := len(parts) - 1; i >= 0; i-- {
		b.WriteString(parts[i])
		if i > 0 {
			b.WriteByte('/')
		}
	}
	return b.String()
}

// path is where the node was when it was seen.
func (n *node) path() string { return below(n.tree.root, n.rel()) }

// device is the file system above the node; its own for the top.
func (n *node) deviceAbove() uint64 {
	if n.parent == nil {
		return n.id.device
	}
	return n.parent.id.device
}

// covered says that a directory above has no watch, so that whoever looks there looks here too.
func (n *node) covered() bool { return n.parent != nil && !n.parent.watched }

// relOf is the path of an absolute path below the tree's root.
func (t *tree) relOf(path string) (string, bool) {
	switch {
	case t.root == "":
		return "", false
	case path == t.root:
		return "", true
	case strings.HasSuffix(t.root, "/") && strings.HasPrefix(path, t.root):
		return path[len(t.root):], true
	case len(path) > len(t.root) && strings.HasPrefix(path, t.root) && isSeparator(path[len(t.root)]):
		return slashed(path[len(t.root)+1:]), true
	}
	return "", false
}

// isLoose says whether the node is looked at every few seconds.
func (t *tree) isLoose(n *node) bool {
	_, loose := t.loose[n]
	return loose
}
