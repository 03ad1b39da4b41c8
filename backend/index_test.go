package backend

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
)

// unrun is a backend with a store and nothing that runs.
func unrun(t *testing.T) *Backend {
	t.Helper()
	st, err := store.Open(t.Context(), store.Options{Dir: t.TempDir(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := st.Close(); err != nil {
			t.Error(err)
		}
	})
	return &Backend{Store: st, now: time.Now}
}

// full makes a folder with so many files that are called photos.
func full(t *testing.T, names ...string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(name), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestEachFoundFileIsCountedOnce(t *testing.T) {
	b := unrun(t)
	dir, other := full(t, "bad.jpg", "good.jpg", "still.jpg"), full(t, "elsewhere.jpg")
	targets, err := b.targets(t.Context(), []string{dir, other})
	if err != nil {
		t.Fatal(err)
	}
	for _, target := range targets {
		if _, err := b.scan(t.Context(), target.folder, ""); err != nil {
			t.Fatal(err)
		}
	}
	pending, err := b.Store.NewestPending(t.Context(), nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	var failed []store.Failed
	for _, p := range pending {
		if p.Rel == "bad.jpg" || p.Rel == "elsewhere.jpg" {
			failed = append(failed, store.Failed{Pending: p, Kind: store.FailureRefused})
		}
	}
	if _, err := b.Store.Commit(t.Context(), nil, failed); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ said, indexed, unchanged int }{
		{0, 0, 2},
		{1, 1, 1},
		{40, 2, 0}, // other folders were indexed meanwhile
	} {
		r := IndexResult{Found: 3, Indexed: test.said}
		if err := b.addFailures(t.Context(), targets[:1], &r); err != nil {
			t.Fatal(err)
		}
		if r.Indexed != test.indexed || r.Unchanged != test.unchanged || len(r.Failed) != 1 || r.Failed[0].Rel != "bad.jpg" {
			t.Errorf("%+v; want %d indexed, %d unchanged, one failed", r, test.indexed, test.unchanged)
		}
	}
}

// A file's bytes and times stay as they are when its permissions are mended.
func TestWhatMayBeReadableNowIsTriedAgain(t *testing.T) {
	b := unrun(t)
	targets, err := b.targets(t.Context(), []string{full(t, "a.jpg", "b.jpg")})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.scan(t.Context(), targets[0].folder, ""); err != nil {
		t.Fatal(err)
	}
	pending, err := b.Store.NewestPending(t.Context(), nil, 10)
	if err != nil {
		t.Fatal(err)
	}
	kinds := []store.FailureKind{store.FailureUnreadable, store.FailureRefused}
	var failed []store.Failed
	for i, p := range pending {
		failed = append(failed, store.Failed{Pending: p, Kind: kinds[i]})
	}
	if _, err := b.Store.Commit(t.Context(), nil, failed); err != nil {
		t.Fatal(err)
	}
	if err := b.retryUnreadable(t.Context()); err != nil {
		t.Fatal(err)
	}
	again, err := b.Store.NewestPending(t.Context(), nil, 10)
	if err != nil || len(again) != 1 || again[0].Rel != pending[0].Rel {
		t.Errorf("to be tried again: %+v, %v; want the one that could not be read", again, err)
	}
}
