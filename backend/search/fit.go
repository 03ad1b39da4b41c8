package search

import (
	"context"
	"errors"
	"fmt"

	"github.com/RoaringBitmap/roaring/v2"

	"pixeldetective/backend/search/vector"
)

// fitting is how photos fit a question or a picture, and where fitting ends.
type fitting struct {
	result  vector.Result       // of the photos that were looked at
	library vector.Distribution // of all photos, whatever the filter lets pass
	verdict verdict
	fits    []vector.Candidate // that answer, best first
	extra   int                // photos that answer but are not in fits
	more    []int64            // their numbers, where the whole was asked for
}

// judging says where fitting ends, from the scores of the whole library and the best of its photos.
type judging func(library vector.Distribution, best vector.Candidate) verdict

// fit scores all photos that are allowed and finds where fitting ends. A filter does not move the cut: among few photos
// chance cannot be told from fitting, and a photo that answers in a folder has to answer in the library.
func (e *Engine) fit(ctx context.Context, q *question, v []float32, judge judging) error {
	most := mostHits
	if q.Sort != SortRelevance || q.Uncut {
		most = mostSorted
	}
	k := min(max(most, q.Offset+q.limit), max(1, q.loaded.matrix.Len()))
	var err error
	exact := min(rescored, q.Offset+q.limit+rescoredMore)
	if q.result, err = e.search(ctx, q.loaded, v, k, exact, q.allow, q.deny); err != nil {
		return err
	}
	whole := q.result
	if q.allow != nil {
		if whole, err = e.search(ctx, q.loaded, v, 1, rescoredMore, nil, q.deny); err != nil {
			return err
		}
	}
	q.library = whole.Scores
	if len(q.result.Candidates) == 0 || len(whole.Candidates) == 0 {
		return nil
	}
	q.verdict = judge(whole.Scores, whole.Candidates[0])
	q.fits = q.result.Candidates
	if q.Uncut {
		return nil
	}
	end := 0
	for q.verdict.answered && end < len(q.fits) && float64(q.fits[end].Score) >= q.verdict.cut {
		end++
	}
	if end > 0 && end == len(q.fits) {
		q.extra = max(0, int(q.result.Scores.AtLeast(q.verdict.cut)+0.5)-end)
	}
	q.fits = q.fits[:end]
	if q.extra > 0 && q.Whole {
		return e.rest(ctx, q, v)
	}
	return nil
}

// rest finds the numbers of the photos that answer beyond those in fits. Only a question that very many photos answer pays
// for it.
func (e *Engine) rest(ctx context.Context, q *question, v []float32) error {
	r, err := q.loaded.matrix.Search(ctx, v, vector.Options{
		K: min(mostSorted, max(1, q.loaded.matrix.Len())), Allow: q.allow, Deny: q.deny,
	})
	if err != nil {
		return fmt.Errorf("search by meaning: %w", err)
	}
	have := roaring.New()
	for _, c := range q.fits {
		have.Add(uint32(c.Num))
	}
	for _, h := range q.text {
		have.Add(uint32(h.Num))
	}
	for _, c := range r.Candidates {
		if float64(c.Score) < q.verdict.cut {
			break
		}
		if !have.Contains(uint32(c.Num)) {
			q.more = append(q.more, c.Num)
		}
	}
	return nil
}

// vectorOf returns what the code of a photo stands for; nil where it is not there.
func (l *loaded) vectorOf(num int64) []float32 { return l.matrix.Vectors([]int64{num})[num] }

// errChanged says that the matrix of a question was closed, because another one took its place.
var errChanged = errors.New("the model in use changed while the question was answered; ask again")

// overtaken says whether a question failed because its matrix was closed.
func overtaken(err error) bool { return errors.Is(err, errChanged) || errors.Is(err, vector.ErrClosed) }

// search scans the matrix and scores the exact best again with the library's vectors.
func (e *Engine) search(ctx context.Context, l *loaded, v []float32, k, exact int, allow, deny *roaring.Bitmap) (vector.Result, error) {
	r, err := l.matrix.Search(ctx, v, vector.Options{
		K: k, Rescore: exact, Allow: allow, Deny: deny,
		Floats: func(ctx context.Context, nums []int64) (map[int64][]float32, error) {
			return e.deps.Store.EmbeddingsOf(ctx, l.model.Ref(), nums)
		},
	})
	if errors.Is(err, vector.ErrClosed) {
		return r, errChanged
	}
	if err != nil {
		return r, fmt.Errorf("search by meaning: %w", err)
	}
	return r, nil
}

// oneIn is N where one in N photos of the library scores as high as score or higher.
func (f *fitting) oneIn(score float64) float64 {
	return roundOneIn(float64(f.library.Count) / max(1, f.library.AtLeast(score)))
}

// numbers are those of the photos that answer, as far as they are known.
func (f *fitting) numbers(all []found) []int64 {
	nums := make([]int64, len(all), len(all)+len(f.more))
	for i, a := range all {
		nums[i] = a.num
	}
	return append(nums, f.more...)
}

// histogram draws the scores of the photos that were looked at in 100 bins, from the lowest to the highest. Where none of
// them answers the cut lies at the end or beyond.
func (f *fitting) histogram() *Histogram {
	d := f.result.Scores
	if d.Count == 0 {
		return nil
	}
	h := &Histogram{Cut: f.verdict.cut}
	h.Low, h.High = d.Range()
	copy(h.Bins[:], d.Histogram(h.Low, h.High, len(h.Bins)))
	if len(f.result.Candidates) == 0 || !f.verdict.answered || float64(f.result.Candidates[0].Score) < f.verdict.cut {
		h.Cut = max(f.verdict.cut, h.High)
	}
	return h
}
