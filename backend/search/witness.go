package search

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

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

// holds says whether words kept with a photo hold a word, and where. A photo that the words of the question found holds all
// of them, even where the text index is more lenient than this look.
func holds(word string, h Hit) (Source, bool) {
	m := h.Metadata
	var tags, files, folders []string
	for _, t := range h.Tags {
		tags = append(tags, t.Name)
	}
	for _, p := range h.Paths {
		base := path.Base(p.Rel)
		files = append(files, strings.TrimSuffix(base, path.Ext(base)))
		folders = append(folders, path.Base(p.Root), path.Dir(p.Rel))
	}
	for _, place := range []struct {
		source Source
		texts  []string
	}{
		{SourceTag, tags}, {SourceKeyword, m.Keywords}, {SourceTitle, []string{m.Title, m.Description}},
	} {
		if anyHolds(place.texts, word) {
			return place.source, true
		}
	}
	if len(h.sources) == 0 {
		return "", false
	}
	for _, place := range []struct {
		source Source
		texts  []string
	}{
		{SourceTitle, []string{m.Label, m.Creator}}, {SourceFile, files}, {SourceFolder, folders},
		{SourceCamera, []string{m.Make, m.Camera, m.Lens}}, {SourcePlace, []string{m.City, m.Country}},
	} {
		if slices.Contains(h.sources, store.Source(place.source)) && anyHolds(place.texts, word) {
			return place.source, true
		}
	}
	if slices.Contains(h.sources, store.SourceCaption) {
		return SourceCaption, true
	}
	return Source(h.sources[0]), true
}

func anyHolds(texts []string, word string) bool {
	return slices.ContainsFunc(texts, func(text string) bool {
		return slices.ContainsFunc(tokens(text), func(t content) bool {
			w := lower(t.word)
			return w == word || singular(w) == singular(word)
		})
	})
}
