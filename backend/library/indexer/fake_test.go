package indexer

import (
	"context"
	"crypto/sha256"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"

	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scriptedWorkers do what a photo's text tells them: "pixels=X" names its pixels; "refuse", "crash", "hang" and
// "crash-model" inject faults. They stand in for child processes only where a fault has to come at a given moment.
type scriptedWorkers struct {
	mu         sync.Mutex
	decodes    []string // text of each photo decoded
	alone      []string // those decoded alone
	inferred   []string // pixels of each photo inferred
	batches    []int
	modelErr   error
	wanted     string   // id of the model that is wanted; empty: the one that answers
	answers    string   // id of the model that answers; empty: starter
	turns      []string // the models that looked at photos, in the order of their turns
	apart      bool     // the two do not fit into memory at once
	prepared   []photo.ModelRef
	prepareErr error
	encodeAs   func(pixels [][]byte) error // called before an inference; its error is the answer
	onDecode   func(text string)
	decodeAs   func(text string) error // its error is the answer
	limit      int
	inFlight   int64 // bytes
	peak       int64
}

func (w *scriptedWorkers) Decode(ctx context.Context, job worker.DecodeJob, alone bool) (worker.Decoded, error) {
	text := string(job.Data)
	w.mu.Lock()
	w.decodes = append(w.decodes, text)
	if alone {
		w.alone = append(w.alone, text)
	}
	w.inFlight += int64(len(job.Data))
	w.peak = max(w.peak, w.inFlight)
	onDecode, decodeAs := w.onDecode, w.decodeAs
	w.mu.Unlock()
	defer func() {
		w.mu.Lock()
		w.inFlight -= int64(len(job.Data))
		w.mu.Unlock()
	}()
	if onDecode != nil {
		onDecode(text)
	}
	if decodeAs != nil {
		if err := decodeAs(text); err != nil {
			return worker.Decoded{}, err
		}
	}
	switch {
	case ctx.Err() != nil:
		return worker.Decoded{}, ctx.Err()
	case strings.Contains(text, "refuse"):
		return worker.Decoded{}, &worker.RefusedError{Reason: "it is not a photo"}
	case strings.Contains(text, "crash-decoder"):
		return worker.Decoded{}, &worker.CrashError{Role: worker.RoleDecode, Culprit: true, Cause: "signal 5"}
	case strings.Contains(text, "hang"):
		return worker.Decoded{}, &worker.TimeoutError{Role: worker.RoleDecode, Culprit: true, After: 30 * time.Second}
	}
	pixels := text
	if _, after, ok := strings.Cut(text, "pixels="); ok {
		pixels, _, _ = strings.Cut(after, " ")
	}
	d := worker.Decoded{
		PixelDigest: sha256.Sum256([]byte(pixels)), Thumbnail: []byte("\xff\xd8thumb"),
		Metadata: photo.Metadata{Format: "jpeg", Width: 40, Height: 30},
	}
	if strings.Contains(string(job.Sidecar), "Beach") {
		d.Metadata.Title = "Beach"
	}
	for range job.Inputs {
		d.Inputs = append(d.Inputs, []byte(pixels))
	}
	return d, nil
}

func (w *scriptedWorkers) DecodeSlots() int { return 3 }
func (w *scriptedWorkers) BatchLimit() int  { return max(1, w.limit) }

func (w *scriptedWorkers) EncodeImages(_ context.Context, ref photo.ModelRef, pixels [][]byte) ([]worker.Embedding, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.batches = append(w.batches, len(pixels))
	if len(w.turns) == 0 || w.turns[len(w.turns)-1] != ref.ID {
		w.turns = append(w.turns, ref.ID)
	}
	if w.encodeAs != nil {
		if err := w.encodeAs(pixels); err != nil {
			return nil, err
		}
	}
	var out []worker.Embedding
	for _, p := range pixels {
		w.inferred = append(w.inferred, string(p))
		out = append(out, worker.Embedding{Vector: vectorOf(string(p)), Tags: []photo.Tag{{Name: "dog", Kind: "coco", Score: 0.9}}})
	}
	return out, nil
}

func (w *scriptedWorkers) ImageModel() (catalog.Model, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.modelErr != nil {
		return catalog.Model{}, w.modelErr
	}
	if w.answers != "" {
		return scriptedModel(w.answers), nil
	}
	return scriptedModel("starter"), nil
}

func (w *scriptedWorkers) WantedModel() (catalog.Model, error) {
	w.mu.Lock()
	wanted := w.wanted
	w.mu.Unlock()
	if wanted == "" {
		return w.ImageModel()
	}
	return scriptedModel(wanted), nil
}

func (w *scriptedWorkers) Together() bool { return !w.apart }

func (w *scriptedWorkers) Prepare(_ context.Context, ref photo.ModelRef) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.prepared = append(w.prepared, ref)
	return w.prepareErr
}

func scriptedModel(id string) catalog.Model {
	return catalog.Model{
		ID: id, Revision: "1",
		Image: &catalog.Graph{Preprocess: &catalog.Preprocess{Width: 4, Height: 4, Fit: "stretch", Filter: "bilinear"}},
	}
}

func (w *scriptedWorkers) count() (decodes, inferred int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.decodes), len(w.inferred)
}

// vectorOf is a vector of length 1 that depends on the pixels.
func vectorOf(pixels string) []float32 {
	v := make([]float32, 8)
	v[sha256.Sum256([]byte(pixels))[0]%8] = 1
	return v
}

// bench is a library with real files in a real store, and scripted workers.
type bench struct {
	t       *testing.T
	dir     string
	store   *store.Store
	folder  store.Folder
	workers *scriptedWorkers
	indexer *Indexer
}

func newBench(t *testing.T, change func(*Options)) *bench {
	t.Helper()
	b := &bench{t: t, dir: t.TempDir(), workers: &scriptedWorkers{limit: 8}}
	var err error
	home := t.TempDir()
	b.store, err = store.Open(t.Context(), store.Options{Dir: home, BackupDir: filepath.Join(home, "backup"), Log: zerolog.Nop(), Now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := b.store.Close(); err != nil {
			t.Error(err)
		}
	})
	if b.folder, err = b.store.AddFolder(t.Context(), b.dir); err != nil {
		t.Fatal(err)
	}
	o := Options{
		Library: b.store, Workers: b.workers, Log: zerolog.Nop(), MaxFileBytes: 1 << 20, QueueBytes: 1 << 20,
		ThumbnailSide: 32, BatchSize: 8, RetryEvery: 10 * time.Millisecond,
	}
	if change != nil {
		change(&o)
	}
	b.indexer = New(o)
	return b
}

func (b *bench) write(name, text string) {
	b.t.Helper()
	path := filepath.Join(b.dir, name)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		b.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) scan() store.ReconcileResult {
	b.t.Helper()
	r, err := folder.Scan(b.t.Context(), b.store, b.folder, "")
	if err != nil {
		b.t.Fatal(err)
	}
	return r
}

// scanIn is scan for a worker's goroutine.
func (b *bench) scanIn(ctx context.Context) {
	if _, err := folder.Scan(ctx, b.store, b.folder, ""); err != nil {
		b.t.Error(err)
	}
}

func (b *bench) pass() Summary {
	b.t.Helper()
	s, err := b.indexer.Pass(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return s
}

func (b *bench) counts() store.Counts {
	b.t.Helper()
	c, err := b.store.Count(b.t.Context(), photo.ModelRef{ID: "starter", Revision: "1"})
	if err != nil {
		b.t.Fatal(err)
	}
	return c
}

func (b *bench) counter(name string) int64 {
	b.t.Helper()
	all, err := b.store.Counters(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return all[name]
}

// failures maps the names of files that could not be indexed to the kind of their failure.
func (b *bench) failures() map[string]store.FailureKind {
	b.t.Helper()
	list, err := b.store.Failures(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	kinds := map[string]store.FailureKind{}
	for _, f := range list {
		kinds[f.Rel] = f.Kind
	}
	return kinds
}
