package window

import (
	"context"
	"crypto/sha256"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// shelf is a library of one photo, on disk.
type shelf struct {
	mediaLibrary // what is not asked here
	files        map[photo.ID]store.Originals
}

func (s shelf) Originals(_ context.Context, id photo.ID) (store.Originals, bool, error) {
	o, ok := s.files[id]
	return o, ok, nil
}

// slowDecoder injects what a real decoder does not do on demand: it hangs until it is let go or given up.
type slowDecoder struct {
	begun   chan struct{}
	release chan error
	calls   atomic.Int32
}

func (d *slowDecoder) Decode(ctx context.Context, _ worker.DecodeJob, _ supervisor.Priority) (worker.Decoded, error) {
	d.calls.Add(1)
	d.begun <- struct{}{}
	select {
	case err := <-d.release:
		return worker.Decoded{Thumbnail: []byte("\xff\xd8\xff")}, err
	case <-ctx.Done():
		return worker.Decoded{}, ctx.Err()
	}
}

func onShelf(t *testing.T, data []byte) (shelf, photo.ID, string) {
	t.Helper()
	dir := t.TempDir()
	path := filepath.Join(dir, "a.tif")
	testkit.WriteFile(t, path, data)
	info := statOf(t, path)
	id := photo.ID(sha256.Sum256(data))
	return shelf{files: map[photo.ID]store.Originals{id: {Format: "tiff", Width: 1, Height: 1, Bytes: int64(len(data)), Files: []store.Original{
		{Root: filepath.Join(dir, "away"), Rel: "a.tif", Offline: true},
		{Root: dir, Rel: "a.tif", Size: info.Size(), MTime: info.ModTime().UnixNano()},
	}}}}, id, path
}

func TestPreviewIsMadeOnceForAllWhoWait(t *testing.T) {
	library, id, _ := onShelf(t, []byte("whatever"))
	d := &slowDecoder{begun: make(chan struct{}, 9), release: make(chan error, 9)}
	v := newPreviews(mediaParts{Library: library, Decoder: d})
	first, giveUp := context.WithCancel(t.Context())
	var all sync.WaitGroup
	all.Go(func() {
		if _, err := v.preview(first, id, supervisor.PriorityVisible); !errors.Is(err, context.Canceled) {
			t.Errorf("who gave up got %v", err)
		}
	})
	<-d.begun
	for range 5 {
		all.Go(func() {
			if data, err := v.preview(t.Context(), id, supervisor.PriorityVisible); err != nil || len(data) == 0 {
				t.Errorf("%d bytes, %v", len(data), err)
			}
		})
	}
	giveUp() // one of those who wait takes its place
	<-d.begun
	d.release <- nil
	all.Wait()
	if n := d.calls.Load(); n != 2 {
		t.Errorf("decoded %d times", n)
	}
	if len(v.making) > 0 {
		t.Error("somebody still seems to be at work")
	}
	// A failure is told and not kept.
	v = newPreviews(mediaParts{Library: library, Decoder: d})
	d.release <- &worker.RefusedError{Reason: "broken"}
	if _, err := v.preview(t.Context(), id, supervisor.PriorityVisible); err == nil {
		t.Error("a refusal became a picture")
	}
	d.release <- nil
	if _, err := v.preview(t.Context(), id, supervisor.PriorityVisible); err != nil {
		t.Errorf("the refusal was kept: %v", err)
	}
}

// A file of the same size and time with other bytes is not shown under the old content's name: a preview is kept for ever.
func TestPreviewProvesTheContent(t *testing.T) {
	library, id, path := onShelf(t, []byte("first"))
	info := statOf(t, path)
	testkit.WriteFile(t, path, []byte("other"))
	setTime(t, path, info.ModTime())
	v := newPreviews(mediaParts{Library: library, Decoder: &slowDecoder{}})
	var gone *goneError
	if _, err := v.preview(t.Context(), id, supervisor.PriorityVisible); !errors.As(err, &gone) {
		t.Errorf("have %v", err)
	}
}

func TestOriginalSaysWhatIsWrong(t *testing.T) {
	dir := t.TempDir()
	for name, c := range map[string]struct {
		files []store.Original
		want  string
	}{
		"no file":               {nil, reasonNoFile},
		"offline":               {[]store.Original{{Root: filepath.Join(dir, "away"), Rel: "a.jpg", Offline: true}}, reasonOffline},
		"changed":               {[]store.Original{{Root: dir, Rel: "a.jpg"}, {Root: dir, Rel: "b.jpg", Offline: true}}, reasonChanged},
		"a path that leads out": {[]store.Original{{Root: dir, Rel: "../../etc/passwd"}}, reasonChanged},
		"an absolute path":      {[]store.Original{{Root: dir, Rel: "/etc/passwd"}}, reasonChanged},
	} {
		if _, _, err := openOriginal(c.files); err == nil || err.Error() != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestByteCacheForgetsWhatWasNotUsed(t *testing.T) {
	c := newByteCache(100)
	key := func(n int) previewKey { return previewKey{side: n} }
	for i := range 5 {
		c.put(key(i), make([]byte, 20))
	}
	c.get(key(0))
	c.put(key(5), make([]byte, 20))
	for i, want := range map[int]bool{0: true, 1: false, 2: true, 5: true} {
		if _, ok := c.get(key(i)); ok != want {
			t.Errorf("%d: %v", i, ok)
		}
	}
	c.put(key(9), make([]byte, 26))
	if _, ok := c.get(key(9)); ok {
		t.Error("one picture took a quarter of the cache")
	}
	if c.held != 100 || len(c.entries) != c.order.Len() {
		t.Errorf("%d bytes, %d entries, %d in order", c.held, len(c.entries), c.order.Len())
	}
}

func TestADefectOfOneAnswerDoesNotEndTheProgram(t *testing.T) {
	m := newMedia(mediaParts{Library: shelf{}, Log: zerolog.Nop()}) // Thumbnail of no library panics
	r := httptest.NewRequest(http.MethodGet, "/media/thumb/"+photo.ID{}.String(), nil)
	r.Host = "wails"
	w := httptest.NewRecorder()
	m.handler(http.NotFoundHandler()).ServeHTTP(w, r)
	if w.Code != http.StatusInternalServerError || w.Header().Get("ETag") != "" || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%d, %v", w.Code, w.Header())
	}
}

func TestTheAddressOfDevelopment(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost:34115": true, "127.0.0.1:1": true, "wails.localhost:34115": true, "localhost": false, "evil.example:34115": false, "[::1]:34115": false,
	} {
		for _, origin := range []string{"", "http://" + host} {
			r := httptest.NewRequest(http.MethodGet, "/media/thumb/x", nil)
			r.Host = host
			if origin != "" {
				r.Header.Set("Origin", origin)
			}
			if have := (&media{dev: true}).own(r); have != want {
				t.Errorf("%s from %q: %v", host, origin, have)
			}
			if (&media{}).own(r) {
				t.Errorf("%s is let in by the shipped program", host)
			}
		}
	}
	r := httptest.NewRequest(http.MethodGet, "/media/thumb/x", nil)
	r.Host = "localhost:34115"
	r.Header.Set("Origin", "http://localhost:8080")
	if (&media{dev: true}).own(r) {
		t.Error("another port of this machine is let in")
	}
}

func statOf(t *testing.T, path string) os.FileInfo {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func setTime(t *testing.T, path string, at time.Time) {
	t.Helper()
	if err := os.Chtimes(path, at, at); err != nil {
		t.Fatal(err)
	}
}
