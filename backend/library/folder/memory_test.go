package folder

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pixeldetective/backend/library/store"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memory is a store of rows in memory, by the same rules as the real one. The real one is used in stored_test.go.
type memory struct {
	mu      sync.Mutex
	folders []store.Folder
	dirs    map[store.FolderID]map[string][]store.Entry
	refuse  error // what begin answers; nil: nothing is wrong
}

func newMemory(roots ...string) *memory {
	m := &memory{dirs: map[store.FolderID]map[string][]store.Entry{}}
	for _, root := range roots {
		m.add(root)
	}
	return m
}

func (m *memory) add(root string) store.Folder {
	m.mu.Lock()
	defer m.mu.Unlock()
	f := store.Folder{ID: store.FolderID(len(m.folders) + 1), Path: root, State: store.FolderOnline}
	m.folders = append(m.folders, f)
	m.dirs[f.ID] = map[string][]store.Entry{}
	return f
}

func (m *memory) Folders(context.Context) ([]store.Folder, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.folders), nil
}

func (m *memory) SetFolderState(_ context.Context, id store.FolderID, state store.FolderState, reason string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.folders[id-1].State, m.folders[id-1].Reason = state, reason
	return nil
}

func (m *memory) MarkScanned(_ context.Context, id store.FolderID, at time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.folders[id-1].ScannedAt = at
	return nil
}

func (m *memory) setRefuse(err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.refuse = err
}

func (m *memory) begin(_ context.Context, id store.FolderID, subtree string) (reconcile, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.refuse != nil {
		return nil, m.refuse
	}
	return &memoryReconcile{m: m, id: id, subtree: subtree, seen: map[string]bool{}, told: map[string][]store.Entry{}}, nil
}

// rows are the files of a folder: path to entry.
func (m *memory) rows(id store.FolderID) map[string]store.Entry {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := map[string]store.Entry{}
	for rel, entries := range m.dirs[id] {
		for _, e := range entries {
			out[join(rel, e.Name)] = e
		}
	}
	return out
}

func (m *memory) folder(id store.FolderID) store.Folder {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.folders[id-1]
}

type memoryReconcile struct {
	m       *memory
	id      store.FolderID
	subtree string
	seen    map[string]bool // true: read, false: unreadable
	told    map[string][]store.Entry
	result  store.ReconcileResult
	ended   bool
}

func within(rel, subtree string) bool {
	return subtree == "" || rel == subtree || strings.HasPrefix(rel, subtree+"/")
}

func (r *memoryReconcile) Directory(_ context.Context, rel string, entries []store.Entry) error {
	if _, twice := r.told[rel]; r.ended || twice || !within(rel, r.subtree) {
		return errors.New("a directory outside the reconcile, or told twice")
	}
	if !slices.IsSortedFunc(entries, func(a, b store.Entry) int { return strings.Compare(a.Name, b.Name) }) {
		return errors.New("entries out of order")
	}
	r.seen[rel] = true
	r.told[rel] = entries
	return nil
}

// Keep merges what was told; like the real one, this one may have merged nothing before.
func (r *memoryReconcile) Keep(context.Context) (store.ReconcileResult, error) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	r.merge()
	return r.result, nil
}

func (r *memoryReconcile) merge() {
	r.ended = true
	for rel, entries := range r.told {
		r.result.Directories++
		r.result.Files += len(entries)
		if old := r.m.dirs[r.id][rel]; !slices.Equal(old, entries) {
			r.result.Changed++
		}
		r.m.dirs[r.id][rel] = entries
	}
}

func (r *memoryReconcile) Unreadable(_ context.Context, rel, _ string) error {
	r.seen[rel] = false
	return nil
}

func (r *memoryReconcile) Finish(context.Context) (store.ReconcileResult, error) {
	r.m.mu.Lock()
	defer r.m.mu.Unlock()
	r.merge()
	maps.DeleteFunc(r.m.dirs[r.id], func(rel string, entries []store.Entry) bool {
		if !within(rel, r.subtree) || r.seen[rel] {
			return false
		}
		for unreadable, read := range r.seen {
			if !read && within(rel, unreadable) {
				return false
			}
		}
		r.result.Removed += len(entries)
		return true
	})
	return r.result, nil
}

func (r *memoryReconcile) Abandon() { r.ended = true }

// seenByWalk is what a fresh walk sees: path to entry. Unreadable directories are left out.
func seenByWalk(t testing.TB, root string) map[string]store.Entry {
	t.Helper()
	v := &record{files: map[string]store.Entry{}}
	if err := Walk(t.Context(), root, "", v); err != nil {
		t.Fatal(err)
	}
	return v.files
}

// record is a visitor that notes everything.
type record struct {
	files      map[string]store.Entry
	dirs       []string
	unreadable []string
}

func (r *record) Directory(rel string, entries []store.Entry) error {
	r.dirs = append(r.dirs, rel)
	for _, e := range entries {
		if r.files == nil {
			r.files = map[string]store.Entry{}
		}
		r.files[join(rel, e.Name)] = e
	}
	return nil
}

func (r *record) Unreadable(rel string, _ error) error {
	r.unreadable = append(r.unreadable, rel)
	return nil
}
