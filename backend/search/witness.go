package search

import (
	"context"
	"fmt"
	"slices"

	"pixeldetective/backend/library/store"
)

// witnesses learns how each content word of a question is spread over the library.
func (e *Engine) witnesses(ctx context.Context, q *question) ([]*witness, error) {
	if q.Plain {
		return nil, nil
	}
	var out []*witness
	for _, c := range q.words[:min(len(q.words), maxClues)] {
		w := &witness{content: c, text: map[int64]Source{}}
		if q.loaded != nil && q.vectors[c.word] != nil {
			w.vector = q.vectors[c.word]
			var err error
			if w.spread, err = e.spread(ctx, q.loaded, c.word, w.vector); err != nil {
				return nil, fmt.Errorf("weigh the word %q: %w", c.word, err)
			}
			_, high := w.spread.Range()
			w.verdict = q.loaded.calibration.judge(w.vector, w.spread, high, nil)
		}
		out = append(out, w)
	}
	return out, nil
}

// look weighs the word against the photos of a page and the best of the answer.
func (w *witness) look(l *loaded, best []int64, hits []Hit) {
	nums := slices.Clone(best)
	for _, h := range hits {
		nums = append(nums, h.Num)
		if s, ok := holds(w.word, h); ok {
			w.text[h.Num] = s
		}
	}
	if w.vector != nil {
		slices.Sort(nums)
		w.scores = l.matrix.Scores(w.vector, slices.Compact(nums))
	}
}

// holds says whether a photo's tags, keywords or title hold a word.
func holds(word string, h Hit) (Source, bool) {
	match := func(text string) bool {
		for _, t := range tokens(text) {
			if w := lower(t.word); w == word || singular(w) == singular(word) {
				return true
			}
		}
		return false
	}
	for _, t := range h.Tags {
		if match(t.Name) {
			return SourceTag, true
		}
	}
	for _, k := range h.Metadata.Keywords {
		if match(k) {
			return SourceKeyword, true
		}
	}
	if match(h.Metadata.Title) || match(h.Metadata.Description) {
		return SourceTitle, true
	}
	for _, s := range h.sources {
		if s == store.SourceCaption {
			return SourceCaption, true
		}
	}
	return "", false
}
