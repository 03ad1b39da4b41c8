package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"pixeldetective/backend/photo"
)

// fillPlain indexes n photos with little more than what a listing shows.
func fillPlain(b testing.TB, s *Store, n int) FolderID {
	b.Helper()
	ctx := context.Background()
	f := value(s.AddFolder(ctx, "/photos"))(b)
	r := value(s.BeginReconcile(ctx, f.ID, ""))(b)
	listing100(n, func(rel string, entries []Entry) { must(b, r.Directory(ctx, rel, entries)) })
	value(r.Finish(ctx))(b)
	random := rand.New(rand.NewPCG(1, 2))
	vector := make([]float32, 8)
	vector[0] = 1
	for {
		waiting := value(s.NewestPending(ctx, nil, 1000))(b)
		if len(waiting) == 0 {
			return f.ID
		}
		done := make([]Indexed, len(waiting))
		for i, p := range waiting {
			done[i] = decoded(p, p.Rel)
			m := &done[i].New.Metadata
			m.Width, m.Height = 3000+random.IntN(3000), 2000+random.IntN(3000)
			m.Camera, m.Lens, m.City, m.Country = "Canon EOS R6", "RF24-105mm F4 L IS USM", "Lisboa", "Portugal"
			m.Taken = photo.Moment{Local: time.Unix(int64(1_000_000_000+random.IntN(700_000_000)), 0).UTC(), Source: photo.MomentExif}
			done[i].New.Thumbnail = nil
			done[i].Embedding.Vector = vector
			done[i].Tags = nil
		}
		value(s.Commit(ctx, done, nil))(b)
	}
}

func BenchmarkListing(b *testing.B) {
	for _, n := range sizes() {
		s := benchStore(b)
		folder := fillPlain(b, s, n)
		ctx := context.Background()
		for i := range 1000 {
			must(b, s.SetFavourite(ctx, value(s.PhotoIDs(ctx, []int64{int64(i*n/1000 + 1)}))(b)[0], true))
		}
		yes := true
		for _, c := range []struct {
			name   string
			order  Order
			filter Filter
		}{
			{"taken", OrderTaken, Filter{}}, {"added", OrderAdded, Filter{}}, {"size", OrderSize, Filter{}}, {"name", OrderName, Filter{}},
			{"favourites", OrderTaken, Filter{Favourite: &yes}}, {"folder", OrderTaken, Filter{Folders: []FolderID{folder}}},
		} {
			b.Run(fmt.Sprintf("%s/%s", label(n), c.name), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					if l := value(s.Listing(ctx, c.filter, c.order, testRef))(b); len(l.Nums) == 0 {
						b.Fatal("nothing is listed")
					}
				}
			})
		}
		b.Run(label(n)+"/ids of 256", func(b *testing.B) {
			nums := value(s.Listing(ctx, Filter{}, OrderTaken, testRef))(b).Nums[:256]
			for b.Loop() {
				value(s.PhotoIDs(ctx, nums))(b)
			}
		})
		_ = s.closeFiles()
	}
}
