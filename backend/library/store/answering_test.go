package store

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"pixeldetective/backend/photo"
)

var betterRef = photo.ModelRef{ID: "accurate", Revision: "7"}

// embedBy gives photos that lack a vector of a model one.
func embedBy(t testing.TB, s *Store, ref photo.ModelRef, limit int) int {
	t.Helper()
	ctx := context.Background()
	var done []Indexed
	for _, p := range value(s.Unembedded(ctx, ref, 0, limit))(t) {
		done = append(done, Indexed{Pending: p, Photo: *p.Previous, Embedding: &Embedding{Ref: ref, Vector: []float32{1}}})
	}
	value(s.Commit(ctx, done, nil))(t)
	return len(done)
}

func answering(t testing.TB, s *Store) photo.ModelRef {
	t.Helper()
	ref, _, err := s.Answering(context.Background())
	must(t, err)
	return ref
}

// filled is a library of n photos that the starter has seen and answers for.
func filled(t testing.TB, n int) *Store {
	t.Helper()
	s := openTemp(t)
	f := value(s.AddFolder(context.Background(), "/photos"))(t)
	entries := make([]Entry, n)
	for i := range entries {
		entries[i] = entry(fmt.Sprintf("%04d.jpg", i), 1)
	}
	scan(t, s, f.ID, map[string][]Entry{"": entries})
	indexAll(t, s, byRel)
	if done, _, err := s.Switch(context.Background(), testRef, false); err != nil || !done {
		t.Fatal(done, err)
	}
	return s
}

func TestALibraryWithoutARecordIsAnsweredByItsNewestVectors(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	if _, ok, err := s.Answering(ctx); ok || err != nil {
		t.Fatal(ok, err)
	}
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1), entry("b.jpg", 1)}})
	indexAll(t, s, byRel)
	if got := answering(t, s); got != testRef {
		t.Fatalf("%v answers", got)
	}
	if done, missing, err := s.Switch(ctx, betterRef, false); done || missing != 2 || err != nil {
		t.Fatal(done, missing, err)
	}
}

func TestTheModelThatAnswersChangesWhenEveryPhotoThatCanHaveAVectorHasOne(t *testing.T) {
	ctx := context.Background()
	s := filled(t, 5)
	embedBy(t, s, betterRef, 3)
	if done, missing, err := s.Switch(ctx, betterRef, false); done || missing != 2 || err != nil {
		t.Fatalf("switched %v, %d missing, %v", done, missing, err)
	}
	if answering(t, s) != testRef {
		t.Fatal("it changed with photos missing")
	}
	left := value(s.Unembedded(ctx, betterRef, 0, 10))(t)
	note := Indexed{Pending: left[0], Photo: *left[0].Previous, Unseen: []Unseen{{Ref: betterRef, Kind: FailureQuarantined, Reason: "it ends its reader"}}}
	value(s.Commit(ctx, []Indexed{note}, nil))(t)
	if n := value(s.Lacking(ctx, betterRef))(t); n != 1 {
		t.Fatalf("%d photos are owed a vector, want 1", n)
	}
	if n := value(s.Unseen(ctx, betterRef))(t); n != 1 {
		t.Fatalf("%d photos cannot be seen, want 1", n)
	}
	embedBy(t, s, betterRef, 10)
	seq := value(s.Seq(ctx))(t)
	if done, _, err := s.Switch(ctx, betterRef, false); !done || err != nil {
		t.Fatal(done, err)
	}
	changes := value(s.Changes(ctx, seq, 10))(t)
	if len(changes) != 1 || changes[0].Kind != ModelChange || changes[0].Ref != betterRef {
		t.Fatalf("the feed says %+v", changes)
	}
	// Back at once, since the old vectors are there; the photo that could not be seen kept its own all the time.
	if done, _, err := s.Switch(ctx, testRef, false); !done || err != nil {
		t.Fatal(done, err)
	}
	// What is tried anew is owed again.
	value(s.RetryFailed(ctx))(t)
	if done, missing, err := s.Switch(ctx, betterRef, false); done || missing != 1 || err != nil {
		t.Fatal(done, missing, err)
	}
	if done, _, err := s.Switch(ctx, betterRef, true); !done || err != nil {
		t.Fatal("the person's word does not count", err)
	}
	healthy(t, s)
}

func TestAModelWithoutVectorsGivesWayAtOnce(t *testing.T) {
	ctx := context.Background()
	s := filled(t, 3)
	value(switchAnyway(s, betterRef))(t)
	if done, _, err := s.Switch(ctx, photo.ModelRef{ID: "third", Revision: "1"}, false); !done || err != nil {
		t.Fatal("a model that has seen nothing kept answering", err)
	}
}

// switchAnyway makes a model answer in any case.
func switchAnyway(s *Store, ref photo.ModelRef) (bool, error) {
	done, _, err := s.Switch(context.Background(), ref, true)
	return done, err
}

func TestOldVectorsStayUntilTheyArePruned(t *testing.T) {
	ctx := context.Background()
	s := filled(t, pruneStep+7)
	for embedBy(t, s, betterRef, 500) > 0 {
	}
	if _, err := s.PruneVectors(ctx, testRef); !errors.Is(err, ErrAnswering) {
		t.Fatalf("%v, want ErrAnswering", err)
	}
	value(switchAnyway(s, betterRef))(t)
	if c := value(s.Count(ctx, testRef))(t); c.Seen != pruneStep+7 {
		t.Fatalf("%d old vectors are kept", c.Seen)
	}
	if n := value(s.PruneVectors(ctx, testRef))(t); n != pruneStep+7 {
		t.Fatalf("%d vectors were removed", n)
	}
	if c := value(s.Count(ctx, testRef))(t); c.Embedded != 0 {
		t.Fatalf("%d vectors are left", c.Embedded)
	}
	if hits := value(s.Text(ctx, TextQuery{Terms: []string{"thing"}}, 1))(t); len(hits) != 1 {
		t.Fatal("its tags are gone")
	}
	healthy(t, s)
}

func TestAChoiceOfAModelLasts(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	if id := value(s.ModelChoice(ctx, roleImageText))(t); id != "" {
		t.Fatal(id)
	}
	must(t, s.ChooseModel(ctx, roleImageText, "accurate"))
	must(t, s.Close())
	s = openAt(t, dir)
	if id := value(s.ModelChoice(ctx, roleImageText))(t); id != "accurate" {
		t.Fatal(id)
	}
	must(t, s.ChooseModel(ctx, roleImageText, ""))
	if id := value(s.ModelChoice(ctx, roleImageText))(t); id != "" {
		t.Fatal(id)
	}
}
