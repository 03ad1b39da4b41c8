package search

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/search/vector"
)

// fusionK is the constant of reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009).
const fusionK = 60

// found is a photo of an answer before its record is read.
type found struct {
	num     int64
	score   float64
	fit     *float64
	sources []store.Source
}

// fuse joins two rankings: a photo gets 1/(60+rank) from each that holds it. Equal ones are ordered by fit, then number.
func fuse(fits []vector.Candidate, text []store.TextHit) []found {
	at := make(map[int64]int, len(fits)+len(text))
	out := make([]found, 0, len(fits)+len(text))
	for rank, c := range fits {
		fit := float64(c.Score)
		at[c.Num] = len(out)
		out = append(out, found{num: c.Num, score: 1 / float64(fusionK+rank+1), fit: &fit})
	}
	for rank, h := range text {
		i, ok := at[h.Num]
		if !ok {
			i = len(out)
			at[h.Num] = i
			out = append(out, found{num: h.Num})
		}
		out[i].score += 1 / float64(fusionK+rank+1)
		out[i].sources = h.Sources
	}
	slices.SortStableFunc(out, func(a, b found) int {
		if c := cmp.Compare(b.score, a.score); c != 0 {
			return c
		}
		if c := cmp.Compare(fitOf(b), fitOf(a)); c != 0 {
			return c
		}
		return cmp.Compare(a.num, b.num)
	})
	return out
}

func fitOf(f found) float64 {
	if f.fit == nil {
		return -1
	}
	return *f.fit
}

// answer fuses what was found, reads the records of the page that is wanted, and says why each photo is there.
func (e *Engine) answer(ctx context.Context, q *question) (Answer, error) {
	all := fuse(q.fits, q.text)
	a := Answer{Query: q.Query, Hits: []Hit{}, Notes: q.notes}
	if q.loaded != nil {
		a.Model = Model{ID: q.loaded.model.ID, Stage: q.loaded.model.Stage}
		a.Histogram = q.histogram()
	}
	var hits []Hit
	var total int
	var witnesses []*witness
	both, inner := errgroup.WithContext(ctx)
	both.Go(func() (err error) {
		hits, total, err = e.page(inner, all, q.Request, q.limit)
		return err
	})
	both.Go(func() (err error) {
		witnesses, err = e.witnesses(inner, q)
		return err
	})
	if err := both.Wait(); err != nil {
		return a, err
	}
	a.Hits, a.Total, a.Nums = hits, total+q.extra, q.numbers(all)
	top := make([]int64, 0, len(all))
	for _, f := range all[:min(len(all), 200)] {
		top = append(top, f.num)
	}
	for _, w := range witnesses {
		w.look(q.loaded, top, hits)
		a.Clues = append(a.Clues, Clue{Word: w.word, At: w.at, Lit: w.lit(top)})
	}
	for i := range hits {
		for _, w := range witnesses {
			hits[i].Evidence = append(hits[i].Evidence, w.evidence(hits[i].Num))
		}
		hits[i].Why = e.why(q, &hits[i])
	}
	return a, nil
}

// page orders what was found, cuts out the page that is wanted and reads its records. total counts the photos whose record
// could be read, as far as they were.
func (e *Engine) page(ctx context.Context, all []found, r Request, limit int) (hits []Hit, total int, err error) {
	total = len(all)
	window := func(n int) (int, int) { return min(max(0, r.Offset), n), min(max(0, r.Offset)+limit, n) }
	read := all
	if r.Sort == SortRelevance {
		from, to := window(len(all))
		read = all[from:to]
	}
	nums := make([]int64, len(read))
	byNum := make(map[int64]found, len(read))
	for i, f := range read {
		nums[i] = f.num
		byNum[f.num] = f
	}
	records, err := e.deps.Store.Records(ctx, nums)
	if err != nil {
		return nil, 0, fmt.Errorf("read the photos that were found: %w", err)
	}
	// A photo whose last file went away just now is no hit.
	records = slices.DeleteFunc(records, func(rec store.Record) bool { return len(rec.Paths) == 0 })
	total -= len(read) - len(records)
	if r.Sort != SortRelevance {
		slices.SortStableFunc(records, order(r.Sort))
		from, to := window(len(records))
		records = records[from:to]
	}
	hits = make([]Hit, len(records))
	for i, rec := range records {
		f := byNum[rec.Num]
		hits[i] = Hit{Num: rec.Num, Photo: rec.Photo, Paths: rec.Paths, Score: f.score, Fit: f.fit, Metadata: rec.Metadata, Tags: rec.Tags, sources: f.sources}
	}
	return hits, total, nil
}

func order(s Sort) func(a, b store.Record) int {
	name := func(r store.Record) string { return strings.ToLower(path.Base(r.Paths[0].Rel)) }
	return func(a, b store.Record) int {
		c := 0
		switch s {
		case SortDate:
			c = moment(b).Compare(moment(a))
		case SortName:
			c = cmp.Compare(name(a), name(b))
		case SortSize:
			c = cmp.Compare(b.Bytes, a.Bytes)
		}
		if c == 0 {
			c = cmp.Compare(a.Num, b.Num)
		}
		return c
	}
}

func moment(r store.Record) time.Time { return r.Metadata.Taken.Local }

// why says in words why a photo is there.
func (e *Engine) why(q *question, h *Hit) []Reason {
	var out []Reason
	if h.Fit != nil && q.loaded != nil {
		one := q.oneIn(*h.Fit)
		text := "it looks like what you typed"
		if one >= 2 {
			text = fmt.Sprintf("it looks like what you typed: no more than 1 in %.0f of your photos fits so well", one)
		}
		out = append(out, Reason{SourceMeaning, text})
	}
	for _, s := range h.sources {
		out = append(out, Reason{Source(s), matched(q, s, h)})
	}
	return out
}

// matched names the words of a source that met the question.
func matched(q *question, s store.Source, h *Hit) string {
	var names []string
	has := func(text string) bool {
		for _, t := range tokens(text) {
			for _, w := range q.words {
				if word := lower(t.word); word == w.word || singular(word) == singular(w.word) {
					return true
				}
			}
		}
		return false
	}
	take := func(candidates ...string) {
		for _, c := range candidates {
			if c != "" && has(c) && !slices.Contains(names, c) {
				names = append(names, c)
			}
		}
	}
	m := h.Metadata
	switch s {
	case store.SourceTag:
		for _, t := range h.Tags {
			take(t.Name)
		}
	case store.SourceKeyword:
		take(m.Keywords...)
	case store.SourceTitle:
		take(m.Title, m.Description, m.Label, m.Creator)
	case store.SourceCamera:
		take(m.Camera, m.Lens, m.Make)
	case store.SourcePlace:
		take(m.City, m.Country)
	case store.SourceFile:
		for _, p := range h.Paths {
			take(path.Base(p.Rel))
		}
	case store.SourceFolder:
		for _, p := range h.Paths {
			if dir := path.Dir(p.Rel); dir != "." {
				take(dir)
			} else {
				take(path.Base(p.Root))
			}
		}
	}
	if len(names) == 0 {
		return strings.Join(clueWords(q.words), " ")
	}
	return strings.Join(names[:min(len(names), 3)], ", ")
}

func clueWords(words []content) []string {
	out := make([]string, len(words))
	for i, w := range words {
		out[i] = w.word
	}
	return out
}

func lower(s string) string { return strings.ToLower(s) }
