package indexer

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pixeldetective/backend/model/worker"
)

func TestPhotoThatIsWellAloneIsIndexed(t *testing.T) {
	b := newBench(t, nil)
	b.write("a.jpg", "photo")
	b.scan()
	var tries atomic.Int32
	b.workers.decodeAs = func(string) error {
		if tries.Add(1) == 1 {
			return &worker.CrashError{Role: worker.RoleDecode, Culprit: true, Cause: "signal 9"}
		}
		return nil
	}
	if s := b.pass(); s.Linked != 1 || s.Failed != 0 {
		t.Errorf("a photo whose second try went well: %+v, failures %v", s, b.failures())
	}
}

// A file that turns out to be bad after the pass was cancelled finds the later stages gone.
func TestCancelWhileABadFileIsRead(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b := newBench(t, nil)
	b.write("a.jpg", "photo")
	b.scan()
	if err := os.Remove(filepath.Join(b.dir, "a.jpg")); err != nil {
		t.Fatal(err)
	}
	var reading sync.Once
	b.indexer.options.Now = func() time.Time { // the reader asks for the time before it opens the file
		reading.Do(func() {
			cancel()
			time.Sleep(50 * time.Millisecond) // nothing tells that the other stages have ended
		})
		return time.Now()
	}
	if _, err := b.indexer.Pass(ctx); !errors.Is(err, context.Canceled) || errors.Is(err, ErrCancelled) {
		t.Errorf("a pass whose caller has gone ended with %v, want the caller's error", err)
	}
	if c := b.counts(); c.Files != 1 {
		t.Errorf("counts %+v", c)
	}
}

func TestModelThatComesBackIsUsedUnasked(t *testing.T) {
	done := make(chan struct{}, 64)
	b := newBench(t, func(o *Options) { o.OnCommit = func() { done <- struct{}{} } })
	b.write("a.jpg", "photo")
	b.scan()
	var tries atomic.Int32
	b.workers.encodeAs = func([][]byte) error {
		if tries.Add(1) == 1 {
			return &worker.UnavailableError{What: "looking at photos", Reason: "its worker ended too often"}
		}
		return nil
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.indexer.Run(ctx) }()
	for b.counts().Embedded == 0 {
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			t.Fatal("the photo never got its vector")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestWithoutItsModelNothingIsDecodedInVain(t *testing.T) {
	b := newBench(t, nil)
	b.workers.modelErr = &worker.UnavailableError{What: "looking at photos", Reason: "no model is installed"}
	for i := range 100 {
		b.write(fmt.Sprintf("%03d.jpg", i), fmt.Sprintf("photo %d", i))
	}
	b.scan()
	b.pass()
	b.workers.modelErr = nil
	b.workers.encodeAs = func([][]byte) error {
		return &worker.UnavailableError{What: "looking at photos", Reason: "its worker ended too often"}
	}
	before, _ := b.workers.count()
	s := b.pass()
	if after, _ := b.workers.count(); after-before > 60 || s.Unavailable == nil {
		t.Errorf("%d of 100 photos were decoded for a model that is away: %+v", after-before, s)
	}
}
