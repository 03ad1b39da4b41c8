package store

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"pixeldetective/backend/photo"
)

// listedLibrary has five photos that differ in all that a listing shows, and one without a file.
func listedLibrary(t *testing.T) (*Store, map[string]int64) {
	t.Helper()
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	away := value(s.AddFolder(ctx, "/away"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("B.jpg", 1), entry("a.jpg", 2), entry("c.jpg", 3), entry("gone.jpg", 9)}})
	scan(t, s, away.ID, map[string][]Entry{"": {entry("d.jpg", 4), entry("both.jpg", 2)}})
	taken := func(y, m, d, h int) photo.Moment {
		return photo.Moment{Local: time.Date(y, time.Month(m), d, h, 0, 0, 0, time.UTC), Source: photo.MomentExif}
	}
	known := map[string]struct {
		content string
		m       photo.Metadata
	}{
		"B.jpg":    {"B", photo.Metadata{Format: "jpeg", Width: 4000, Height: 3000, Taken: taken(2020, 5, 1, 23)}},
		"a.jpg":    {"a", photo.Metadata{Format: "jpeg", Width: 100_000, Height: 10, Taken: taken(1969, 12, 31, 23), Damaged: true}},
		"both.jpg": {"a", photo.Metadata{Format: "jpeg", Width: 100_000, Height: 10, Taken: taken(1969, 12, 31, 23), Damaged: true}},
		"c.jpg":    {"c", photo.Metadata{Format: "jpeg"}},
		"gone.jpg": {"gone", photo.Metadata{Format: "jpeg", Width: 1, Height: 1}},
		"d.jpg":    {"d", photo.Metadata{Format: "jpeg", Width: 3000, Height: 4000, Taken: taken(2020, 5, 2, 0)}},
	}
	nums := map[string]int64{}
	for _, p := range oldestPending(t, s) {
		x := decoded(p, known[p.Rel].content)
		x.New.Metadata = known[p.Rel].m
		if p.Rel == "c.jpg" {
			x.Embedding = nil
		}
		value(s.Commit(ctx, []Indexed{x}, nil))(t)
		nums[known[p.Rel].content], _, _ = s.NumOf(ctx, x.Photo)
	}
	scan(t, s, f.ID, map[string][]Entry{"": {entry("B.jpg", 1), entry("a.jpg", 2), entry("c.jpg", 3)}})
	must(t, s.SetFolderState(ctx, away.ID, FolderOffline, "it is not there"))
	must(t, s.SetFavourite(ctx, idOf("d"), true))
	return s, nums
}

func TestAListingHoldsEveryPhotoWithAFileInOrder(t *testing.T) {
	s, nums := listedLibrary(t)
	ctx := context.Background()
	for order, want := range map[Order][]string{
		OrderTaken: {"d", "B", "a", "c"},
		OrderAdded: {"d", "c", "a", "B"},
		OrderName:  {"a", "B", "c", "d"},
		OrderSize:  {"d", "c", "a", "B"},
	} {
		l := value(s.Listing(ctx, Filter{}, order, testRef))(t)
		var have []string
		for _, n := range l.Nums {
			for name, num := range nums {
				if num == n {
					have = append(have, name)
				}
			}
		}
		if !slices.Equal(have, want) {
			t.Errorf("by %s: %v, want %v", order, have, want)
		}
	}
}

func TestAListingSaysWhatAPageNeeds(t *testing.T) {
	s, nums := listedLibrary(t)
	l := value(s.Listing(context.Background(), Filter{}, OrderTaken, testRef))(t)
	day := int32(time.Date(2020, 5, 1, 0, 0, 0, 0, time.UTC).Unix() / 86400)
	want := map[string]struct {
		day    int32
		aspect uint16
		flags  uint8
	}{
		"d": {day + 1, 750, ListedFavourite | ListedSeen | ListedOffline},
		"B": {day, 1333, ListedSeen},
		"a": {-1, 65535, ListedSeen | ListedDamaged}, // it lies in a folder that is online too
		"c": {UnknownDay, 0, 0},
	}
	if len(l.Nums) != len(want) {
		t.Fatalf("%d photos are listed, want %d", len(l.Nums), len(want))
	}
	for i, num := range l.Nums {
		for name, w := range want {
			if nums[name] != num {
				continue
			}
			if l.Days[i] != w.day || l.Aspects[i] != w.aspect || l.Flags[i] != w.flags {
				t.Errorf("%s: day %d, aspect %d, flags %b; want %+v", name, l.Days[i], l.Aspects[i], l.Flags[i], w)
			}
		}
	}
}

func TestAListingCanBeNarrowed(t *testing.T) {
	s, nums := listedLibrary(t)
	yes := true
	from, to := time.Date(2020, 5, 1, 0, 0, 0, 0, time.UTC), time.Date(2020, 5, 2, 0, 0, 0, 0, time.UTC)
	for name, c := range map[string]struct {
		filter Filter
		want   []int64
	}{
		"favourites":  {Filter{Favourite: &yes}, []int64{nums["d"]}},
		"a day":       {Filter{TakenFrom: &from, TakenTo: &to}, []int64{nums["B"]}},
		"no such tag": {Filter{Tags: []string{"nothing"}}, nil},
	} {
		l := value(s.Listing(context.Background(), c.filter, OrderTaken, testRef))(t)
		if !slices.Equal(l.Nums, c.want) && len(l.Nums)+len(c.want) > 0 {
			t.Errorf("%s: %v, want %v", name, l.Nums, c.want)
		}
	}
}

func TestAListingIsEmptyOrRefused(t *testing.T) {
	s := openTemp(t)
	if l := value(s.Listing(context.Background(), Filter{}, OrderTaken, testRef))(t); len(l.Nums) != 0 {
		t.Errorf("%d photos in an empty library", len(l.Nums))
	}
	if _, err := s.Listing(context.Background(), Filter{}, "best", testRef); err == nil {
		t.Error("an order that does not exist was accepted")
	}
	full, _ := listedLibrary(t)
	ended, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := full.Listing(ended, Filter{}, OrderTaken, testRef); !errors.Is(err, context.Canceled) {
		t.Errorf("after its context ended: %v", err)
	}
}

func TestIDsComeInTheOrderAskedFor(t *testing.T) {
	s, nums := listedLibrary(t)
	ids := value(s.PhotoIDs(context.Background(), []int64{nums["c"], 9999, nums["B"], nums["c"]}))(t)
	if want := []photo.ID{idOf("c"), {}, idOf("B"), idOf("c")}; !slices.Equal(ids, want) {
		t.Errorf("%v, want %v", ids, want)
	}
}
