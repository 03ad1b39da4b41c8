package indexer

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

func TestEachContentIsDoneOnce(t *testing.T) {
	b := newBench(t, nil)
	for i := range 20 {
		b.write(fmt.Sprintf("%02d/a.jpg", i), "same bytes")
		b.write(fmt.Sprintf("%02d/b.jpg", i), fmt.Sprintf("other bytes %d", i))
	}
	b.scan()
	s := b.pass()
	if decodes, inferred := b.workers.count(); decodes != 21 || inferred != 21 {
		t.Errorf("%d decodes and %d inferences for 21 contents in 40 files", decodes, inferred)
	}
	if s.Linked != 40 || s.Added != 21 || s.Hashed != 40 || s.Decoded != 21 || s.Inferred != 21 {
		t.Errorf("summary %+v", s)
	}
	if c := b.counts(); c.Photos != 21 || c.Files != 40 || c.Embedded != 21 || c.Pending != 0 {
		t.Errorf("counts %+v", c)
	}
	for name, want := range map[string]int64{CounterHashed: 40, CounterDecoded: 21, CounterInferred: 21} {
		if got := b.counter(name); got != want {
			t.Errorf("counter %s is %d, want %d", name, got, want)
		}
	}
}

func TestSecondRunOpensNothing(t *testing.T) {
	b := newBench(t, nil)
	b.write("a.jpg", "one")
	b.write("b.jpg", "refuse this")
	b.scan()
	b.pass()
	b.scan()
	if s := b.pass(); s.Hashed != 0 || s.Decoded != 0 || s.Inferred != 0 {
		t.Errorf("a second run did %+v", s)
	}
	if got := b.counter(CounterHashed); got != 2 {
		t.Errorf("%d files were hashed in two runs, want 2", got)
	}
}

func TestSamePixelsBorrowTheirVector(t *testing.T) {
	b := newBench(t, nil)
	b.write("a.jpg", "pixels=X keyword one")
	b.scan()
	b.pass()
	b.write("a.jpg", "pixels=X keyword two, so other bytes")
	b.write("c.jpg", "pixels=X third")
	b.scan()
	s := b.pass()
	if s.Inferred != 0 || s.Decoded != 2 || s.Lent != 2 {
		t.Errorf("files whose pixels are known: %+v; want no inference", s)
	}
	if c := b.counts(); c.Photos != 2 || c.Embedded < 2 {
		t.Errorf("counts %+v", c)
	}
}

func TestSamePixelsInOneBatchAreInferredOnce(t *testing.T) {
	b := newBench(t, nil)
	for i := range 6 {
		b.write(fmt.Sprintf("%d.jpg", i), fmt.Sprintf("pixels=X number %d", i))
	}
	b.scan()
	b.pass()
	b.workers.mu.Lock()
	defer b.workers.mu.Unlock()
	if len(b.workers.inferred) != 1 {
		t.Errorf("%d inferences for one picture in six files", len(b.workers.inferred))
	}
}

func TestMovedTreeCostsOneHashEach(t *testing.T) {
	b := newBench(t, nil)
	for i := range 5 {
		b.write(fmt.Sprintf("old/%d.jpg", i), fmt.Sprintf("photo %d", i))
	}
	b.scan()
	b.pass()
	if err := os.Rename(filepath.Join(b.dir, "old"), filepath.Join(b.dir, "new")); err != nil {
		t.Fatal(err)
	}
	b.scan()
	if s := b.pass(); s.Hashed != 5 || s.Decoded != 0 || s.Inferred != 0 || s.Linked != 5 {
		t.Errorf("a moved tree: %+v", s)
	}
}

func TestBadPhotosAreListedAndStopNoOther(t *testing.T) {
	b := newBench(t, func(o *Options) { o.MaxFileBytes = 1000 })
	for i := range 10 {
		b.write(fmt.Sprintf("good%d.jpg", i), fmt.Sprintf("photo %d", i))
	}
	b.write("refused.jpg", "refuse")
	b.write("crashes.jpg", "crash-decoder")
	b.write("hangs.jpg", "hang")
	b.write("large.jpg", strings.Repeat("x", 1001))
	b.scan()
	s := b.pass()
	want := map[string]store.FailureKind{
		"refused.jpg": store.FailureRefused, "crashes.jpg": store.FailureQuarantined,
		"hangs.jpg": store.FailureQuarantined, "large.jpg": store.FailureTooLarge,
	}
	if got := b.failures(); !maps.Equal(got, want) {
		t.Errorf("failures %v, want %v", got, want)
	}
	if s.Linked != 10 || s.Failed != 4 {
		t.Errorf("summary %+v", s)
	}
	if len(b.workers.alone) != 2 {
		t.Errorf("tried alone: %q; want the two that ended their decoder, once each", b.workers.alone)
	}
	b.write("crashes.jpg", "mended")
	b.scan()
	if s := b.pass(); s.Linked != 1 {
		t.Errorf("a quarantined photo that changed: %+v", s)
	}
	if _, still := b.failures()["crashes.jpg"]; still {
		t.Error("a mended photo is still listed as a failure")
	}
}

func TestPhotoThatEndsTheModelIsFoundInItsBatch(t *testing.T) {
	b := newBench(t, nil)
	b.workers.encodeAs = func(pixels [][]byte) error {
		for _, p := range pixels {
			if strings.Contains(string(p), "crash-model") {
				return &worker.CrashError{Role: worker.RoleImage, Culprit: true, Cause: "signal 11"}
			}
		}
		return nil
	}
	for i := range 8 {
		b.write(fmt.Sprintf("%d.jpg", i), fmt.Sprintf("photo %d", i))
	}
	b.write("bad.jpg", "crash-model")
	b.scan()
	b.pass()
	if got := b.failures(); len(got) != 1 || got["bad.jpg"] != store.FailureQuarantined {
		t.Errorf("failures %v", got)
	}
	if c := b.counts(); c.Embedded != 8 {
		t.Errorf("%d photos have a vector, want 8", c.Embedded)
	}
}

func TestWithoutAModelNamesAreIndexedAndVectorsFollow(t *testing.T) {
	b := newBench(t, nil)
	b.workers.modelErr = &worker.UnavailableError{What: "looking at photos", Reason: "no model is installed"}
	b.write("a.jpg", "one")
	b.write("b.jpg", "two")
	b.scan()
	s := b.pass()
	var unavailable *worker.UnavailableError
	if !errors.As(s.Unavailable, &unavailable) || s.Linked != 2 {
		t.Fatalf("without a model: %+v", s)
	}
	if c := b.counts(); c.Photos != 2 || c.Embedded != 0 || c.Pending != 0 {
		t.Errorf("counts %+v", c)
	}
	b.workers.modelErr = nil
	if s := b.pass(); s.Inferred != 2 || s.Embedded != 2 {
		t.Errorf("once the model is there: %+v", s)
	}
	if s := b.pass(); s.Hashed != 0 {
		t.Errorf("and again: %+v", s)
	}
}

func TestModelThatFailsMeanwhileLosesNothing(t *testing.T) {
	b := newBench(t, nil)
	b.workers.encodeAs = func([][]byte) error {
		return &worker.UnavailableError{What: "looking at photos", Reason: "it crashed too often"}
	}
	for i := range 12 {
		b.write(fmt.Sprintf("%d.jpg", i), fmt.Sprintf("photo %d", i))
	}
	b.scan()
	if s := b.pass(); s.Linked != 12 || s.Unavailable == nil {
		t.Errorf("summary %+v", s)
	}
	b.workers.encodeAs = nil
	b.pass()
	if c := b.counts(); c.Embedded != 12 {
		t.Errorf("%d photos have a vector, want 12", c.Embedded)
	}
}

func TestSidecarThatChangesIsReadWithoutInference(t *testing.T) {
	b := newBench(t, nil)
	b.write("a.jpg", "one")
	b.scan()
	b.pass()
	b.write("a.xmp", "<Beach/>")
	b.scan()
	if s := b.pass(); s.Decoded != 1 || s.Inferred != 0 {
		t.Errorf("a new sidecar: %+v", s)
	}
	hits, err := b.store.Text(t.Context(), store.TextQuery{Terms: []string{"beach"}}, 10)
	if err != nil || len(hits) != 1 {
		t.Errorf("the sidecar's title finds %v, %v", hits, err)
	}
}

func TestFolderThatVanishesIsOfflineAndKeepsItsRows(t *testing.T) {
	b := newBench(t, nil)
	for i := range 30 {
		b.write(fmt.Sprintf("%02d.jpg", i), fmt.Sprintf("photo %d", i))
	}
	b.scan()
	moved := b.dir + "-away"
	gone := make(chan struct{})
	b.workers.onDecode = func(string) {
		select {
		case <-gone:
		default:
			close(gone)
			if err := os.Rename(b.dir, moved); err != nil {
				t.Error(err)
			}
		}
	}
	b.workers.limit = 1
	b.pass()
	if got := b.failures(); len(got) != 0 {
		t.Errorf("files of a folder that is gone are held against them: %v", got)
	}
	folders, err := b.store.Folders(t.Context())
	if err != nil || folders[0].State != store.FolderOffline || folders[0].Reason == "" {
		t.Fatalf("folders %+v, %v", folders, err)
	}
	if c := b.counts(); c.Files != 30 {
		t.Errorf("%d file rows are left, want 30", c.Files)
	}
	b.workers.onDecode = nil
	if err := os.Rename(moved, b.dir); err != nil {
		t.Fatal(err)
	}
	b.folder = folders[0]
	b.scan()
	b.pass()
	if c := b.counts(); c.Embedded != 30 {
		t.Errorf("after it came back %d photos have a vector, want 30", c.Embedded)
	}
}

func TestPauseHoldsWithinOneBatch(t *testing.T) {
	b := newBench(t, nil)
	for i := range 60 {
		b.write(fmt.Sprintf("%02d.jpg", i), fmt.Sprintf("photo %d", i))
	}
	b.scan()
	paused := make(chan struct{})
	b.workers.onDecode = func(string) {
		select {
		case <-paused:
		default:
			close(paused)
			b.indexer.Pause()
		}
	}
	done := make(chan error, 1)
	go func() {
		_, err := b.indexer.Pass(context.WithoutCancel(t.Context()))
		done <- err
	}()
	<-paused
	if !b.indexer.Progress().Paused {
		t.Error("the progress does not say that it is paused")
	}
	select {
	case err := <-done:
		t.Fatalf("the pass ended while it was paused: %v", err)
	case <-time.After(200 * time.Millisecond): // nothing must happen, so there is no event to wait for
	}
	if _, inferred := b.workers.count(); inferred > 8 {
		t.Errorf("%d photos were inferred after the pause, more than a batch", inferred)
	}
	b.indexer.Resume()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	if c := b.counts(); c.Embedded != 60 {
		t.Errorf("%d photos have a vector, want 60", c.Embedded)
	}
}

func TestCancelKeepsWhatIsDoneAndTheNextPassGoesOn(t *testing.T) {
	b := newBench(t, nil)
	for i := range 60 {
		b.write(fmt.Sprintf("%02d.jpg", i), fmt.Sprintf("photo %d", i))
	}
	b.scan()
	b.workers.limit = 4
	b.workers.encodeAs = func([][]byte) error {
		if len(b.workers.batches) == 5 {
			b.indexer.Cancel()
		}
		return nil
	}
	if _, err := b.indexer.Pass(t.Context()); !errors.Is(err, ErrCancelled) {
		t.Fatalf("a cancelled pass gives %v", err)
	}
	first := b.counts().Embedded
	if first == 0 || first == 60 {
		t.Fatalf("%d photos have a vector after the cancel; want some", first)
	}
	b.workers.encodeAs = nil
	b.pass()
	if c := b.counts(); c.Embedded != 60 {
		t.Errorf("%d photos have a vector, want 60", c.Embedded)
	}
	if extra := b.counter(CounterInferred) - 60; extra > 2*4 {
		t.Errorf("%d inferences were made twice, more than the batches in hand", extra)
	}
}

func TestBytesInFlightAreBounded(t *testing.T) {
	b := newBench(t, func(o *Options) { o.QueueBytes = 3000 })
	for i := range 40 {
		b.write(fmt.Sprintf("%02d.jpg", i), fmt.Sprintf("%04d", i)+strings.Repeat("x", 996))
	}
	b.scan()
	b.pass()
	if b.workers.peak > 3000 {
		t.Errorf("%d bytes were in flight, more than 3000", b.workers.peak)
	}
	if c := b.counts(); c.Embedded != 40 {
		t.Errorf("%d photos have a vector, want 40", c.Embedded)
	}
}

// fullDisk is a library whose disk is full for some transactions.
type fullDisk struct {
	*store.Store
	failures int
}

func (f *fullDisk) Commit(ctx context.Context, done []store.Indexed, failed []store.Failed) (store.Committed, error) {
	if f.failures > 0 {
		f.failures--
		return store.Committed{}, &store.FullError{File: "index.db", Err: errors.New("database or disk is full")}
	}
	return f.Store.Commit(ctx, done, failed)
}

func TestFullDiskIsTriedAgain(t *testing.T) {
	disk := &fullDisk{failures: 3}
	committed := make(chan struct{}, 100)
	b := newBench(t, func(o *Options) {
		disk.Store = o.Library.(*store.Store)
		o.Library = disk
		o.OnCommit = func() { committed <- struct{}{} }
	})
	b.write("a.jpg", "one")
	b.scan()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.indexer.Run(ctx) }()
	<-committed
	stop()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if c := b.counts(); c.Embedded != 1 || disk.failures != 0 {
		t.Errorf("counts %+v with %d failures left", c, disk.failures)
	}
}

func TestFileStillBeingWrittenIsLeftToSettle(t *testing.T) {
	now := time.Now()
	b := newBench(t, func(o *Options) {
		o.Now = func() time.Time { return now }
		o.SettleAfter = time.Minute
	})
	b.write("a.jpg", "one")
	now = time.Now()
	b.scan()
	if _, err := b.indexer.pass(t.Context(), time.Minute, true); err != nil {
		t.Fatal(err)
	}
	if c := b.counts(); c.Pending != 1 || b.counter(CounterHashed) != 0 {
		t.Errorf("a file written just now: %+v", c)
	}
	now = now.Add(2 * time.Minute)
	if _, err := b.indexer.pass(t.Context(), time.Minute, true); err != nil {
		t.Fatal(err)
	}
	if c := b.counts(); c.Embedded != 1 {
		t.Errorf("after it settled: %+v", c)
	}
}

func TestFileThatChangedSinceTheScanStaysPending(t *testing.T) {
	b := newBench(t, nil)
	b.write("a.jpg", "one")
	b.scan()
	b.write("a.jpg", "another length")
	if s := b.pass(); s.Linked != 0 || s.Stale == 0 || s.Hashed != 0 {
		t.Errorf("summary %+v", s)
	}
	b.scan()
	if s := b.pass(); s.Linked != 1 {
		t.Errorf("after a scan: %+v", s)
	}
}

func TestPipeInPlaceOfAPhotoBlocksNothing(t *testing.T) {
	b := newBench(t, nil)
	b.write("a.jpg", "one")
	b.scan()
	path := filepath.Join(b.dir, "a.jpg")
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	makePipe(t, path)
	b.pass()
	if got := b.failures(); got["a.jpg"] != store.FailureUnreadable {
		t.Errorf("failures %v", got)
	}
}

func TestEmbeddedVectorsAreThoseOfTheModel(t *testing.T) {
	b := newBench(t, nil)
	b.write("a.jpg", "pixels=A ")
	b.write("b.jpg", "pixels=B ")
	b.scan()
	b.pass()
	ref := photo.ModelRef{ID: "starter", Revision: "1"}
	for name, pixels := range map[string]string{"a.jpg": "A", "b.jpg": "B"} {
		id, ok, err := b.store.PhotoAt(t.Context(), filepath.Join(b.folder.Path, name))
		if err != nil || !ok {
			t.Fatalf("%s: %v, %v", name, ok, err)
		}
		num, _, err := b.store.NumOf(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		vectors, err := b.store.EmbeddingsOf(t.Context(), ref, []int64{num})
		if err != nil || fmt.Sprint(vectors[num]) != fmt.Sprint(vectorOf(pixels)) {
			t.Errorf("%s has the vector %v, %v; want %v", name, vectors[num], err, vectorOf(pixels))
		}
	}
}
