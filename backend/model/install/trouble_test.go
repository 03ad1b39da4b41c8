package install

import (
	"compress/gzip"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// TestServersThatMisbehave lets a server do to the largest file what servers and networks do, and says what comes of it.
func TestServersThatMisbehave(t *testing.T) {
	const size = 1 << 20
	old := make([]byte, size) // another version of the file
	flipped := func(content []byte) []byte {
		c := slices.Clone(content)
		c[len(c)/3] ^= 1
		return c
	}
	status := func(code, times int, header ...string) func(*hub, http.ResponseWriter, *http.Request, int) bool {
		return func(_ *hub, w http.ResponseWriter, _ *http.Request, n int) bool {
			if n >= times {
				return false
			}
			if len(header) == 2 {
				w.Header().Set(header[0], header[1])
			}
			w.WriteHeader(code)
			return true
		}
	}
	send := func(w http.ResponseWriter, content []byte, length int) {
		w.Header().Set("Content-Length", strconv.Itoa(length))
		_, _ = w.Write(content)
	}
	for name, c := range map[string]struct {
		answer func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool
		says   string // of the error; empty: all is installed
		asked  int    // how often the file was asked for; 0: not looked at
		ranges int    // how many of these for a part, at least
		kept   bool   // whether a part stays
	}{
		"nothing": {asked: 1},
		"cut off at random": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			if n < 20 {
				h.cutAfter(w, r, rand.IntN(size/25))
			}
			return n < 20
		}, asked: 21, ranges: 15},
		"cut off before the first byte, again and again": {answer: func(*hub, http.ResponseWriter, *http.Request, int) bool { cut(); return true }, says: "broke off"},
		"cut off at the same place, again and again": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 0 {
				h.cutAfter(w, r, size/2)
			}
			cut()
			return true
		}, says: "broke off", kept: true},
		"no parts": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			r.Header.Del("Range")
			if n == 0 {
				h.cutAfter(w, r, size/2)
			}
			return false
		}, asked: 2, ranges: 1},
		"no parts, and always cut": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			r.Header.Del("Range")
			h.cutAfter(w, r, size/2)
			return true
		}, says: "broke off", asked: maxTries, kept: true},
		"another part than asked for": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			switch n {
			case 0:
				h.cutAfter(w, r, size/2)
			case 1:
				w.Header().Set("Content-Range", fmt.Sprintf("bytes 17-%d/%d", size-1, size))
				w.WriteHeader(http.StatusPartialContent)
				return true
			}
			return false
		}, asked: 3},
		"a part of a file of another size": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			switch n {
			case 0:
				h.cutAfter(w, r, size/2)
			case 1:
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", size/2, size, size+1))
				w.WriteHeader(http.StatusPartialContent)
				return true
			}
			return false
		}, asked: 3},
		"416": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			switch n {
			case 0:
				h.cutAfter(w, r, size/2)
			case 1:
				w.Header().Set("Content-Range", "bytes */5")
				w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
				return true
			}
			return false
		}, asked: 3},
		"announces too little": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			send(w, h.files[r.URL.Path][:size-1], size-1)
			return true
		}, says: fmt.Sprintf("offers %d bytes, and it should have %d", size-1, size), asked: 2},
		"announces too much": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			send(w, h.files[r.URL.Path], size+1)
			return true
		}, says: "offers", asked: 2},
		"announces nothing": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			w.(http.Flusher).Flush()
			_, _ = w.Write(h.files[r.URL.Path])
			return true
		}, asked: 1},
		"announces nothing and never ends": {answer: func(_ *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			for r.Context().Err() == nil {
				if _, err := w.Write(old); err != nil {
					break
				}
			}
			return true
		}, says: "more than", asked: 2},
		"announces nothing and ends early": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 0 {
				w.(http.Flusher).Flush()
				_, _ = w.Write(h.files[r.URL.Path][:size/2])
			}
			return n == 0
		}, asked: 2},
		"a flipped byte": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 0 {
				send(w, flipped(h.files[r.URL.Path]), size)
			}
			return n == 0
		}, asked: 2},
		"a flipped byte, always": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			send(w, flipped(h.files[r.URL.Path]), size)
			return true
		}, says: "not the file that was published", asked: 2},
		"compressed": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = z.Write(h.files[r.URL.Path])
			_ = z.Close()
			return true
		}, says: "encoded", asked: 2},
		"stalls": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			if n < 2 {
				part := h.files[r.URL.Path]
				var first int
				if _, err := fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &first); err == nil {
					w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", first, size-1, size))
					w.WriteHeader(http.StatusPartialContent)
				} else {
					w.Header().Set("ETag", `"x"`)
					w.Header().Set("Content-Length", strconv.Itoa(size))
				}
				_, _ = w.Write(part[first : first+size/4])
				w.(http.Flusher).Flush()
				<-r.Context().Done()
			}
			return n < 2
		}, asked: 3, ranges: 2},
		"changed between two parts": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 0 { // another version, with another ETag
				w.Header().Set("ETag", `"old"`)
				w.Header().Set("Content-Length", strconv.Itoa(size))
				_, _ = w.Write(old[:size/2])
				w.(http.Flusher).Flush()
				cut()
			}
			return false
		}, asked: 2, ranges: 1},
		"changed between two parts, and hides it": {answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			if n == 0 {
				w.Header().Set("Content-Length", strconv.Itoa(size))
				_, _ = w.Write(old[:size/2])
				w.(http.Flusher).Flush()
				cut()
			}
			r.Header.Del("If-Range")
			return false
		}, asked: 3, ranges: 1},
		"404":                         {answer: status(404, 99), says: "no longer has it (404)", asked: 1},
		"403":                         {answer: status(403, 99), says: "does not give it to everybody (403)", asked: 1},
		"401":                         {answer: status(401, 99), says: "does not give it to everybody (401)", asked: 1},
		"204":                         {answer: status(204, 99), says: "something else", asked: 1},
		"500 twice":                   {answer: status(500, 2), asked: 3},
		"500 always":                  {answer: status(500, 99), says: "answers 500", asked: maxTries},
		"503":                         {answer: status(503, 1, "Retry-After", "1"), asked: 2},
		"429 until tomorrow":          {answer: status(429, 99, "Retry-After", "86400"), says: "asks to wait 24h", asked: 1},
		"429":                         {answer: status(429, 1, "Retry-After", time.Now().UTC().Format(http.TimeFormat)), asked: 2},
		"redirects":                   {answer: redirects(3), asked: 1},
		"redirects to the limit":      {answer: redirects(10), asked: 1},
		"redirects beyond the limit":  {answer: redirects(11), says: "more than 10 times"},
		"redirects in a loop":         {answer: status(302, 99, "Location", "/who/sample/resolve/abc/onnx/image.onnx"), says: "more than 10 times"},
		"redirects to the open":       {answer: status(302, 99, "Location", "http://example.org/image.onnx"), says: "not encrypted", asked: 1},
		"redirects to another scheme": {answer: status(302, 99, "Location", "file:///etc/passwd"), says: "not encrypted", asked: 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m, files := published(size)
			path := "/who/sample/resolve/abc/onnx/image.onnx"
			h := newHub(t, files, func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
				if c.answer == nil || (r.URL.Path != path && !strings.HasPrefix(r.URL.Path, "/hop")) {
					return false
				}
				return c.answer(h, w, r, n)
			})
			folder := filepath.Join(t.TempDir(), "models", m.ID)
			err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil)
			var failed *FileError
			switch {
			case c.says == "" && err != nil:
				t.Fatal(err)
			case c.says == "":
				wantInstalled(t, m, folder, files)
			case !errors.As(err, &failed) || failed.File != "image.onnx" || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), "install"):
				t.Fatalf("the error is %v, not one with %q", err, c.says)
			}
			if c.asked > 0 && h.count(path) != c.asked {
				t.Errorf("it was asked for %d times, want %d", h.count(path), c.asked)
			}
			if len(h.parts()) < c.ranges {
				t.Errorf("parts that were asked for: %q", h.parts())
			}
			if info, err := os.Stat(filepath.Join(folder, "image.onnx.part")); (err == nil && info.Size() > 0) != c.kept {
				t.Errorf("whether a part stays is %t", err == nil)
			}
			if _, err := os.Stat(filepath.Join(folder, "image.onnx")); (err == nil) != (c.says == "") {
				t.Errorf("the file: %v", err)
			}
		})
	}
}

// redirects sends on n times before the file comes.
func redirects(n int) func(*hub, http.ResponseWriter, *http.Request, int) bool {
	return func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
		hop, _ := strconv.Atoi(strings.TrimPrefix(r.URL.Path, "/hop"))
		if hop == n {
			r.URL.Path = "/who/sample/resolve/abc/onnx/image.onnx"
			h.right(w, r)
			return true
		}
		http.Redirect(w, r, fmt.Sprintf("/hop%d", hop+1), http.StatusFound)
		return true
	}
}
