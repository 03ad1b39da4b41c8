package store

import (
	"context"
	"fmt"
	"slices"
	"testing"
)

func TestTheNewestFilesAreTakenFirstAndEachOnce(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	var entries []Entry
	for i := range 40 {
		e := entry(fmt.Sprintf("%02d.jpg", i), 1)
		e.MTime = int64(1_700_000_000_000_000_000 + (i*7%20)*1000) // each time twice
		entries = append(entries, e)
	}
	scan(t, s, f.ID, map[string][]Entry{"": entries})
	var all []Pending
	var last *Pending
	for {
		page := value(s.NewestPending(ctx, last, 7))(t)
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
		last = &page[len(page)-1]
		if len(all) == 14 { // one that was taken changes, and one that waits gets a newer time
			entries[0].MTime, entries[0].Size = 1_800_000_000_000_000_000, 7
			scan(t, s, f.ID, map[string][]Entry{"": entries})
		}
	}
	if !slices.IsSortedFunc(all, func(a, b Pending) int { return int(min(1, max(-1, b.MTime-a.MTime))) }) {
		t.Error("they are out of order")
	}
	seen := map[int64]bool{}
	for _, p := range all {
		if seen[p.File] {
			t.Errorf("%s was taken twice", p.Rel)
		}
		seen[p.File] = true
	}
	if len(seen) < 39 {
		t.Errorf("%d files were taken of 40", len(seen))
	}
	if first := value(s.NewestPending(ctx, nil, 1))(t)[0]; first.Rel != "00.jpg" {
		t.Errorf("the file that changed again waits behind %s", first.Rel)
	}
}
