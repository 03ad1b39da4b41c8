package quality

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"
)

func TestAveragePrecision(t *testing.T) {
	order := []string{"a", "b", "c", "d"}
	for _, c := range []struct {
		right []string
		want  float64
	}{{[]string{"a"}, 1}, {[]string{"b"}, 0.5}, {[]string{"a", "c"}, (1 + 2.0/3) / 2}, {[]string{"a", "x"}, 0.5}, {nil, 0}} {
		if got := AveragePrecision(order, c.right); math.Abs(got-c.want) > 1e-12 {
			t.Errorf("%v: %v, want %v", c.right, got, c.want)
		}
	}
}

func TestMeasure(t *testing.T) {
	all := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"}
	order := map[string][]string{"one": all, "two": append(slices.Clone(all[1:]), "a"), "gone": all, "noise": all, "caption": all}
	cut := map[string]int{"one": 2, "two": 0, "gone": 1, "noise": 0}
	ask := func(_ context.Context, q string, uncut bool) ([]string, error) {
		if uncut {
			return order[q], nil
		}
		return order[q][:cut[q]], nil
	}
	r, err := Measure(context.Background(), ask,
		[]Query{{Query: "one", Files: []string{"a", "c"}, Maybe: []string{"b"}, Kind: "class"}, {Query: "two", Files: []string{"a", "b"}}},
		[]Query{{Query: "gone", Kind: "thing"}, {Query: "noise", Kind: "nonsense"}},
		[]Caption{{"a", "caption"}, {"f", "caption"}})
	if err != nil {
		t.Fatal(err)
	}
	c := r.Cut[Both]
	for name, v := range map[string][2]float64{
		"recall@1": {r.Recall.At1, 0.5}, "recall@5": {r.Recall.At5, 0.5}, "recall@10": {r.Recall.At10, 1},
		"kept": {c.Kept, 0.25}, "kept of classes": {c.KeptOfClasses, 0.5}, "kept of found": {c.KeptOfFound, 0.25}, "kept of answered": {c.KeptOfAnswered, 0.5},
		"precision": {c.Precision, 1}, "unanswered": {c.Unanswered, 0.5}, "absent": {c.AbsentAnswered, 0.5}, "things": {c.Things, 1}, "nonsense": {c.Nonsense, 0},
	} {
		if math.Abs(v[0]-v[1]) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, v[0], v[1])
		}
	}
	if r.Cut[Tune].Present+r.Cut[HeldOut].Present != 2 || len(r.Fooled) != 1 || r.Fooled[0].Query != "gone" || len(r.Missed) != 2 {
		t.Errorf("%+v", r)
	}
	failure := errors.New("no")
	if _, err := Measure(context.Background(), func(context.Context, string, bool) ([]string, error) { return nil, failure }, nil, []Query{{Query: "x"}}, nil); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}

func TestMeasureAlike(t *testing.T) {
	answers := map[string][]string{"a": {"b", "x"}, "b": {"a", "c"}, "c": nil, "d": {"e"}, "e": {"a"}, "f": nil}
	r, err := MeasureAlike(context.Background(), func(_ context.Context, file string) ([]string, error) { return answers[file], nil },
		[]string{"a", "b", "c", "d", "e", "f"}, Alike{Mates: [][]string{{"a", "b"}, {"b", "c"}}, Maybe: [][]string{{"d", "e"}}})
	if err != nil {
		t.Fatal(err)
	}
	c := r.Cut[Both]
	for name, v := range map[string][2]float64{
		"kept": {c.Kept, (1 + 1 + 0) / 3.0}, "alone": {c.Alone, 1 / 3.0}, "right": {c.Right, 2 / 3.0}, "wrong": {c.Wrong, 2 / 6.0}, "hits": {c.Hits, 1},
	} {
		if math.Abs(v[0]-v[1]) > 1e-12 {
			t.Errorf("%s: %v, want %v", name, v[0], v[1])
		}
	}
	if c.Mated != 3 || c.Single != 3 || c.Most != 2 || len(r.Missed) != 1 || r.Missed[0].Query != "c" || len(r.Fooled) != 2 {
		t.Errorf("%+v", r)
	}
	if among := (Alike{Mates: [][]string{{"a", "b", "c"}}}).Among([]string{"a", "c"}); !slices.Equal(among.Mates[0], []string{"a", "c"}) {
		t.Errorf("among a and c: %v", among.Mates)
	}
	failure := errors.New("no")
	if _, err := MeasureAlike(context.Background(), func(context.Context, string) ([]string, error) { return nil, failure }, []string{"a"}, Alike{}); !errors.Is(err, failure) {
		t.Errorf("got %v", err)
	}
}
