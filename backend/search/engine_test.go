package search

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/search/query"
)

func ask(t testing.TB, e *Engine, r Request) Answer {
	t.Helper()
	a, err := e.Words(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func TestAnAnswerSaysWhy(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files())
	e := run(t, l, newFakeEncoder(l.model, g))
	a := ask(t, e, Request{Query: "people riding horses on the beach"})
	if a.Total < 2 || a.Model.ID != "starter" || a.Model.Stage != "starter" || len(a.Notes) > 0 {
		t.Fatalf("%+v", a)
	}
	first := names(a.Hits)[:2]
	slices.Sort(first)
	if !slices.Equal(first, []string{"000000007281.jpg", "000000214753.jpg"}) {
		t.Errorf("first come %v", first)
	}
	var words []string
	for _, c := range a.Clues {
		words = append(words, c.Word)
		if want := strings.Index(a.Query, c.Word); c.At != want {
			t.Errorf("clue %q at %d, want %d", c.Word, c.At, want)
		}
	}
	if !slices.Equal(words, []string{"people", "riding", "horses", "beach"}) {
		t.Errorf("clues %v", words)
	}
	for _, h := range a.Hits[:2] {
		if len(h.Why) == 0 || h.Why[0].Source != SourceMeaning || h.Fit == nil || *h.Fit < a.Histogram.Cut || len(h.Evidence) != 4 {
			t.Errorf("%+v", h)
		}
		if horses := h.Evidence[2]; horses.Clue != "horses" || horses.Level != Full || horses.OneIn < 20 {
			t.Errorf("evidence of horses: %+v", horses)
		}
	}
	sum := 0
	for _, n := range a.Histogram.Bins {
		sum += n
	}
	if sum != 85 || a.Histogram.Cut < a.Histogram.Low || a.Histogram.Cut > a.Histogram.High {
		t.Errorf("histogram of %d photos: %+v", sum, a.Histogram)
	}
	// What is not there: no hits, and the line's end beyond the last photo.
	b := ask(t, e, Request{Query: "saxophone"})
	if b.Total != 0 || len(b.Hits) != 0 || b.Histogram == nil || b.Histogram.Cut < b.Histogram.High {
		t.Errorf("%+v", b)
	}
	if len(b.Clues) != 1 || b.Clues[0].Lit {
		t.Errorf("clues %+v", b.Clues)
	}
	// The same question gives the same answer.
	again := ask(t, e, Request{Query: a.Query})
	again.TookMS, a.TookMS = 0, 0
	if !reflect.DeepEqual(a, again) {
		t.Error("asked twice, answered differently")
	}
}

func TestTagsAreFoundAsWordsWithoutAModel(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files())
	encoder := newFakeEncoder(l.model, g)
	encoder.noModel.Store(true)
	e := run(t, l, encoder)
	a := ask(t, e, Request{Query: "Motorcycles"})
	if !slices.Equal(names(a.Hits), []string{"000000165518.jpg"}) || len(a.Notes) != 1 || a.Model.ID != "" || a.Histogram != nil {
		t.Fatalf("%v %+v", names(a.Hits), a)
	}
	if why := a.Hits[0].Why; len(why) != 1 || why[0].Source != SourceTag || !strings.Contains(why[0].Text, "motorcycle") {
		t.Errorf("why: %+v", why)
	}
	if a := ask(t, e, Request{Query: "motorcyc"}); a.Total != 0 {
		t.Errorf("a part of a word found %v", names(a.Hits))
	}
	encoder.noModel.Store(false)
	encoder.fail.Store(true)
	deadline := time.Now().Add(10 * time.Second)
	for n := 0; n == 0; n, _ = e.Seen() { // a model that comes later is taken up
		if time.Now().After(deadline) {
			t.Fatal("the model was not taken up")
		}
		time.Sleep(10 * time.Millisecond)
	}
	a = ask(t, e, Request{Query: "motorcycle"})
	if a.Total != 1 || len(a.Notes) != 1 || !strings.Contains(a.Notes[0], "the worker is gone") {
		t.Errorf("%+v", a)
	}
}

func TestFilterPhraseAndExclusion(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files())
	e := run(t, l, newFakeEncoder(l.model, g))
	all := names(ask(t, e, Request{Query: "laptop"}).Hits)
	if len(all) < 5 {
		t.Fatalf("laptop finds %v", all)
	}
	from := time.Date(2020, 1, 1+59, 0, 0, 0, 0, time.UTC) // photo 59 and later
	late := ask(t, e, Request{Query: "laptop", Filter: store.Filter{TakenFrom: &from}})
	for _, n := range names(late.Hits) {
		if g.place(n) < 59 {
			t.Errorf("%s is too early", n)
		}
	}
	if !slices.Contains(names(late.Hits), g.Photos[59].File) {
		t.Errorf("filtered: %v", names(late.Hits))
	}
	without := names(ask(t, e, Request{Query: "laptop -cat"}).Hits)
	if slices.Contains(without, g.Photos[59].File) || !slices.Contains(without, g.Photos[51].File) {
		t.Errorf("without cats: %v", without)
	}
	if quoted := names(ask(t, e, Request{Query: `"laptop"`}).Hits); len(quoted) == 0 || len(quoted) > len(all) {
		t.Errorf("in quotes: %v", quoted)
	}
	byDate := names(ask(t, e, Request{Query: "laptop", Sort: SortDate}).Hits)
	if !slices.IsSortedFunc(byDate, func(a, b string) int { return g.place(b) - g.place(a) }) || len(byDate) != len(all) {
		t.Errorf("by date: %v", byDate)
	}
	page := names(ask(t, e, Request{Query: "laptop", Limit: 2, Offset: 1}).Hits)
	if !slices.Equal(page, all[1:3]) {
		t.Errorf("page %v of %v", page, all)
	}
	var wrong *query.Error
	if _, err := e.Words(context.Background(), Request{Query: `"laptop`}); !errors.As(err, &wrong) || wrong.At != 0 {
		t.Errorf("an open quote: %v", err)
	}
	if a := ask(t, e, Request{Query: "  "}); len(a.Hits) != 0 || len(a.Notes) != 1 {
		t.Errorf("an empty question: %+v", a)
	}
}

func TestTheEngineFollowsTheLibrary(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	e := run(t, l, newFakeEncoder(l.model, g))
	if a := ask(t, e, Request{Query: "elephant"}); a.Total != 0 || len(a.Notes) != 1 {
		t.Fatalf("in an empty library: %+v", a)
	}
	l.fill(t, g, g.files(0, 1, 78))
	seen(t, e, 3)
	if got := names(ask(t, e, Request{Query: "elephant"}).Hits); !slices.Equal(got, g.files(78)) {
		t.Fatalf("after indexing: %v", got)
	}
	l.fill(t, g, g.files(0, 1)) // the elephant's file is gone
	seen(t, e, 2)
	if got := names(ask(t, e, Request{Query: "elephant"}).Hits); len(got) != 0 {
		t.Fatalf("after removing: %v", got)
	}
	l.fill(t, g, g.files(0, 1, 78)) // and comes back, without being encoded again
	seen(t, e, 3)
	if got := names(ask(t, e, Request{Query: "elephant"}).Hits); !slices.Equal(got, g.files(78)) {
		t.Fatalf("after it came back: %v", got)
	}
}

func TestANewerQuestionEndsTheOlder(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files(0, 78))
	encoder := newFakeEncoder(l.model, g)
	e := run(t, l, encoder)
	hung := make(chan struct{})
	encoder.hang.Store(&hung)
	older := make(chan error, 1)
	go func() {
		_, err := e.Words(context.Background(), Request{Query: "bear", Stream: "box"})
		older <- err
	}()
	<-hung
	if a := ask(t, e, Request{Query: "elephant", Stream: "box"}); a.Total != 1 {
		t.Errorf("%+v", a)
	}
	if err := <-older; !errors.Is(err, ErrSuperseded) {
		t.Errorf("the older question ended with %v", err)
	}
	// A question that is cancelled by who asked it says so.
	hung = make(chan struct{})
	encoder.hang.Store(&hung)
	ctx, cancel := context.WithCancel(context.Background())
	go func() { <-hung; cancel() }()
	if _, err := e.Words(ctx, Request{Query: "cat", Stream: "box"}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	// Who has patience for a moment only gets what words alone can tell.
	hung = make(chan struct{})
	encoder.hang.Store(&hung)
	a := ask(t, e, Request{Query: "dog", Patience: 20 * time.Millisecond})
	if len(a.Notes) != 1 || !strings.Contains(a.Notes[0], "still loading") {
		t.Errorf("%+v", a)
	}
}

func TestTextsAreEncodedOnce(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files(0, 78))
	encoder := newFakeEncoder(l.model, g)
	e := run(t, l, encoder)
	ask(t, e, Request{Query: "man next to an elephant"})
	if calls, texts := encoder.calls.Load(), encoder.texts.Load(); calls != 1 || texts != 3 { // the question, man, elephant
		t.Fatalf("%d calls with %d texts", calls, texts)
	}
	ask(t, e, Request{Query: "man next to an elephant"})
	ask(t, e, Request{Query: "elephant"})
	if encoder.calls.Load() != 1 {
		t.Error("what was known was encoded again")
	}
	// Another engine on the same library finds them in the store, once Run has kept them.
	deadline := time.Now().Add(10 * time.Second)
	for {
		kept, err := l.QueryVectors(context.Background(), l.model.Ref(), []string{"man next to an elephant"})
		if err != nil {
			t.Fatal(err)
		}
		if len(kept) == 1 {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the vectors were not kept")
		}
		time.Sleep(5 * time.Millisecond)
	}
	second := newFakeEncoder(l.model, g)
	ask(t, run(t, l, second), Request{Query: "man next to an elephant"})
	if second.calls.Load() != 0 {
		t.Error("another engine encoded them again")
	}
}

func TestSimilar(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files())
	e := run(t, l, newFakeEncoder(l.model, g))
	ctx := context.Background()
	id := idOf(g.Photos[18].File) // two riders on a beach
	a, err := e.Similar(ctx, Request{Photo: &id})
	if err != nil {
		t.Fatal(err)
	}
	got := names(a.Hits)
	if len(got) == 0 || got[0] != g.Photos[50].File || slices.Contains(got, g.Photos[18].File) || a.Hits[0].Why[0].Source != SourceLike {
		t.Errorf("like riders on a beach: %v", got)
	}
	b, err := e.Similar(ctx, Request{Vector: g.photos[18]})
	if err != nil || names(b.Hits)[0] != g.Photos[18].File {
		t.Errorf("like its own picture: %v %v", names(b.Hits), err)
	}
	c, err := e.Similar(ctx, Request{Photo: &id, Self: true})
	if err != nil || names(c.Hits)[0] != g.Photos[18].File || c.Total != a.Total+1 {
		t.Errorf("like riders on a beach, with itself: %v %v", names(c.Hits), err)
	}
	stranger := idOf("nowhere")
	if _, err := e.Similar(ctx, Request{Photo: &stranger}); !errors.Is(err, ErrNoVector) {
		t.Errorf("like a stranger: %v", err)
	}
	if _, err := e.Similar(ctx, Request{Vector: []float32{1}}); err == nil {
		t.Error("a vector of another model was taken")
	}
}
