package search

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/search/vector"
)

// ErrNoModel says that pictures cannot be compared because no model has seen them yet.
var ErrNoModel = errors.New("pictures cannot be compared yet: no model has seen your photos")

// ErrOtherModel says that the vector of a picture is by another model than the one that answers now: it is to be made anew.
var ErrOtherModel = errors.New("the model in use changed while the picture was looked at; ask again")

// Similar answers with the photos that look like one of the library, or like the picture whose vector is given, best first.
// A photo of the library is left out unless r.Self. Errors: ErrNoModel, ErrNoVector, ErrOtherModel, ErrSuperseded.
func (e *Engine) Similar(ctx context.Context, r Request) (answer Answer, err error) {
	began := time.Now()
	ctx, end := e.begin(ctx, r.Stream)
	defer func() { err = end(err) }()
	answer, err = e.similarOnce(ctx, r)
	for again := 0; overtaken(err) && again < 3; again++ {
		answer, err = e.similarOnce(ctx, r)
	}
	answer.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return answer, err
}

// similarOnce answers with one matrix.
func (e *Engine) similarOnce(ctx context.Context, r Request) (Answer, error) {
	l := e.current.Load()
	if l == nil {
		return Answer{}, ErrNoModel
	}
	v, self := r.Vector, int64(-1)
	var err error
	if r.Photo == nil && r.VectorBy != (photo.ModelRef{}) && r.VectorBy != l.model.Ref() {
		return Answer{}, ErrOtherModel
	}
	if r.Photo != nil {
		if v, self, err = e.vectorOf(ctx, l, r); err != nil {
			return Answer{}, err
		}
	}
	if len(v) != l.model.Dimension {
		return Answer{}, fmt.Errorf("compare pictures: the vector has %d values, the model in use has %d", len(v), l.model.Dimension)
	}
	q := &question{Request: r, limit: e.limit(r), loaded: l}
	if q.allow, err = e.deps.Store.Match(ctx, r.Filter); err != nil {
		return Answer{}, fmt.Errorf("apply the filter: %w", err)
	}
	if self >= 0 && !r.Self {
		q.deny = roaring.BitmapOf(uint32(self))
	}
	length := float64(vector.Dot(v, v))
	if err := e.fit(ctx, q, v, func(library vector.Distribution, _ vector.Candidate) verdict {
		return verdict{answered: true, cut: l.calibration.likeness(library, length)}
	}); err != nil {
		return Answer{}, err
	}
	// Copies score the same but for rounding.
	if at := slices.IndexFunc(q.fits, func(c vector.Candidate) bool { return c.Num == self }); at > 0 {
		itself := q.fits[at]
		copy(q.fits[1:at+1], q.fits[:at])
		q.fits[0] = itself
		q.fits[0].Score = max(q.fits[0].Score, q.fits[1].Score)
	}
	a := Answer{Query: r.Query, Model: Model{ID: l.model.ID, Stage: l.model.Stage}, Histogram: q.histogram(), Hits: []Hit{}}
	all := fuse(q.fits, nil)
	if a.Hits, a.Total, err = e.page(ctx, all, r, q.limit); err != nil {
		return a, err
	}
	a.Total += q.extra
	a.Nums = q.numbers(all)
	for i, h := range a.Hits {
		a.Hits[i].Why = []Reason{{SourceLike, q.alike(h, self)}}
	}
	return a, nil
}

// vectorOf returns the vector and the number of the photo that a request is about.
func (e *Engine) vectorOf(ctx context.Context, l *loaded, r Request) ([]float32, int64, error) {
	num, ok, err := e.deps.Store.NumOf(ctx, *r.Photo)
	if err != nil {
		return nil, -1, fmt.Errorf("look up the photo: %w", err)
	}
	if !ok {
		return nil, -1, ErrNoVector
	}
	vectors, err := e.deps.Store.EmbeddingsOf(ctx, l.model.Ref(), []int64{num})
	if err != nil {
		return nil, -1, fmt.Errorf("read the photo's vector: %w", err)
	}
	v, ok := vectors[num]
	if !ok {
		return nil, -1, ErrNoVector
	}
	return v, num, nil
}

// alike says in words why a photo is among those that look like a picture.
func (q *question) alike(h Hit, self int64) string {
	switch one := q.oneIn(*h.Fit); {
	case h.Num == self:
		return "it is this photo"
	case *h.Fit < q.verdict.cut:
		return fmt.Sprintf("it hardly looks like it: 1 in %.0f of your photos looks as much alike", one)
	case one >= 2:
		return fmt.Sprintf("it looks like it: only 1 in %.0f of your photos looks so much alike", one)
	}
	return "it looks like it"
}

const (
	// likePrior is the number of photos that likeMean and likeStd weigh as much as.
	likePrior = 5
	// sameShare is the closeness from which a photo is a copy, however little it stands out, and sameError what scores of
	// copies may differ by: the codes of vectors are rounded.
	sameShare = 0.95
	sameError = 0.002
)

// likeness is the least score of a photo that looks like a picture.
//
// How close a photo is counts from what the picture has in common with the middle photo of the library, 0, to what it has
// with itself, 1. A photo is like it where its closeness, times how many deviations of the library's scores it stands out
// by to the power of likeSlope, reaches like. So the cut follows the library, and the picture: where all photos are of the
// same kind, those of the kind are nothing special. A photo of its own kind is like none, and a copy is always a copy.
func (c calibration) likeness(library vector.Distribution, self float64) float64 {
	n := float64(library.Count)
	weight := n / (n + likePrior)
	mean := weight*library.Quantile(0.5) + (1-weight)*c.likeMean*self
	spread := max((library.Quantile(0.75)-library.Quantile(0.25))/1.349, 1.0/4096)
	std := max(weight*spread+(1-weight)*c.likeStd*self, c.likeStd*self/4)
	room := max(self-mean, 0)
	top := math.Pow(c.like*room*math.Pow(std, c.likeSlope), 1/(1+c.likeSlope))
	return min(mean+top, self-max((1-sameShare)*room, sameError*self))
}
