package window

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
)

// rows are a library of so many photos that the store need not hold them. Its stamp is what a test says.
type rows struct {
	n     int
	reads int
	gone  map[int64]bool
}

func (r *rows) Listing(_ context.Context, q listingQuery) (store.Listing, error) {
	r.reads++
	l := store.Listing{Nums: make([]int64, r.n), Days: make([]int32, r.n), Aspects: make([]uint16, r.n), Flags: make([]uint8, r.n)}
	for i := range r.n {
		l.Nums[i], l.Days[i], l.Aspects[i], l.Flags[i] = int64(r.n-i), int32(i-5), uint16(i), uint8(i)
		if q.Order == store.OrderAdded {
			l.Nums[i] = int64(i + 1)
		}
	}
	return l, nil
}

func (r *rows) PhotoIDs(_ context.Context, nums []int64) ([]photo.ID, error) {
	ids := make([]photo.ID, len(nums))
	for i, num := range nums {
		if !r.gone[num] {
			binary.LittleEndian.PutUint64(ids[i][:], uint64(num))
		}
	}
	return ids, nil
}

func TestListingIsPackedAsThePageReadsIt(t *testing.T) {
	body, err := pack(store.Listing{
		Nums: []int64{7, 8, 9}, Days: []int32{-1, store.UnknownDay, 18000}, Aspects: []uint16{1500, 0, 65535}, Flags: []uint8{1, 2, 8},
	})
	want := "PDL1\x03\x00\x00\x00" + "\xff\xff\xff\xff" + "\x00\x00\x00\x80" + "\x50\x46\x00\x00" + "\xdc\x05\x00\x00\xff\xff\x00\x00" + "\x01\x02\x08\x00"
	if err != nil || string(body) != want {
		t.Errorf("%v\n% x\n% x", err, body, want)
	}
	if body, err := pack(store.Listing{}); err != nil || string(body) != "PDL1\x00\x00\x00\x00" {
		t.Errorf("% x, %v", body, err)
	}
	if _, err := pack(store.Listing{Nums: []int64{1}}); err == nil {
		t.Error("columns of several lengths were packed")
	}
}

func TestTheLastListingsAreKept(t *testing.T) {
	source, stamp := &rows{n: 1000}, "a"
	l := newListings(source, func() string { return stamp })
	ctx := t.Context()
	first, err := l.get(ctx, listingQuery{Order: store.OrderTaken})
	if err != nil {
		t.Fatal(err)
	}
	if again, err := l.get(ctx, listingQuery{Order: store.OrderTaken}); err != nil || again != first || source.reads != 1 {
		t.Errorf("the library was read %d times though nothing changed, %v", source.reads, err)
	}
	stamp = "b"
	if again, err := l.get(ctx, listingQuery{Order: store.OrderTaken}); err != nil || again.name != first.name || source.reads != 2 {
		t.Errorf("read %d times after a change; the same photos are called %s and %s", source.reads, first.name, again.name)
	}
	added, err := l.get(ctx, listingQuery{Order: store.OrderAdded})
	if err != nil || added.name == first.name {
		t.Errorf("two orders are both called %s, %v", added.name, err)
	}
	for block, want := range map[int]int{0: 256 * 32, 3: 232 * 32} {
		if ids, err := l.ids(ctx, first.name, block); err != nil || len(ids) != want {
			t.Errorf("block %d has %d bytes, %v", block, len(ids), err)
		}
	}
	if _, err := l.ids(ctx, first.name, 4); err == nil || errors.Is(err, errListingGone) {
		t.Errorf("a block behind the end: %v", err)
	}
	source.gone = map[int64]bool{1000: true}
	if _, err := l.ids(ctx, first.name, 0); !errors.Is(err, errListingGone) {
		t.Errorf("a photo that is gone: %v", err)
	}
	for i := range listingsKept {
		source.n++
		if _, err := l.get(ctx, listingQuery{Order: store.OrderName, MinRating: i}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := l.ids(ctx, added.name, 0); !errors.Is(err, errListingGone) {
		t.Errorf("an old listing: %v", err)
	}
	if n := len(l.kept); n != listingsKept {
		t.Errorf("%d listings are kept", n)
	}
	if other, err := newListings(source, nil).get(ctx, listingQuery{Order: store.OrderName, MinRating: listingsKept - 1}); err != nil || other.name == l.kept[listingsKept-1].name {
		t.Errorf("another run calls its listing the same, %v", err)
	}
}

func TestWhoWaitsForAListingCanGiveUp(t *testing.T) {
	l := newListings(&rows{n: 1}, nil)
	l.building <- struct{}{} // somebody builds one
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := l.get(ctx, listingQuery{}); !errors.Is(err, context.Canceled) {
		t.Errorf("have %v", err)
	}
}

func TestAListingOfAMillionPhotosIsSmall(t *testing.T) {
	const n = 1_000_000
	l := newListings(&rows{n: n}, nil)
	began := time.Now()
	made, err := l.get(t.Context(), listingQuery{})
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	if held := 8*cap(made.nums) + cap(made.body); held > 16*n {
		t.Errorf("%d bytes are held for a million photos", held)
	}
	if len(made.body) != 8+7*n {
		t.Errorf("%d bytes cross", len(made.body))
	}
	began = time.Now()
	for block := range 100 {
		if _, err := l.ids(t.Context(), made.name, block*39); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("made in %v, %.1f bytes a photo, a block of ids in %v", took, float64(8*cap(made.nums)+cap(made.body))/n, time.Since(began)/100)
}

func BenchmarkListing(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			r := &rows{n: n}
			c, err := r.Listing(b.Context(), listingQuery{})
			if err != nil {
				b.Fatal(err)
			}
			l := newListings(r, nil)
			for b.Loop() {
				body, err := pack(c)
				if err != nil {
					b.Fatal(err)
				}
				_ = l.nameOf(c.Nums, body)
			}
		})
	}
}

func TestListingQueriesAreReadToTheLastKey(t *testing.T) {
	q, err := parseListingQuery("order=size&folder=3&from=24288&to=24300&favourite=1&rating=4")
	want := listingQuery{Order: store.OrderSize, Folder: 3, FromMonth: 24288, ToMonth: 24300, Favourite: true, MinRating: 4}
	if err != nil || q != want {
		t.Errorf("%+v, %v", q, err)
	}
	f := want.filter()
	if f.TakenFrom.Format(time.DateOnly) != "2024-01-01" || f.TakenTo.Format(time.DateOnly) != "2025-02-01" || !*f.Favourite || f.MinRating != 4 || f.Folders[0] != 3 {
		t.Errorf("%+v", f)
	}
	if q, err := parseListingQuery(""); err != nil || q != (listingQuery{Order: store.OrderTaken}) {
		t.Errorf("%+v, %v", q, err)
	}
}

func FuzzListingQuery(f *testing.F) {
	f.Add("order=taken&folder=1")
	f.Add("%zz&favourite=2;rating=9")
	f.Fuzz(func(t *testing.T, raw string) {
		q, err := parseListingQuery(raw)
		if err == nil && (q.Folder < 0 || q.FromMonth < 0 || q.ToMonth > lastMonth || q.MinRating > 5) {
			t.Errorf("%q became %+v", raw, q)
		}
	})
}
