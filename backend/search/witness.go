package search

import (
	"context"
	"fmt"

	"pixeldetective/backend/library/store"
)

// witnesses weighs each content word of a question against the photos that answer.
func (e *Engine) witnesses(ctx context.Context, q *question, all []found, hits []Hit) ([]*witness, error) {
	if q.Plain {
		return nil, nil
	}
	nums := make([]int64, 0, len(hits)+200)
	seen := map[int64]bool{}
	add := func(n int64) {
		if !seen[n] {
			seen[n] = true
			nums = append(nums, n)
		}
	}
	for _, h := range hits {
		add(h.Num)
	}
	for _, f := range all[:min(len(all), 200)] {
		add(f.num)
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
			w.verdict = q.loaded.calibration.judge(w.spread, high)
			w.scores = q.loaded.matrix.Scores(w.vector, nums)
		}
		for _, h := range hits {
			if s, ok := holds(c.word, h); ok {
				w.text[h.Num] = s
			}
		}
		out = append(out, w)
	}
	return out, nil
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
