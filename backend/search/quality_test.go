package search

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/search/quality"
)

func lists(t testing.TB) (present, absent []quality.Query) {
	t.Helper()
	return queries(t, "present"), queries(t, "absent")
}

func queries(t testing.TB, name string) []quality.Query {
	t.Helper()
	out, err := quality.ReadQueries("testdata/" + name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range out {
		for _, files := range [][]string{q.Files, q.Maybe} {
			for i, f := range files {
				files[i] = flat(f)
			}
		}
	}
	return out
}

func (g *golden) captions() []quality.Caption {
	var out []quality.Caption
	for _, c := range g.Captions {
		out = append(out, quality.Caption{File: c.File, Text: g.Texts[c.Text]})
	}
	return out
}

func TestQualityOnTheGoldenPhotos(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files())
	e := run(t, l, newFakeEncoder(l.model, g))
	present, absent := lists(t)
	r, err := quality.Measure(context.Background(), asker(e, true), present, absent, g.captions())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("reference: recall %v, mean average precision %.3f\n%s", g.Reference.Recall, g.Reference.MAP, r)
	for _, c := range r.Fooled {
		t.Logf("answered though absent: %q %v", c.Query, c.Wrong)
	}
	for _, c := range r.Missed {
		t.Logf("missed: %q %v of %d answers", c.Query, c.Missed, c.Answers)
	}
	if r.Recall.At1 < g.Reference.Recall["1"]-0.01 || r.Recall.At5 < g.Reference.Recall["5"]-0.01 || r.Recall.At10 < g.Reference.Recall["10"]-0.01 {
		t.Errorf("captions find their photos less often than the reference")
	}
	if r.Ranking.MeanAveragePrecision < g.Reference.MAP-0.01 {
		t.Errorf("short queries are ranked worse than by the reference")
	}
	for half, c := range r.Cut {
		if c.AbsentAnswered > 0.05 || c.Nonsense > 0 {
			t.Errorf("%s: %.3f of the absent queries are answered", half, c.AbsentAnswered)
		}
	}
	// What the starter reaches; see testdata/README.md for what stands between this and 95 %.
	if c := r.Cut[quality.Both]; c.Kept < 0.79 || c.KeptOfFound < 0.82 || c.KeptOfAnswered < 0.91 || c.Precision < 0.62 {
		t.Errorf("kept %.3f of the right photos, %.3f of those found, %.3f of answered queries, precision %.3f", c.Kept, c.KeptOfFound, c.KeptOfAnswered, c.Precision)
	}
}

// The demo photos are by other people and of other things than those that the model's second half was taught with.
func TestQualityOnTheDemoPhotos(t *testing.T) {
	g := readGolden(t).sample
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files())
	e := run(t, l, newFakeEncoder(l.model, g))
	r, err := quality.Measure(context.Background(), asker(e, true), queries(t, "sample_present"), queries(t, "sample_absent"), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Log(r.String())
	for _, c := range r.Fooled {
		t.Logf("answered though absent: %q %v", c.Query, c.Wrong)
	}
	for _, c := range r.Missed {
		t.Logf("missed: %q %v of %d answers", c.Query, c.Missed, c.Answers)
	}
	if c := r.Cut[quality.Both]; c.AbsentAnswered > 0.05 || c.Nonsense > 0 || c.Kept < 0.58 || c.KeptOfAnswered < 0.91 {
		t.Errorf("%.3f of the absent queries are answered, %.3f of the right photos kept, %.3f of answered queries", c.AbsentAnswered, c.Kept, c.KeptOfAnswered)
	}
}

func TestShuffledVectorsFindNothing(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	order := rand.New(rand.NewPCG(1, 2)).Perm(len(g.photos))
	l.listing(t, g.files(), func(name string) store.Indexed {
		i := g.place(name)
		x := l.indexed(g, i, g.photos[order[i]])
		x.Tags = nil
		return x
	})
	e := run(t, l, newFakeEncoder(l.model, g))
	r, err := quality.MeasureRecall(context.Background(), asker(e, true), g.captions())
	if err != nil {
		t.Fatal(err)
	}
	// By chance 10 of 85 come among the first 10; one permutation of 85 photos strays from that by 3.5 hundredths.
	if r.At1 > 0.08 || r.At10 > 0.25 {
		t.Errorf("recall@1 %.3f, @10 %.3f with permuted vectors: something else than the vectors was searched", r.At1, r.At10)
	}
}

// Small libraries must not answer nonsense either, and must answer what they hold.
func TestCutInLibrariesOfAnySize(t *testing.T) {
	g := readGolden(t)
	present, absent := lists(t)
	model := starter(t)
	r := rand.New(rand.NewPCG(7, 7))
	for _, size := range []int{1, 5, 20, 60} {
		answered, asked, kept, members := 0, 0, 0.0, 0
		rounds := 4
		if size == 1 {
			rounds = 12
		}
		for range rounds {
			places := r.Perm(len(g.photos))[:size]
			l := newLibrary(t, model)
			l.fill(t, g, g.files(places...))
			e := run(t, l, newFakeEncoder(model, g))
			ask := asker(e, true)
			for _, q := range absent {
				got, err := ask(context.Background(), q.Query, false)
				if err != nil {
					t.Fatal(err)
				}
				asked++
				if len(got) > 0 {
					answered++
				}
			}
			for _, q := range present {
				here := slices.DeleteFunc(slices.Clone(q.Files), func(f string) bool { return !slices.Contains(places, g.place(f)) })
				if len(here) == 0 {
					continue
				}
				got, err := ask(context.Background(), q.Query, false)
				if err != nil {
					t.Fatal(err)
				}
				n := 0
				for _, f := range here {
					if slices.Contains(got, f) {
						n++
					}
				}
				kept += float64(n) / float64(len(here))
				members++
			}
		}
		fooled, share := float64(answered)/float64(asked), kept/float64(members)
		t.Logf("%d photos: %.3f of absent queries answered, %.3f of right photos kept (%d queries)", size, fooled, share, members)
		if fooled > 0.05 || share < 0.75 {
			t.Errorf("%d photos: %.3f of absent queries answered, %.3f of right photos kept", size, fooled, share)
		}
	}
}
