package search

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pixeldetective/backend/config"
	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/search/quality"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

type goldenPhoto struct {
	File   string      `json:"file"`
	Tags   []photo.Tag `json:"tags"`
	Sample bool        `json:"sample"` // of build/sample: it is in golden.sample
}

// golden is what the starter model gives for 85 photos and some texts; see testdata/make_golden.py.
type golden struct {
	Photos   []goldenPhoto `json:"photos"`
	Texts    []string      `json:"texts"`
	Captions []struct {
		File string `json:"file"`
		Text int    `json:"text"`
	} `json:"captions"`
	Reference struct {
		Recall map[string]float64 `json:"recall"`
		MAP    float64            `json:"mean_average_precision"`
	} `json:"reference"`
	photos  [][]float32
	vectors map[string][]float32
	sample  *golden // the demo photos, a library of other makers and other subjects
}

func readGolden(t testing.TB) *golden {
	t.Helper()
	g := &golden{vectors: map[string][]float32{}}
	b, err := os.ReadFile("testdata/golden.json")
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, g); err != nil {
		t.Fatal(err)
	}
	b = testkit.Unpacked(t, "testdata/golden.bin.gz")
	const row = 33*4 + 1024
	if len(b) != row*(len(g.Photos)+len(g.Texts)) {
		t.Fatalf("golden.bin.gz holds %d bytes", len(b))
	}
	at := func(i int) []float32 {
		x, r := make([]float32, 1024), b[i*row:(i+1)*row]
		float := func(k int) float32 { return math.Float32frombits(binary.LittleEndian.Uint32(r[4*k:])) }
		for k := range x {
			x[k] = float(k/32) * float32(int8(r[33*4+k]))
		}
		x[1023] = float(32)
		return x
	}
	for i := range g.Photos {
		g.photos = append(g.photos, at(i))
	}
	for i, text := range g.Texts {
		g.vectors[text] = at(len(g.Photos) + i)
	}
	n := slices.IndexFunc(g.Photos, func(p goldenPhoto) bool { return p.Sample })
	g.sample = &golden{Photos: g.Photos[n:], photos: g.photos[n:], vectors: g.vectors}
	for i := range g.sample.Photos {
		g.sample.Photos[i].File = flat(g.sample.Photos[i].File)
	}
	g.Photos, g.photos = g.Photos[:n], g.photos[:n]
	return g
}

// flat makes a name in one folder of a path below it.
func flat(path string) string { return strings.ReplaceAll(path, "/", "_") }

// starter reads the model's entry from the catalog that ships.
func starter(t testing.TB) catalog.Model {
	t.Helper()
	b, err := os.ReadFile("../../models/catalog.json")
	if err != nil {
		t.Fatal(err)
	}
	var c struct {
		Models []catalog.Model `json:"models"`
	}
	if err := json.Unmarshal(b, &c); err != nil {
		t.Fatal(err)
	}
	for _, m := range c.Models {
		if m.ID == "starter" {
			return m
		}
	}
	t.Fatal("the catalog has no starter")
	return catalog.Model{}
}

// fakeEncoder answers with golden vectors. It can be made to fail, or to wait until its context ends.
type fakeEncoder struct {
	model   catalog.Model
	vectors map[string][]float32
	spaced  map[string][]float32 // by the text with single spaces
	calls   atomic.Int64
	texts   atomic.Int64
	noModel atomic.Bool
	fail    atomic.Bool
	hang    atomic.Pointer[chan struct{}] // closed when a call hangs
}

func newFakeEncoder(model catalog.Model, g *golden) *fakeEncoder {
	f := &fakeEncoder{model: model, vectors: g.vectors, spaced: map[string][]float32{}}
	for text, v := range g.vectors {
		f.spaced[strings.Join(strings.Fields(text), " ")] = v
	}
	return f
}

func (f *fakeEncoder) TextModel() (catalog.Model, error) {
	if f.noModel.Load() {
		return catalog.Model{}, errors.New("no model is installed")
	}
	return f.model, nil
}

func (f *fakeEncoder) EncodeTextBy(ctx context.Context, ref photo.ModelRef, texts []string, _ supervisor.Priority) (supervisor.Encoded, error) {
	f.calls.Add(1)
	f.texts.Add(int64(len(texts)))
	if entered := f.hang.Swap(nil); entered != nil {
		close(*entered)
		<-ctx.Done()
		return supervisor.Encoded{}, ctx.Err()
	}
	if f.fail.Load() {
		return supervisor.Encoded{}, errors.New("the worker is gone")
	}
	out := supervisor.Encoded{Ref: f.model.Ref(), Stage: f.model.Stage}
	for _, text := range texts {
		v, ok := f.vectors[text]
		if !ok { // some captions hold two spaces: tokens are the same
			v, ok = f.spaced[text]
		}
		if !ok {
			return out, fmt.Errorf("no golden vector of %q", text)
		}
		out.Vectors = append(out.Vectors, v)
	}
	return out, nil
}

// library is a real store that holds photos of the goldens. The photo in a file is named by the file.
type library struct {
	*store.Store
	folder store.FolderID
	model  catalog.Model
}

func newLibrary(t testing.TB, model catalog.Model) *library {
	t.Helper()
	ctx := context.Background()
	s, err := store.Open(ctx, store.Options{Dir: t.TempDir()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	f, err := s.AddFolder(ctx, "/photos")
	if err != nil {
		t.Fatal(err)
	}
	return &library{s, f.ID, model}
}

// listing makes the folder hold these files and indexes what is new.
func (l *library) listing(t testing.TB, names []string, index func(name string) store.Indexed) {
	t.Helper()
	ctx := context.Background()
	r, err := l.BeginReconcile(ctx, l.folder, "")
	if err != nil {
		t.Fatal(err)
	}
	var entries []store.Entry
	names = slices.Clone(names)
	slices.Sort(names)
	for i, n := range names {
		entries = append(entries, store.Entry{Name: n, Size: int64(1000 + i), MTime: 1, Inode: uint64(i + 1)})
	}
	if err := r.Directory(ctx, "", entries); err != nil {
		t.Fatal(err)
	}
	if _, err := r.Finish(ctx); err != nil {
		t.Fatal(err)
	}
	for {
		waiting, err := l.NewestPending(ctx, nil, 500)
		if err != nil {
			t.Fatal(err)
		}
		if len(waiting) == 0 {
			return
		}
		var done []store.Indexed
		for _, p := range waiting {
			x := index(p.Rel)
			x.Pending = p
			done = append(done, x)
		}
		if _, err := l.Commit(ctx, done, nil); err != nil {
			t.Fatal(err)
		}
	}
}

func idOf(name string) photo.ID { return sha256.Sum256([]byte(name)) }

// indexed is what indexing makes of photo i of the goldens; the vector may be another's.
func (l *library) indexed(g *golden, i int, v []float32) store.Indexed {
	return store.Indexed{
		Photo: idOf(g.Photos[i].File),
		New: &store.NewPhoto{
			Metadata:    photo.Metadata{Format: "jpeg", Width: 640, Height: 480, Taken: photo.Moment{Local: time.Date(2020, 1, 1+i, 0, 0, 0, 0, time.UTC)}},
			PixelDigest: sha256.Sum256([]byte("pixels" + g.Photos[i].File)), Thumbnail: []byte("\xff\xd8thumbnail"),
		},
		Embedding: &store.Embedding{Ref: l.model.Ref(), Vector: v},
		Tags:      g.Photos[i].Tags, TagsRef: l.model.Ref(),
	}
}

// files returns the golden files with these places, or all.
func (g *golden) files(places ...int) []string {
	var out []string
	if len(places) == 0 {
		for _, p := range g.Photos {
			out = append(out, p.File)
		}
	}
	for _, i := range places {
		out = append(out, g.Photos[i].File)
	}
	return out
}

func (g *golden) place(file string) int {
	for i, p := range g.Photos {
		if p.File == file {
			return i
		}
	}
	return -1
}

// fill puts photos of the goldens into the library.
func (l *library) fill(t testing.TB, g *golden, files []string) {
	t.Helper()
	l.listing(t, files, func(name string) store.Indexed {
		i := g.place(name)
		return l.indexed(g, i, g.photos[i])
	})
}

// run starts an engine over the library and waits until it is ready.
func run(t testing.TB, l Library, encoder Encoder) *Engine {
	t.Helper()
	e := New(Deps{Store: l, Encoder: encoder, Settings: config.Search{Limit: 50}})
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- e.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Errorf("the engine ended with %v", err)
		}
	})
	wait, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	if err := e.WaitReady(wait); err != nil {
		t.Fatal(err)
	}
	return e
}

// seen waits until the engine has so many photos.
func seen(t testing.TB, e *Engine, want int) {
	t.Helper()
	deadline := time.Now().Add(10 * time.Second)
	for {
		if n, _ := e.Seen(); n == want {
			return
		} else if time.Now().After(deadline) {
			t.Fatalf("the engine has %d photos, want %d", n, want)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func names(hits []Hit) []string {
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = strings.TrimPrefix(filepath.ToSlash(h.Paths[0].String()), "/photos/")
	}
	return out
}

func asker(e *Engine, plain bool) quality.Asker {
	return func(ctx context.Context, q string, uncut bool) ([]string, error) {
		a, err := e.Words(ctx, Request{Query: q, Limit: 1000, Uncut: uncut, Plain: plain})
		if err == nil && a.Model.ID == "" {
			err = fmt.Errorf("%q was not answered by meaning: %v", q, a.Notes)
		}
		return names(a.Hits), err
	}
}
