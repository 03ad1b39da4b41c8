package folder

import (
	"context"
	"maps"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
)

// openStore opens a library in a folder of its own.
func openStore(t *testing.T) *store.Store {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Log: zerolog.Nop()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return st
}

// storedRows are the file rows of a folder. All of them wait to be indexed, since nothing indexes here.
func storedRows(t *testing.T, st *store.Store, id store.FolderID) map[string]store.Entry {
	t.Helper()
	out := map[string]store.Entry{}
	var after *store.Pending
	for {
		page, err := st.NewestPending(t.Context(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return out
		}
		after = &page[len(page)-1]
		for _, p := range page {
			if p.Folder == id {
				out[p.Rel] = store.Entry{Name: p.Rel[len(parentSlash(p.Rel)):], Size: p.Size, MTime: p.MTime, Inode: p.Inode,
					Sidecar: p.Sidecar, SidecarSize: p.SidecarSize, SidecarMTime: p.SidecarMTime}
			}
		}
	}
}

func parentSlash(rel string) string {
	if above := parent(rel); above != "" {
		return above + "/"
	}
	return ""
}

func addFolder(t *testing.T, st *store.Store, path string) store.Folder {
	t.Helper()
	f, err := st.AddFolder(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestScanIntoTheRealStore(t *testing.T) {
	st, root := openStore(t), t.TempDir()
	testkit.WriteNames(t, root, testkit.AwkwardNames())
	testkit.WriteNames(t, root, []string{"sub/a.jpg", "sub/a.xmp"})
	f := addFolder(t, st, root)
	for round := range 2 {
		result, err := Scan(t.Context(), st, f, "")
		if err != nil {
			t.Fatal(err)
		}
		if want := len(testkit.AwkwardNames()) + 1; result.Files != want || result.Added != want*(1-round) || result.Unchanged != want*round {
			t.Errorf("round %d: %+v", round, result)
		}
		if have, want := storedRows(t, st, f.ID), seenByWalk(t, root); !maps.Equal(have, want) {
			t.Errorf("have %v\nwant %v", have, want)
		}
	}
	if err := os.Remove(filepath.Join(root, "sub/a.jpg")); err != nil {
		t.Fatal(err)
	}
	if result, err := Scan(t.Context(), st, f, "sub"); err != nil || result.Removed != 1 {
		t.Errorf("%+v, %v", result, err)
	}
}

// TestWatcherKeepsTheRealStore is the watcher's law with nothing exchanged: real events, real directories, real rows.
func TestWatcherKeepsTheRealStore(t *testing.T) {
	st := openStore(t)
	roots := []string{t.TempDir(), t.TempDir()}
	folders := []store.Folder{addFolder(t, st, roots[0]), addFolder(t, st, roots[1])}
	watcher := NewWatcher(Options{Store: st, Log: zerolog.Nop(), Settings: config.Default().Indexing})
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- watcher.Run(ctx) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	}()
	for seed := range uint64(3) {
		storm(t, roots, t.TempDir(), 50+seed, 300)
		for i, f := range folders {
			want := seenByWalk(t, roots[i])
			took, ok := within5(func() bool { return maps.Equal(storedRows(t, st, f.ID), want) })
			if !ok {
				t.Fatalf("after %s: have %v\nwant %v", law, storedRows(t, st, f.ID), want)
			}
			t.Logf("%d rows followed after %v", len(want), took.Round(time.Millisecond))
		}
	}
	testkit.WriteNames(t, roots[0], []string{"asked/for.jpg"})
	if _, err := watcher.Scan(t.Context(), folders[0], "asked"); err != nil {
		t.Fatal(err)
	}
	if _, there := storedRows(t, st, folders[0].ID)["asked/for.jpg"]; !there {
		t.Error("the scan that was asked for saw nothing")
	}
	if _, err := watcher.Scan(t.Context(), store.Folder{ID: 99, Path: "/nowhere"}, ""); err == nil {
		t.Error("an unknown folder was scanned")
	}
}
