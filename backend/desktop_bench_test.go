package backend

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/window"
)

// benchPhotos is the size of the library that bound calls are timed on.
const benchPhotos = 100_000

// BenchmarkBoundCalls reports the median and the 99th percentile of every call that the page makes while somebody works
// with a library of 100,000 photos, whose vectors are those of real photos, mixed.
func BenchmarkBoundCalls(b *testing.B) {
	library := b.TempDir()
	ids := inventLibrary(b, library, benchPhotos)
	p := openPage(b, library)
	p.opened()
	p.wait("the models and vectors are there", 2*time.Minute, func(s window.State) bool {
		a, err := p.bridge.Search(context.Background(), window.Question{Query: "warm up"})
		return err == nil && a.Model != "" && s.Library.Photos >= benchPhotos
	})
	ctx := context.Background()
	random := rand.New(rand.NewPCG(7, 9))
	some := func() string { return ids[random.IntN(len(ids))].String() }
	serve := p.bridge.Media()(http.NotFoundHandler())
	get := func(path string) error {
		r := httptest.NewRequest(http.MethodGet, "http://wails"+path, nil)
		w := httptest.NewRecorder()
		serve.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			return fmt.Errorf("%s: %d %s", path, w.Code, w.Body)
		}
		return nil
	}
	asked := 0
	ask := func(q window.Question) error {
		a, err := p.bridge.Search(ctx, q)
		if err == nil && (a.Superseded || len(a.Notes) > 0) {
			err = fmt.Errorf("the answer is %+v", a)
		}
		return err
	}
	thousand := make([]string, 1000)
	for i := range thousand {
		thousand[i] = some()
	}
	for _, call := range []struct {
		name string
		do   func() error
	}{
		{"State", func() error { _ = p.bridge.State(ctx); return nil }},
		{"Ready again", func() error { _ = p.bridge.Ready(ctx, window.Marks{}); return nil }},
		{"Log", func() error { _ = p.bridge.Log(); return nil }},
		{"Settings", func() error { _ = p.bridge.Settings(); return nil }},
		{"Suggestions", func() error { _ = p.bridge.Suggestions(ctx); return nil }},
		{"Photo", func() error { _, err := p.bridge.Photo(ctx, some()); return err }},
		{"Failures", func() error { _, err := p.bridge.Failures(ctx, 0, 100); return err }},
		{"SetFavourite", func() error { return p.bridge.SetFavourite(ctx, []string{some()}, true) }},
		{"SetFavourite of 1000", func() error { return p.bridge.SetFavourite(ctx, thousand, true) }},
		{"SetRating", func() error { return p.bridge.SetRating(ctx, []string{some()}, random.IntN(6)) }},
		{"Search a known question", func() error { return ask(window.Question{Query: "a dog on the beach", Limit: 60}) }},
		{"Search a new question", func() error {
			asked++
			return ask(window.Question{Query: fmt.Sprintf("a dog and %d people", asked), Limit: 60})
		}},
		{"Search favourites", func() error {
			return ask(window.Question{Query: "a dog on the beach", Limit: 60, Narrow: window.Narrow{Favourite: true}})
		}},
		{"Search a year by date", func() error {
			return ask(window.Question{Query: "a dog on the beach", Limit: 60, Sort: "date", Narrow: window.Narrow{FromMonth: 2012 * 12, ToMonth: 2012*12 + 11}})
		}},
		{"Search like", func() error { return ask(window.Question{Like: some(), Limit: 60}) }},
		{"Columns of a folder", func() error { return get("/library/columns?folder=1") }},
		{"Columns by name", func() error { return get("/library/columns?order=name") }},
	} {
		b.Run(call.name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				began := time.Now()
				if err := call.do(); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			ms := func(share float64) float64 {
				return float64(took[int(share*float64(len(took)-1))].Microseconds()) / 1000
			}
			b.ReportMetric(ms(.5), "p50-ms")
			b.ReportMetric(ms(.99), "p99-ms")
		})
	}
}

// inventLibrary makes a library of n photos that nobody took, and returns their ids.
func inventLibrary(b *testing.B, library string, n int) []photo.ID {
	b.Helper()
	ctx := context.Background()
	p := openPage(b, library)
	p.opened()
	p.add(somePhotos(b, 60))
	p.settled()
	p.stop()
	st, err := store.Open(ctx, store.Options{Dir: library})
	if err != nil {
		b.Fatal(err)
	}
	defer st.Close()
	ref := photo.ModelRef{ID: "starter", Revision: "1"}
	var seeds [][]float32
	if err := st.Embeddings(ctx, ref, 0, func(_ int64, halfs []byte) error {
		seeds = append(seeds, store.DecodeHalfs(nil, halfs))
		return nil
	}); err != nil || len(seeds) == 0 {
		b.Fatalf("%d vectors: %v", len(seeds), err)
	}
	f, err := st.AddFolder(ctx, "/nowhere/photos")
	if err != nil {
		b.Fatal(err)
	}
	scan, err := st.BeginReconcile(ctx, f.ID, "")
	if err != nil {
		b.Fatal(err)
	}
	for dir := range n / 500 {
		entries := make([]store.Entry, 500)
		for i := range entries {
			entries[i] = store.Entry{Name: fmt.Sprintf("IMG_%06d.jpg", dir*500+i), Size: int64(1e6 + i), MTime: int64(1e18), Inode: uint64(dir*500 + i + 1)}
		}
		if err := scan.Directory(ctx, fmt.Sprintf("%d/%d", 2000+dir%20, dir), entries); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := scan.Finish(ctx); err != nil {
		b.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 5))
	var ids []photo.ID
	for {
		page, err := st.NewestPending(ctx, nil, 1000)
		if err != nil {
			b.Fatal(err)
		}
		if len(page) == 0 {
			return ids
		}
		rows := make([]store.Indexed, len(page))
		for i, file := range page {
			rows[i] = inventPhoto(file, ref, mixed(random, seeds))
			ids = append(ids, rows[i].Photo)
		}
		if _, err := st.Commit(ctx, rows, nil); err != nil {
			b.Fatal(err)
		}
	}
}

func inventPhoto(file store.Pending, ref photo.ModelRef, vector []float32) store.Indexed {
	var number [8]byte
	binary.LittleEndian.PutUint64(number[:], uint64(file.File))
	return store.Indexed{
		Pending: file, Photo: sha256.Sum256(number[:]),
		New: &store.NewPhoto{
			Metadata: photo.Metadata{
				Format: "jpeg", Width: 4000, Height: 3000, Camera: "Canon EOS R6", City: []string{"Lisboa", "Berlin", "Kyoto"}[file.File%3],
				Taken: photo.Moment{Local: time.Date(2008, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(file.File) * time.Hour), Source: photo.MomentExif},
			},
			PixelDigest: sha256.Sum256(append(number[:], 1)),
		},
		Embedding: &store.Embedding{Ref: ref, Vector: vector}, TagsRef: ref,
		Tags: []photo.Tag{{Name: []string{"dog", "car", "person", "bird", "tree"}[file.File%5], Kind: "coco", Score: .8}},
	}
}

// mixed is a vector between two real ones, with some noise, of length 1.
func mixed(random *rand.Rand, seeds [][]float32) []float32 {
	a, b, share := seeds[random.IntN(len(seeds))], seeds[random.IntN(len(seeds))], random.Float32()
	v := make([]float32, len(a))
	var sum float64
	for i := range v {
		v[i] = share*a[i] + (1-share)*b[i] + .01*float32(random.NormFloat64())
		sum += float64(v[i]) * float64(v[i])
	}
	for i := range v {
		v[i] /= float32(math.Sqrt(sum))
	}
	return v
}
