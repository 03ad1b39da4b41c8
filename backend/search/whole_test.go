package search

import (
	"crypto/sha256"
	"fmt"
	"testing"

	"pixeldetective/backend/library/store"
)

func TestTheWholeOfALargeAnswerIsNumbered(t *testing.T) {
	g := readGolden(t)
	l := newLibrary(t, starter(t))
	const many, horses = 4000, "000000007281.jpg"
	var files []string
	for i := range many {
		files = append(files, fmt.Sprintf("%05d.jpg", i))
	}
	// Every sixth photo is much the same picture.
	l.listing(t, files, func(name string) store.Indexed {
		var i int
		_, _ = fmt.Sscanf(name, "%d", &i) // the name was made just now
		place := i % len(g.Photos)
		if i%6 == 0 {
			place = g.place(horses)
		}
		x := l.indexed(g, place, g.photos[place])
		x.Photo, x.New.PixelDigest, x.Tags = idOf(name), sha256.Sum256([]byte(name)), nil
		return x
	})
	e := run(t, l, newFakeEncoder(l.model, g))
	r := Request{Query: "people riding horses on the beach", Limit: 20}
	page := ask(t, e, r)
	r.Whole = true
	whole := ask(t, e, r)
	if page.Total <= mostHits || whole.Total != page.Total {
		t.Fatalf("%d photos answer, %d when the whole is asked for; the test needs more than %d", page.Total, whole.Total, mostHits)
	}
	if len(page.Nums) > mostHits || len(whole.Nums) < whole.Total*95/100 || len(whole.Nums) > whole.Total*105/100 {
		t.Errorf("%d numbers for a page, %d of %d for the whole", len(page.Nums), len(whole.Nums), whole.Total)
	}
	seen := map[int64]bool{}
	for i, num := range whole.Nums {
		if seen[num] {
			t.Fatalf("photo %d is there twice", num)
		}
		seen[num] = true
		if i < len(whole.Hits) && whole.Hits[i].Num != num {
			t.Errorf("number %d is %d, the hit %d", i, num, whole.Hits[i].Num)
		}
	}
}
