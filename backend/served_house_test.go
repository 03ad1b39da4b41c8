package backend

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"pixeldetective/backend/config"
	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/window"
)

// house is the program behind a window: real store, files, watcher, indexer and decode workers, and no model.
type house struct {
	*window.Bridge
	desktop *Desktop
	t       *testing.T
	library string
	photos  string
	handler http.Handler
	drops   chan window.Drop
	stop    func()
}

// newHouse makes the folders of a house and opens it.
func newHouse(t *testing.T) *house {
	t.Helper()
	dir := t.TempDir()
	h := &house{t: t, library: filepath.Join(dir, "library"), photos: filepath.Join(dir, "photos")}
	for _, d := range []string{h.library, h.photos} {
		if err := os.Mkdir(d, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	// A small limit, so that a picture over it is small too; no wait for files to settle.
	settings := "[indexing]\nmax_file_bytes = \"2 MiB\"\nsettle_after = \"0s\"\n"
	if err := os.WriteFile(filepath.Join(h.library, "settings.toml"), []byte(settings), 0o644); err != nil {
		t.Fatal(err)
	}
	h.open()
	return h
}

func (h *house) open() {
	h.t.Helper()
	environment := map[string]string{config.EnvModels: filepath.Join(h.library, "no models"), "HOME": h.library}
	d, err := OpenDesktop(Config{
		Library: h.library, Program: "test", Executable: filepath.Join(built, "pixel-detective-window"),
		Getenv: func(name string) string { return environment[name] },
	})
	if err != nil {
		h.t.Fatal(err)
	}
	h.Bridge, h.desktop = d.Bridge, d
	h.handler = d.Bridge.Media()(http.NotFoundHandler())
	h.drops = make(chan window.Drop, 8)
	h.Listen(func(event string, payload any) {
		if drop, ok := payload.(window.Drop); ok && event == window.EventDrop {
			h.drops <- drop
		}
	})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- d.Run(ctx) }()
	h.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			h.t.Errorf("the program ended with %v", err)
		}
	})
	h.t.Cleanup(h.stop)
	h.Ready(h.t.Context(), window.Marks{})
}

// write puts a file into the photos and returns the id of its content.
func (h *house) write(name string, data []byte) photo.ID {
	h.t.Helper()
	testkit.WriteFile(h.t, filepath.Join(h.photos, name), data)
	return sha256.Sum256(data)
}

// index adds the photos and waits until all are known.
func (h *house) index(photos int64) {
	h.t.Helper()
	c := h.Choose(h.photos)
	if err := h.AddFolders(h.t.Context(), []string{c.ID}); err != nil {
		h.t.Fatal(err)
	}
	h.until("all photos are known", func(s window.State) bool { return s.Library.Photos == photos && s.Library.Pending == 0 })
}

// until waits for a state.
func (h *house) until(what string, is func(window.State) bool) window.State {
	h.t.Helper()
	for deadline := time.Now().Add(90 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		s := h.State(h.t.Context())
		if is(s) {
			return s
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("%s: not in time; %+v\n%+v\n%q", what, s.Library, s.Index, s.Snapshot.Log)
		}
	}
}

// ask sends a request as the page does; change may change it.
func (h *house) ask(method, path string, body io.Reader, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, body)
	r.Host = "wails"
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.handler.ServeHTTP(w, r)
	return w
}

func (h *house) get(format string, args ...any) *httptest.ResponseRecorder {
	return h.ask(http.MethodGet, fmt.Sprintf(format, args...), nil, nil)
}

// must checks the status of an answer.
func must(t *testing.T, w *httptest.ResponseRecorder, status int) []byte {
	t.Helper()
	if w.Code != status {
		t.Fatalf("have %d, want %d: %.200s", w.Code, status, w.Body)
	}
	if w.Header().Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("status %d without nosniff", status)
	}
	if status >= 400 && (w.Header().Get("ETag") != "" || bytes.Contains([]byte(w.Header().Get("Cache-Control")), []byte("immutable"))) {
		t.Errorf("an error %d may be kept: %v", status, w.Header())
	}
	return w.Body.Bytes()
}
