package install

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

const (
	envChild  = "PIXEL_DETECTIVE_TEST_INSTALL" // the folder that the child installs into
	envServer = "PIXEL_DETECTIVE_TEST_SERVER"
	envSizes  = "PIXEL_DETECTIVE_TEST_SIZE"
)

// TestMain is also the process that installs until it is killed.
func TestMain(m *testing.M) {
	if folder := os.Getenv(envChild); folder != "" {
		child(folder, os.Getenv(envServer), os.Getenv(envSizes))
	}
	goleak.VerifyTestMain(m)
}

// fast are times for tests.
func fast() Pace {
	return Pace{
		Connect: 2 * time.Second, Answer: 5 * time.Second, Stall: 300 * time.Millisecond, Backoff: time.Millisecond,
		Longest: 5 * time.Millisecond, Patience: time.Second, Tell: 5 * time.Millisecond,
	}
}

func sumOfBytes(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// published makes a model and the content of its files, by their paths on the server. size is that of the largest.
func published(size int) (catalog.Model, map[string][]byte) {
	random := rand.NewChaCha8([32]byte{1})
	tensor := func(name, kind string, shape ...int64) catalog.Tensor {
		return catalog.Tensor{Name: name, Type: kind, Shape: append([]int64{-1}, shape...)}
	}
	m := catalog.Model{
		ID: "sample", Revision: "1", Name: "Sample", Family: catalog.FamilyStarter, Role: catalog.RoleImageText,
		Stage: photo.StageAccurate, Licence: "MIT", Dimension: 8,
		Image: &catalog.Graph{
			Variants: map[catalog.Precision]string{catalog.FP32: "image.onnx"}, Default: catalog.FP32,
			Inputs: []catalog.Tensor{tensor("pixel_values", catalog.Float32, 3, 4, 4)}, Outputs: []catalog.Tensor{tensor("image_embeds", catalog.Float32, 8)},
			Preprocess: &catalog.Preprocess{Width: 4, Height: 4, Fit: catalog.FitStretch, Filter: catalog.FilterBilinear, Std: [3]float32{1, 1, 1}},
		},
		Text: &catalog.Graph{
			Variants: map[catalog.Precision]string{catalog.FP32: "text.onnx"}, Default: catalog.FP32,
			Inputs: []catalog.Tensor{tensor("input_ids", catalog.Int64, -1)}, Outputs: []catalog.Tensor{tensor("text_embeds", catalog.Float32, 8)},
			Tokenizer: &catalog.Tokenizer{Kind: catalog.TokenizerWordPiece, File: "vocab.txt", MaxTokens: 64},
		},
	}
	files := map[string][]byte{}
	for i, name := range []string{"image.onnx", "text.onnx", "vocab.txt", "NOTICE.txt"} {
		content := make([]byte, max(1, size>>(2*i)))
		_, _ = random.Read(content)
		path := "/who/sample/resolve/abc/" + name
		if strings.HasSuffix(name, ".onnx") {
			path = "/who/sample/resolve/abc/onnx/" + name
		}
		files[path] = content
		m.Files = append(m.Files, catalog.File{Name: name, Bytes: int64(len(content)), SHA256: sumOfBytes(content), URL: "https://example.org" + path})
	}
	return m, files
}

// hub is a server of published files. It counts what it is asked for.
type hub struct {
	*httptest.Server
	files map[string][]byte
	// answer answers the n-th request for a path, n from 0; false: the hub answers as it should.
	answer func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool

	mu     sync.Mutex
	asked  map[string]int
	ranges []string // of all requests that had one
	served int64
}

func newHub(t testing.TB, files map[string][]byte, answer func(*hub, http.ResponseWriter, *http.Request, int) bool) *hub {
	h := &hub{files: files, answer: answer, asked: map[string]int{}}
	h.Server = httptest.NewServer(h)
	t.Cleanup(h.Close)
	return h
}

func (h *hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	n := h.asked[r.URL.Path]
	h.asked[r.URL.Path]++
	if r.Header.Get("Range") != "" {
		h.ranges = append(h.ranges, r.Header.Get("Range")+" "+r.Header.Get("If-Range"))
	}
	h.mu.Unlock()
	counted := &countingWriter{ResponseWriter: w, hub: h}
	if h.answer != nil && h.answer(h, counted, r, n) {
		return
	}
	h.right(counted, r)
}

// right answers as a good server does.
func (h *hub) right(w http.ResponseWriter, r *http.Request) {
	content, ok := h.files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("ETag", `"`+sumOfBytes(content)[:16]+`"`)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
}

func (h *hub) requests() (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, k := range h.asked {
		n += k
	}
	return n
}

// count returns how often a path was asked for.
func (h *hub) count(path string) int { h.mu.Lock(); defer h.mu.Unlock(); return h.asked[path] }

// parts returns which parts of files were asked for.
func (h *hub) parts() []string { h.mu.Lock(); defer h.mu.Unlock(); return slices.Clone(h.ranges) }

func (h *hub) bytes() int64 { h.mu.Lock(); defer h.mu.Unlock(); return h.served }

type countingWriter struct {
	http.ResponseWriter
	hub *hub
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.hub.mu.Lock()
	c.hub.served += int64(n)
	c.hub.mu.Unlock()
	return n, err
}

func (c *countingWriter) Unwrap() http.ResponseWriter { return c.ResponseWriter }

func (c *countingWriter) Flush() { _ = http.NewResponseController(c.ResponseWriter).Flush() }

// cut ends the connection in the middle of an answer.
func cut() { panic(http.ErrAbortHandler) }

// cutAfter sends a right answer and ends the connection after n bytes of its body.
func (h *hub) cutAfter(w http.ResponseWriter, r *http.Request, n int) {
	h.right(&limitedWriter{ResponseWriter: w, left: n}, r)
}

type limitedWriter struct {
	http.ResponseWriter
	left int
}

func (l *limitedWriter) Write(p []byte) (int, error) {
	if len(p) > l.left {
		_, _ = l.ResponseWriter.Write(p[:l.left])
		_ = http.NewResponseController(l.ResponseWriter).Flush()
		cut()
	}
	l.left -= len(p)
	return l.ResponseWriter.Write(p)
}

// newTestInstaller asks the hub alone.
func newTestInstaller(t testing.TB, server string, change ...func(*Options)) *Installer {
	t.Helper()
	o := Options{Mirror: server, Pace: fast(), Getenv: func(string) string { return "" }}
	for _, c := range change {
		c(&o)
	}
	i, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

// wantInstalled checks that a folder holds a model, and nothing that is on its way.
func wantInstalled(t testing.TB, m catalog.Model, folder string, files map[string][]byte) {
	t.Helper()
	for path, content := range files {
		have, err := os.ReadFile(filepath.Join(folder, filepath.Base(path)))
		if err != nil || !bytes.Equal(have, content) {
			t.Errorf("%s: %d bytes, %v; want %d", path, len(have), err, len(content))
		}
	}
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != len(m.Files)+1 {
		t.Errorf("the folder holds %v, %v", entries, err)
	}
	r, err := catalog.ReadRecord(folder)
	if err != nil || len(r.Files) != len(m.Files) || r.Model != m.ID {
		t.Errorf("the record is %+v, %v", r, err)
	}
}

// child installs, and prints what it has; it is killed.
func child(folder, server, size string) {
	var n int
	_, _ = fmt.Sscan(size, &n)
	m, _ := published(n)
	i, err := New(Options{Mirror: server, Pace: Pace{Tell: 10 * time.Millisecond, Backoff: time.Millisecond}})
	if err == nil {
		err = i.Install(context.Background(), m, folder, nil)
	}
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	os.Exit(0)
}

// list is a catalog.json of these models.
func list(t testing.TB, models ...catalog.Model) []byte {
	t.Helper()
	data, err := json.Marshal(map[string]any{"schema": 1, "models": models})
	if err != nil {
		t.Fatal(err)
	}
	return data
}
