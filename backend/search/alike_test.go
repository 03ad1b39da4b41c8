package search

import (
	"context"
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/search/quality"
)

// alikeLists are the photos that look alike, of the golden photos and of the demo photos, with names in one folder.
func alikeLists(t testing.TB) (photos, sample quality.Alike) {
	t.Helper()
	all, err := quality.ReadAlike("testdata/alike.json")
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		for _, groups := range [][][]string{a.Mates, a.Maybe} {
			for _, g := range groups {
				for i := range g {
					g[i] = flat(g[i])
				}
			}
		}
	}
	return all["photos"], all["sample"]
}

func similar(t testing.TB, e *Engine, r Request) Answer {
	t.Helper()
	a, err := e.Similar(context.Background(), r)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func byPhoto(e *Engine) func(context.Context, string) ([]string, error) {
	return func(ctx context.Context, file string) ([]string, error) {
		id := idOf(file)
		a, err := e.Similar(ctx, Request{Photo: &id, Limit: 1000})
		return names(a.Hits), err
	}
}

func TestQualityOfPictures(t *testing.T) {
	g := readGolden(t)
	photos, sample := alikeLists(t)
	for _, c := range []struct {
		name               string
		golden             *golden
		alike              quality.Alike
		model              catalog.Model
		kept, alone, wrong float64
	}{
		{"85 photos", g, photos, starter(t), 0.85, 0.7, 0.03},
		{"demo photos", g.sample, sample, starter(t), 0.85, 0.68, 0.05},
		{"85 photos, by a model that says nothing of itself", g, photos, silent(t), 0.8, 0.7, 0.03},
		{"demo photos, by a model that says nothing of itself", g.sample, sample, silent(t), 0.7, 0.68, 0.05},
	} {
		l := newLibrary(t, c.model)
		l.fill(t, c.golden, c.golden.files())
		e := run(t, l, newFakeEncoder(l.model, g))
		r, err := quality.MeasureAlike(context.Background(), byPhoto(e), c.golden.files(), c.alike)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s\n%s", c.name, r)
		for _, m := range r.Missed {
			t.Logf("missed: %s %v of %d answers", m.Query, m.Missed, m.Answers)
		}
		for _, f := range r.Fooled {
			t.Logf("not alike: %s %v of %d answers", f.Query, f.Wrong, f.Answers)
		}
		if both := r.Cut[quality.Both]; both.Kept < c.kept || both.Alone < c.alone || both.Wrong > c.wrong {
			t.Errorf("%s: %+v", c.name, both)
		}
	}
}

// silent is the starter with no word of how its scores are spread.
func silent(t testing.TB) catalog.Model {
	m := starter(t)
	m.Cutoff = nil
	return m
}

func TestPicturesInLibrariesOfAnySize(t *testing.T) {
	g := readGolden(t)
	photos, sample := alikeLists(t)
	r := rand.New(rand.NewPCG(3, 5))
	for _, size := range []int{2, 12, 40} {
		var sum quality.AlikeCut
		rounds := max(2, 12/size)
		for i := range 2 * rounds {
			of, alike := g, photos
			if i%2 == 1 {
				of, alike = g.sample, sample
			}
			l := newLibrary(t, starter(t))
			files := of.files(r.Perm(len(of.Photos))[:size]...)
			l.fill(t, of, files)
			report, err := quality.MeasureAlike(context.Background(), byPhoto(run(t, l, newFakeEncoder(l.model, g))), files, alike.Among(files))
			if err != nil {
				t.Fatal(err)
			}
			c := report.Cut[quality.Both]
			sum.Kept += c.Kept * float64(c.Mated)
			sum.Mated += c.Mated
			sum.Right += c.Right * float64(c.Single)
			sum.Single += c.Single
			sum.Wrong += c.Wrong * float64(size)
		}
		kept, right, wrong := sum.Kept/float64(max(1, sum.Mated)), sum.Right/float64(sum.Single), sum.Wrong/float64(2*rounds*size)
		t.Logf("%d photos: kept %.3f (%d pictures), nothing wrong answers %.3f of %d without mates, wrong %.3f", size, kept, sum.Mated, right, sum.Single, wrong)
		if right < 0.9 || wrong > 0.08 || size >= 40 && kept < 0.7 {
			t.Errorf("%d photos: kept %.3f, right %.3f, wrong %.3f", size, kept, right, wrong)
		}
	}
}

func TestCopiesAndBurstsAreAlikeInAnyLibrary(t *testing.T) {
	g := readGolden(t)
	bears := []string{"2019_02_DSC01307.JPG", "2019_02_DSC01308.JPG", "2019_02_DSC01309.JPG"}
	pandas := []string{"2022_Camera_PXL_20220402_101544310.jpg", "Backup_old phone_0038.jpg"}
	castles := []string{"2012_DSC_0514.JPG", "to send_a1.jpg"}
	for _, model := range []catalog.Model{starter(t), silent(t)} {
		for _, files := range [][]string{pandas, castles, bears, slices.Concat(bears, pandas), g.sample.files()} {
			l := newLibrary(t, model)
			l.fill(t, g.sample, files)
			e := run(t, l, newFakeEncoder(l.model, g))
			for _, group := range [][]string{bears, pandas, castles} {
				for _, file := range group {
					if !slices.Contains(files, file) {
						continue
					}
					got, err := byPhoto(e)(context.Background(), file)
					if err != nil {
						t.Fatal(err)
					}
					for _, mate := range group {
						if mate != file && !slices.Contains(got, mate) {
							t.Errorf("%d photos: %s is like %v", len(files), file, got)
						}
					}
				}
			}
		}
	}
}

func TestTheCutOfAPictureIsShown(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files())
	e := run(t, l, newFakeEncoder(l.model, g))
	riders, roses := idOf(g.Photos[18].File), idOf("000000249025.jpg")
	a := similar(t, e, Request{Photo: &riders})
	if a.Total < 1 || a.Total > 5 || a.Total != len(a.Hits) || len(a.Nums) != a.Total {
		t.Fatalf("%d photos look like riders on a beach: %v", a.Total, names(a.Hits))
	}
	if h := a.Histogram; h.Cut <= h.Low || h.Cut >= h.High || *a.Hits[a.Total-1].Fit < h.Cut {
		t.Errorf("%+v", h)
	}
	if why := a.Hits[0].Why; len(why) != 1 || why[0] != (Reason{SourceLike, "it looks like it: only 1 in 84 of your photos looks so much alike"}) {
		t.Errorf("why: %+v", why)
	}
	// All the others, in order, where they are wanted; the cut stays.
	uncut := similar(t, e, Request{Photo: &riders, Uncut: true, Limit: 100})
	if uncut.Total != 84 || len(uncut.Hits) != 84 || uncut.Histogram.Cut != a.Histogram.Cut || !slices.Equal(names(uncut.Hits)[:a.Total], names(a.Hits)) {
		t.Errorf("uncut: %d of %d", len(uncut.Hits), uncut.Total)
	}
	if last := uncut.Hits[83].Why[0].Text; !strings.HasPrefix(last, "it hardly looks like it") {
		t.Errorf("the least alike: %q", last)
	}
	// Nothing is like the only rose: the line is beyond the last photo.
	if none := similar(t, e, Request{Photo: &roses}); none.Total != 0 || len(none.Hits) != 0 || none.Histogram.Cut < none.Histogram.High {
		t.Errorf("like a rose: %v %+v", names(none.Hits), none.Histogram)
	}
	// Among few photos the line is where it is among all.
	from := time.Date(2020, 1, 1+48, 0, 0, 0, 0, time.UTC)
	narrowed := similar(t, e, Request{Photo: &riders, Filter: store.Filter{TakenFrom: &from}})
	want := slices.DeleteFunc(names(a.Hits), func(n string) bool { return g.place(n) < 48 })
	if narrowed.Histogram.Cut != a.Histogram.Cut || !slices.Equal(names(narrowed.Hits), want) {
		t.Errorf("narrowed: %v, want %v; %+v", names(narrowed.Hits), want, narrowed.Histogram)
	}
}

func TestAPictureOfTheLibraryComesFirst(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g.sample, g.sample.files())
	e := run(t, l, newFakeEncoder(l.model, g))
	for i, p := range g.sample.Photos {
		id := idOf(p.File)
		a := similar(t, e, Request{Photo: &id, Self: true})
		if a.Total < 1 || a.Hits[0].Photo != id || a.Hits[0].Why[0].Text != "it is this photo" {
			t.Errorf("%s: %v", p.File, names(a.Hits))
		}
		for k := 1; k < len(a.Hits); k++ {
			if *a.Hits[k].Fit > *a.Hits[k-1].Fit {
				t.Errorf("%s: hit %d fits better than the one before", p.File, k)
			}
		}
		if b := similar(t, e, Request{Vector: g.sample.photos[i]}); b.Total < 1 || *b.Hits[0].Fit < 0.999 || b.Hits[0].Photo != a.Hits[0].Photo && *b.Hits[1].Fit < 0.999 {
			t.Errorf("%s by its pixels: %v", p.File, names(b.Hits))
		}
	}
}

func TestAllThatLookAlikeAreCounted(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	var files []string
	for i := range 3000 {
		files = append(files, fmt.Sprintf("%05d.jpg", i))
	}
	rose := g.place("000000249025.jpg")
	l.listing(t, files, func(name string) store.Indexed { // every fifth is the rose
		var i int
		_, _ = fmt.Sscanf(name, "%d", &i) // the name was made just now
		place := i % len(g.Photos)
		if i%5 == 0 {
			place = rose
		}
		x := l.indexed(g, place, g.photos[place])
		x.Photo, x.New.PixelDigest, x.Tags = idOf(name), sha256.Sum256([]byte(name)), nil
		return x
	})
	e := run(t, l, newFakeEncoder(l.model, g))
	id := idOf("00000.jpg")
	roses := 0
	for i := range 3000 {
		if i%5 == 0 || i%len(g.Photos) == rose {
			roses++
		}
	}
	a := similar(t, e, Request{Photo: &id, Limit: 20, Whole: true})
	if a.Total != roses-1 || len(a.Nums) != roses-1 || len(a.Hits) != 20 {
		t.Errorf("%d look alike, %d numbers, %d hits; want %d", a.Total, len(a.Nums), len(a.Hits), roses-1)
	}
}

func TestAFilterDoesNotMoveTheCut(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.fill(t, g, g.files())
	e := run(t, l, newFakeEncoder(l.model, g))
	present, absent := lists(t)
	ten := time.Date(2020, 1, 11, 0, 0, 0, 0, time.UTC)
	for i, q := range append(present, absent...) {
		if i%4 > 0 { // enough of both lists
			continue
		}
		all := ask(t, e, Request{Query: q.Query, Plain: true, Limit: 100})
		few := ask(t, e, Request{Query: q.Query, Plain: true, Limit: 100, Filter: store.Filter{TakenTo: &ten}})
		want := slices.DeleteFunc(names(all.Hits), func(n string) bool { return g.place(n) >= 10 })
		if got := names(few.Hits); !slices.Equal(slices.Sorted(slices.Values(got)), slices.Sorted(slices.Values(want))) {
			t.Errorf("%q among ten photos: %v, want %v", q.Query, got, want)
		}
		if len(few.Hits) == 0 && few.Histogram.Cut < few.Histogram.High {
			t.Errorf("%q: nothing answers, and the line is at %v of %v", q.Query, few.Histogram.Cut, few.Histogram.High)
		}
	}
}

func TestAWordInANameIsEvidence(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	l.listing(t, []string{"IMG_0001.jpg", "Café-img.jpg", "other.jpg"}, func(name string) store.Indexed {
		x := l.indexed(g, 0, g.photos[0])
		x.Photo, x.New.PixelDigest, x.Tags = idOf(name), sha256.Sum256([]byte(name)), nil
		x.New.Metadata = photo.Metadata{Format: "jpeg", Width: 1, Height: 1}
		return x
	})
	encoder := newFakeEncoder(l.model, g)
	encoder.noModel.Store(true)
	e := run(t, l, encoder)
	for question, found := range map[string]int{"img": 2, "cafe": 1} {
		a := ask(t, e, Request{Query: question})
		if a.Total != found || len(a.Clues) != 1 || !a.Clues[0].Lit {
			t.Fatalf("%q: %v %+v", question, names(a.Hits), a.Clues)
		}
		for _, h := range a.Hits {
			if len(h.Evidence) != 1 || h.Evidence[0].Level != Full || h.Evidence[0].Source != SourceFile {
				t.Errorf("%q in %v: %+v", question, names(a.Hits), h.Evidence)
			}
		}
	}
}
