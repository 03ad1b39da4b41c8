package search

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"pixeldetective/backend/search/vector"
)

// ErrNoModel says that pictures cannot be compared because no model has seen them yet.
var ErrNoModel = errors.New("pictures cannot be compared yet: no model has seen your photos")

// Similar answers with the photos that look most like one of the library, which is left out unless r.Self, or like the
// picture whose vector is given. Errors: ErrNoModel, ErrNoVector, ErrSuperseded.
func (e *Engine) Similar(ctx context.Context, r Request) (answer Answer, err error) {
	began := time.Now()
	ctx, end := e.begin(ctx, r.Stream)
	defer func() { err = end(err) }()
	l := e.current.Load()
	if l == nil {
		return Answer{}, ErrNoModel
	}
	v, self := r.Vector, int64(-1)
	if r.Photo != nil {
		num, ok, err := e.deps.Store.NumOf(ctx, *r.Photo)
		if err != nil {
			return Answer{}, fmt.Errorf("look up the photo: %w", err)
		}
		if !ok {
			return Answer{}, ErrNoVector
		}
		vectors, err := e.deps.Store.EmbeddingsOf(ctx, l.model.Ref(), []int64{num})
		if err != nil {
			return Answer{}, fmt.Errorf("read the photo's vector: %w", err)
		}
		if v, ok = vectors[num]; !ok {
			return Answer{}, ErrNoVector
		}
		if !r.Self {
			self = num
		}
	}
	if len(v) != l.model.Dimension {
		return Answer{}, fmt.Errorf("compare pictures: the vector has %d values, the model in use has %d", len(v), l.model.Dimension)
	}
	allow, err := e.deps.Store.Match(ctx, r.Filter)
	if err != nil {
		return Answer{}, fmt.Errorf("apply the filter: %w", err)
	}
	var deny *roaring.Bitmap
	if self >= 0 {
		deny = roaring.BitmapOf(uint32(self))
	}
	limit := e.limit(r)
	result, err := e.search(ctx, l, v, max(mostHits, r.Offset+limit), min(rescored, r.Offset+limit+rescoredMore), allow, deny)
	if err != nil {
		return Answer{}, err
	}
	norm := vector.Dot(v, v)
	a := Answer{Query: r.Query, Model: Model{ID: l.model.ID, Stage: l.model.Stage}, Hits: []Hit{}}
	cut := verdict{answered: true, cut: likeness(l.calibration, result.Scores, float64(norm))}
	a.Histogram = histogram(result.Scores, cut)
	fits := result.Candidates
	if !r.Uncut {
		n := 0
		for n < len(fits) && float64(fits[n].Score) >= cut.cut {
			n++
		}
		fits = fits[:n]
	}
	all := fuse(fits, nil)
	if a.Hits, a.Total, err = e.page(ctx, all, r, limit); err != nil {
		return a, err
	}
	a.Nums = numsOf(all)
	for i, h := range a.Hits {
		one := roundOneIn(float64(result.Scores.Count) / max(1, result.Scores.AtLeast(*h.Fit)))
		text := "it looks alike"
		if one >= 2 {
			text = fmt.Sprintf("it looks alike: no more than 1 in %.0f of your photos is as close", one)
		}
		a.Hits[i].Why = []Reason{{SourceLike, text}}
	}
	a.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return a, nil
}

// likeness is the least score of a photo that resembles another: well above what the library's photos have in common. The
// model may set a floor, as a share of the picture's score with itself.
func likeness(c calibration, d vector.Distribution, self float64) float64 {
	median := d.Quantile(0.5)
	spread := max((d.Quantile(0.75)-median)/0.674, 1.0/4096)
	n := float64(d.Count)
	weight := n / (n + 20)
	return max(c.like*self, weight*(median+2*spread))
}
