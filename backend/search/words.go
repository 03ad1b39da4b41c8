package search

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/search/query"
	"pixeldetective/backend/search/vector"
)

const (
	// mostHits is how many photos an answer can hold; Total still counts the rest.
	mostHits = 400
	// mostSorted is the same where hits are ordered by something else than relevance, for which all of them are needed.
	mostSorted = 10_000
	// rescoredMore is how many photos beyond those asked for are scored with exact vectors, and rescored how many at most:
	// fetching a vector costs 25 µs.
	rescoredMore = 16
	rescored     = 256
	// textHits is how many photos the words of a question may find.
	textHits = 300
)

// question is what Words knows of a question while it answers it.
type question struct {
	Request
	expression query.Expression
	words      []content
	limit      int
	allow      *roaring.Bitmap // nil: all
	deny       *roaring.Bitmap // nil: none
	loaded     *loaded         // nil: no meaning
	vectors    map[string][]float32
	notes      []string

	fitting
	text []store.TextHit
}

// Words answers a question in words. A question that cannot be parsed returns a *query.Error; one whose stream has asked
// a newer one, ErrSuperseded. Without a model the answer holds what names, tags and captions say, and a note.
func (e *Engine) Words(ctx context.Context, r Request) (answer Answer, err error) {
	began := time.Now()
	x, err := query.Parse(r.Query)
	if err != nil {
		return Answer{Query: r.Query}, err
	}
	ctx, end := e.begin(ctx, r.Stream)
	defer func() { err = end(err) }()
	answer, err = e.wordsOnce(ctx, r, x)
	for again := 0; overtaken(err) && again < 3; again++ {
		answer, err = e.wordsOnce(ctx, r, x) // another matrix took over: all of the question is asked of that one
	}
	answer.TookMS = float64(time.Since(began).Microseconds()) / 1000
	return answer, err
}

// wordsOnce answers a question by one matrix.
func (e *Engine) wordsOnce(ctx context.Context, r Request, x query.Expression) (answer Answer, err error) {
	q := &question{Request: r, expression: x, words: contentWords(x), limit: e.limit(r)}
	if len(x.Wanted()) == 0 {
		return Answer{Query: r.Query, Hits: []Hit{}, Notes: []string{"Type what you are looking for: a word, a few words, or a sentence."}}, nil
	}
	if q.allow, err = e.deps.Store.Match(ctx, r.Filter); err != nil {
		return Answer{}, fmt.Errorf("apply the filter: %w", err)
	}
	// What words find is looked up while the question is encoded in its own process.
	both, inner := errgroup.WithContext(ctx)
	both.Go(func() error { return e.understand(inner, q) })
	both.Go(func() (err error) {
		q.text, err = e.byWords(inner, q)
		return err
	})
	if err := both.Wait(); err != nil {
		return Answer{}, err
	}
	if err := e.narrowByWords(ctx, q); err != nil {
		return Answer{}, err
	}
	q.text = q.permitted(q.text)
	if q.loaded != nil {
		v := q.vectors[q.expression.Meaning()]
		if err := e.fit(ctx, q, v, func(library vector.Distribution, best vector.Candidate) verdict {
			return q.loaded.calibration.judge(v, library, float64(best.Score), q.loaded.vectorOf(best.Num))
		}); err != nil {
			return Answer{}, err
		}
	}
	return e.answer(ctx, q)
}

func (e *Engine) limit(r Request) int {
	if r.Limit > 0 {
		return r.Limit
	}
	return max(1, e.deps.Settings.Limit)
}

// understand encodes the question, its content words and what it excludes. What keeps it from it becomes a note.
func (e *Engine) understand(ctx context.Context, q *question) error {
	texts := []string{q.expression.Meaning()}
	if !q.Plain {
		for _, w := range q.words[:min(len(q.words), maxClues)] {
			if !slices.Contains(texts, w.word) {
				texts = append(texts, w.word)
			}
		}
	}
	for _, t := range q.expression.Excluded() {
		if !slices.Contains(texts, t.Text) {
			texts = append(texts, t.Text)
		}
	}
	wait := ctx
	if q.Patience > 0 {
		var cancel context.CancelFunc
		wait, cancel = context.WithTimeout(ctx, q.Patience)
		defer cancel()
	}
	// The question is read by the model of the matrix, also while the vectors of another one that answers now are loaded.
	l := e.current.Load()
	var err error
	if l == nil {
		_, err = e.deps.Encoder.TextModel()
	}
	if err == nil {
		if l == nil {
			e.kick()
			if !e.Ready() {
				q.notes = append(q.notes, "Only names, tags and captions were searched: what the photos show is still being read.")
				return nil
			}
			q.notes = append(q.notes, "Only names, tags and captions were searched: the photos have not been seen by the model in use yet.")
			return nil
		}
		var made encoded
		if made, err = e.encode(wait, l.model, texts); err == nil {
			q.loaded, q.vectors = l, made.vectors
			if l.matrix.Len() == 0 {
				q.notes = append(q.notes, "No photo has been seen yet, so only names were searched.")
			}
			return nil
		}
	}
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case wait.Err() != nil:
		q.notes = append(q.notes, "Only names, tags and captions were searched: the model that understands words is still loading.")
	case changed(err):
		e.kick()
		q.notes = append(q.notes, "Only names, tags and captions were searched: a better model is taking over just now. Ask again in a moment.")
	default:
		e.deps.Log.Warn().Err(err).Msg("question not encoded")
		q.notes = append(q.notes, "Only names, tags and captions were searched: "+err.Error())
	}
	return nil
}

// narrowByWords applies phrases, which a photo's words must hold, and what is excluded, by its words or its meaning.
func (e *Engine) narrowByWords(ctx context.Context, q *question) error {
	var phrases, not []string
	for _, t := range q.expression.Terms {
		switch {
		case t.Not:
			not = append(not, t.Text)
		case t.Phrase:
			phrases = append(phrases, t.Text)
		}
	}
	if len(phrases) > 0 {
		hits, err := e.deps.Store.Text(ctx, store.TextQuery{Phrases: phrases}, mostSorted)
		if err != nil {
			return fmt.Errorf("search the words of photos: %w", err)
		}
		found := roaring.New()
		for _, h := range hits {
			found.Add(uint32(h.Num))
		}
		if q.allow != nil {
			found.And(q.allow)
		}
		q.allow = found
	}
	if len(not) == 0 {
		return nil
	}
	out := roaring.New()
	for _, text := range not {
		hits, err := e.deps.Store.Text(ctx, store.TextQuery{Phrases: []string{text}}, mostSorted)
		if err != nil {
			return fmt.Errorf("search the words of photos: %w", err)
		}
		for _, h := range hits {
			out.Add(uint32(h.Num))
		}
		if q.loaded == nil {
			continue
		}
		// A photo that would answer the excluded words is out.
		r, err := q.loaded.matrix.Search(ctx, q.vectors[text], vector.Options{K: mostSorted, Allow: q.allow})
		if err != nil {
			return fmt.Errorf("search by meaning: %w", err)
		}
		if len(r.Candidates) == 0 {
			continue
		}
		verdict := q.loaded.calibration.judge(q.vectors[text], r.Scores, float64(r.Candidates[0].Score), q.loaded.vectorOf(r.Candidates[0].Num))
		for _, c := range r.Candidates {
			if verdict.answered && float64(c.Score) >= verdict.cut {
				out.Add(uint32(c.Num))
			}
		}
	}
	q.deny = out
	return nil
}

// byWords returns the photos whose words hold all content words of the question, best first.
func (e *Engine) byWords(ctx context.Context, q *question) ([]store.TextHit, error) {
	tq := textQuery(q, func(w string) string { return w })
	if len(tq.Terms)+len(tq.Phrases) == 0 {
		return nil, nil
	}
	hits, err := e.deps.Store.Text(ctx, tq, textHits)
	if err != nil {
		return nil, fmt.Errorf("search the words of photos: %w", err)
	}
	one := textQuery(q, singular)
	if !slices.Equal(one.Terms, tq.Terms) {
		more, err := e.deps.Store.Text(ctx, one, textHits)
		if err != nil {
			return nil, fmt.Errorf("search the words of photos: %w", err)
		}
		for _, h := range more {
			if !slices.ContainsFunc(hits, func(have store.TextHit) bool { return have.Num == h.Num }) {
				hits = append(hits, h)
			}
		}
	}
	return hits, nil
}

// permitted leaves out what the filter or an exclusion keeps out.
func (q *question) permitted(hits []store.TextHit) []store.TextHit {
	return slices.DeleteFunc(hits, func(h store.TextHit) bool {
		return q.allow != nil && !q.allow.Contains(uint32(h.Num)) || q.deny != nil && q.deny.Contains(uint32(h.Num))
	})
}

func textQuery(q *question, form func(string) string) store.TextQuery {
	out := store.TextQuery{All: true}
	for _, t := range q.expression.Terms {
		switch {
		case t.Not:
			out.Not = append(out.Not, t.Text)
		case t.Phrase:
			out.Phrases = append(out.Phrases, t.Text)
		default:
			for _, w := range tokens(t.Text) {
				if word := form(lower(w.word)); !isStopWord(word) && !slices.Contains(out.Terms, word) {
					out.Terms = append(out.Terms, word)
				}
			}
		}
	}
	return out
}
