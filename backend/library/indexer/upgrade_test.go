package indexer

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

var (
	starterRef = photo.ModelRef{ID: "starter", Revision: "1"}
	betterRef  = photo.ModelRef{ID: "better", Revision: "1"}
)

func (b *bench) answering() photo.ModelRef {
	b.t.Helper()
	ref, _, err := b.store.Answering(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return ref
}

func (b *bench) lacking(ref photo.ModelRef) int64 {
	b.t.Helper()
	n, err := b.store.Lacking(b.t.Context(), ref)
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

// want has the workers want a model.
func (b *bench) want(id string) {
	b.workers.mu.Lock()
	defer b.workers.mu.Unlock()
	b.workers.wanted = id
}

// seenBy is a bench whose photos the starter has seen and answers for.
func seenBy(t *testing.T, photos int, change func(*Options)) *bench {
	t.Helper()
	b := newBench(t, change)
	for i := range photos {
		b.write(fmt.Sprintf("%04d.jpg", i), fmt.Sprintf("photo %d pixels=p%d", i, i))
	}
	b.scan()
	b.pass()
	if b.answering() != starterRef || b.lacking(starterRef) != 0 {
		t.Fatalf("%v answers, %d photos lack a vector of it", b.answering(), b.lacking(starterRef))
	}
	return b
}

func TestAnotherModelAnswersWhenItHasSeenEveryPhoto(t *testing.T) {
	switches := 0
	b := seenBy(t, 20, func(o *Options) { o.OnSwitch = func() { switches++ } })
	b.want("better")
	s := b.pass()
	if !s.Switched || switches != 1 || b.answering() != betterRef || b.lacking(betterRef) != 0 {
		t.Fatalf("summary %+v, %d switches, %v answers", s, switches, b.answering())
	}
	if !slices.Equal(b.workers.prepared, []photo.ModelRef{betterRef}) {
		t.Fatalf("prepared before the switch: %v", b.workers.prepared)
	}
	if p := b.indexer.Upgrade(); p.Done != 20 || p.Total != 20 || p.Running {
		t.Fatalf("progress %+v", p)
	}
	// Back at once: the old vectors are there.
	_, before := b.workers.count()
	b.want("")
	b.workers.mu.Lock()
	b.workers.answers = "better"
	b.workers.wanted = "starter"
	b.workers.mu.Unlock()
	if s := b.pass(); !s.Switched || b.answering() != starterRef {
		t.Fatalf("summary %+v, %v answers", s, b.answering())
	}
	if _, after := b.workers.count(); after != before {
		t.Fatalf("switching back made %d inferences", after-before)
	}
}

func TestAModelThatIsRemovedWhileItLooksLeavesTheOneThatAnswers(t *testing.T) {
	b := seenBy(t, 20, func(o *Options) { o.BatchSize = 4 })
	b.want("better")
	calls := 0
	b.workers.encodeAs = func([][]byte) error {
		if calls++; calls > 2 {
			return &worker.UnavailableError{What: "looking at photos", Reason: "its files were altered"}
		}
		return nil
	}
	s := b.pass()
	if s.Switched || s.Unavailable == nil || b.answering() != starterRef {
		t.Fatalf("summary %+v, %v answers", s, b.answering())
	}
	left := b.lacking(betterRef)
	if left == 0 || left == 20 {
		t.Fatalf("%d photos are left", left)
	}
	b.workers.encodeAs = nil
	_, before := b.workers.count()
	if s := b.pass(); !s.Switched {
		t.Fatalf("summary %+v", s)
	}
	if _, after := b.workers.count(); int64(after-before) != left {
		t.Fatalf("%d inferences for %d photos that were left", after-before, left)
	}
}

func TestNothingSwitchesBeforeItsHalfForQuestionsIsReady(t *testing.T) {
	b := seenBy(t, 5, nil)
	b.want("better")
	b.workers.prepareErr = errors.New("its text graph is broken")
	if s := b.pass(); s.Switched || s.Unavailable == nil || b.answering() != starterRef {
		t.Fatalf("summary %+v, %v answers", s, b.answering())
	}
}

func TestAPhotoThatTheWantedModelCannotSeeStaysAsItIs(t *testing.T) {
	b := seenBy(t, 6, nil)
	b.want("better")
	b.workers.encodeAs = func(pixels [][]byte) error {
		for _, p := range pixels {
			if string(p) == "p3" {
				return &worker.CrashError{Role: worker.RoleImage, Culprit: true, Cause: "signal 11"}
			}
		}
		return nil
	}
	if s := b.pass(); !s.Switched {
		t.Fatalf("summary %+v: one photo keeps the model from answering", s)
	}
	if n, err := b.store.Unseen(t.Context(), betterRef); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if f := b.failures(); len(f) != 0 {
		t.Fatalf("files failed: %v", f)
	}
	if c := b.counts(); c.Photos != 6 || c.Seen != 6 {
		t.Fatalf("counts %+v", c)
	}
}

func TestNewPhotosAreSeenByTheModelThatAnswersFirst(t *testing.T) {
	for _, apart := range []bool{false, true} {
		t.Run(fmt.Sprintf("apart %v", apart), func(t *testing.T) {
			b := seenBy(t, 1200, nil)
			b.workers.apart = apart
			b.workers.turns = nil
			b.want("better")
			b.write("new.jpg", "new pixels=new")
			woken, arrived := false, 0
			b.workers.encodeAs = func(pixels [][]byte) error {
				for _, p := range pixels {
					if strings.HasPrefix(string(p), "p") {
						arrived++
					}
				}
				if arrived >= 50 && !woken {
					woken = true
					b.scanIn(t.Context())
					b.indexer.Wake()
				}
				return nil
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			b.indexer.options.OnSwitch = cancel
			if err := b.indexer.Run(ctx); err != nil {
				t.Fatal(err)
			}
			if b.answering() != betterRef || b.lacking(betterRef) != 0 || b.lacking(starterRef) != 0 {
				t.Fatalf("%v answers, %d and %d lack a vector", b.answering(), b.lacking(betterRef), b.lacking(starterRef))
			}
			if want := []string{"better", "starter", "better"}; !slices.Equal(b.workers.turns, want) {
				t.Fatalf("turns %v, want %v", b.workers.turns, want)
			}
			at := slices.Index(b.workers.inferred, "new") - 1200
			if apart && at < turn || !apart && at > 600 {
				t.Fatalf("the new photo was seen after %d old ones", at)
			}
		})
	}
}

func TestAChangeOfModelsIsPausedAndGoesOnAfterACancel(t *testing.T) {
	b := seenBy(t, 40, func(o *Options) { o.BatchSize = 4 })
	b.want("better")
	calls := 0
	b.workers.encodeAs = func([][]byte) error {
		if calls++; calls == 3 {
			b.indexer.Cancel()
		}
		return nil
	}
	if _, err := b.indexer.Pass(t.Context()); !errors.Is(err, ErrCancelled) {
		t.Fatal(err)
	}
	left := b.lacking(betterRef)
	if left == 0 || left == 40 || b.answering() != starterRef {
		t.Fatalf("%d left, %v answers", left, b.answering())
	}
	if s := b.pass(); !s.Switched || int64(s.Inferred) != left {
		t.Fatalf("%+v for %d that were left", s, left)
	}
}
