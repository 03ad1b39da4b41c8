package search

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"pixeldetective/backend/config"
	"pixeldetective/backend/photo"
)

// countingLibrary counts how often all vectors are read.
type countingLibrary struct {
	*library
	reads atomic.Int64
}

func (c *countingLibrary) Embeddings(ctx context.Context, ref photo.ModelRef, after int64, fn func(int64, []byte) error) error {
	c.reads.Add(1)
	return c.library.Embeddings(ctx, ref, after, fn)
}

// session runs an engine with a cache folder, calls do, and ends the engine.
func session(t *testing.T, l Library, encoder Encoder, cache string, do func(e *Engine)) {
	t.Helper()
	e := New(Deps{Store: l, Encoder: encoder, Settings: config.Search{Limit: 50}, Cache: cache})
	e.cacheFrom = 1
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	if err := e.WaitReady(ctx); err != nil {
		t.Fatal(err)
	}
	do(e)
	cancel()
	<-done
}

func TestTheMatrixIsMappedFromItsCacheFile(t *testing.T) {
	g := readGolden(t)
	cache := t.TempDir()
	l := &countingLibrary{library: newLibrary(t, starter(t))}
	l.fill(t, g, g.files(0, 1, 78))
	encoder := newFakeEncoder(l.model, g)
	find := func(e *Engine, want ...int) {
		t.Helper()
		seen(t, e, want[0])
		if got := names(ask(t, e, Request{Query: "elephant"}).Hits); !slices.Equal(got, g.files(want[1:]...)) {
			t.Errorf("found %v", got)
		}
	}
	session(t, l, encoder, cache, func(e *Engine) {
		find(e, 3, 78)
		path := e.cachePath(l.model)
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			if _, err := os.Stat(path); err == nil {
				return
			} else if time.Now().After(deadline) {
				t.Fatal("no cache file was written")
			}
		}
	})
	if l.reads.Load() != 1 {
		t.Fatalf("all vectors were read %d times", l.reads.Load())
	}
	l.fill(t, g, g.files(0, 1, 2, 78)) // a change that the file does not hold
	session(t, l, encoder, cache, func(e *Engine) { find(e, 4, 78) })
	if l.reads.Load() != 1 {
		t.Error("the cache file was not used")
	}
	// Another library must not be answered from it, and a damaged file is no obstacle.
	other := &countingLibrary{library: newLibrary(t, l.model)}
	other.fill(t, g, g.files(20, 21, 22, 23, 24, 25, 26, 27))
	session(t, other, encoder, cache, func(e *Engine) {
		seen(t, e, 8)
		if a := ask(t, e, Request{Query: "elephant"}); a.Total != 0 {
			t.Errorf("another library's photos were found: %v", names(a.Hits))
		}
	})
	if other.reads.Load() != 1 {
		t.Error("another library was served from the cache file")
	}
	files, err := filepath.Glob(filepath.Join(cache, "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	if err := os.WriteFile(files[0], []byte("damaged"), 0o600); err != nil {
		t.Fatal(err)
	}
	session(t, l, encoder, cache, func(e *Engine) { find(e, 4, 78) })
}
