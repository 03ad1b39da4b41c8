package store

import (
	"cmp"
	"context"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"unicode"

	"pixeldetective/backend/photo"
)

// sources are where words come from; the place of one is its number, which is kept in source_text.
var sources = [...]Source{SourceCaption, SourceTag, SourceKeyword, SourceTitle, SourceFile, SourceFolder, SourceCamera, SourcePlace}

// sourceWeights say how much a match in each source is worth: words chosen for the photo more than words of its place on
// disk.
var sourceWeights = [len(sources)]float64{1.2, 1.1, 1.3, 1.3, 1, .8, .8, 1}

const (
	// sourceSlots is how many rows a photo may have in source_text.
	sourceSlots = 16
	// rankedMatches is how many matches are ranked. A word that more photos have says little.
	rankedMatches = 1000
	// maxTerms is how many terms, and how many phrases, of a query are used.
	maxTerms = 32
	// boundary is a token that stands between words of different origin, so that no phrase reaches from one to the next:
	// a private character, which the tokenizer keeps and no query holds.
	boundary = " \uE000 "
)

// forgetText removes the words of a photo.
func (t *tx) forgetText(num int64) error {
	if err := t.exec("DELETE FROM text WHERE rowid = ?", num); err != nil {
		return err
	}
	for i := range sources {
		if err := t.exec("DELETE FROM source_text WHERE rowid = ?", num*sourceSlots+int64(i)); err != nil {
			return err
		}
	}
	return nil
}

// writeText writes the words of a photo anew.
func (t *tx) writeText(num int64) error {
	var text [len(sources)]strings.Builder
	put := func(source int, all ...string) {
		for _, w := range all {
			if w == "" {
				continue
			}
			if text[source].Len() > 0 {
				text[source].WriteString(boundary)
			}
			text[source].WriteString(words(w))
		}
	}
	var document string
	ok, err := t.one("SELECT json FROM document WHERE photo = ?", []any{num}, &document)
	if err != nil {
		return err
	}
	if ok {
		var m photo.Metadata
		if err := json.Unmarshal([]byte(document), &m); err != nil {
			return err
		}
		put(2, m.Keywords...)
		put(3, m.Title, m.Description, m.Label, m.Creator)
		put(6, m.Make, m.Camera, m.Lens)
		put(7, m.City, m.Country)
	}
	for source, query := range []string{"SELECT text FROM caption WHERE photo = ? ORDER BY model", "SELECT DISTINCT name FROM tag WHERE photo = ? ORDER BY name"} {
		if err := t.each(query, []any{num}, func(r rowScanner) error {
			var w string
			err := r.Scan(&w)
			put(source, w)
			return err
		}); err != nil {
			return err
		}
	}
	// The words of the folder's own name and of all below it; those above are about the machine.
	dirs := map[string]bool{}
	if err := t.each(`SELECT o.path, d.rel, f.name FROM file f INDEXED BY file_photo CROSS JOIN dir d ON d.id = f.dir
		CROSS JOIN folder o ON o.id = d.folder WHERE f.photo = ? ORDER BY f.id LIMIT 100`, []any{num}, func(r rowScanner) error {
		var root, rel, name []byte
		if err := r.Scan(&root, &rel, &name); err != nil {
			return err
		}
		put(4, stem(string(name)))
		dir := join(string(root[lastSlash(root)+1:]), string(rel))
		if !dirs[dir] {
			dirs[dir] = true
			put(5, dir)
		}
		return nil
	}); err != nil {
		return err
	}
	if err := t.forgetText(num); err != nil {
		return err
	}
	var together strings.Builder
	for i := range text {
		if text[i].Len() == 0 {
			continue
		}
		if together.Len() > 0 {
			together.WriteString(boundary)
		}
		together.WriteString(text[i].String())
		if err := t.exec("INSERT INTO source_text (rowid, words) VALUES (?, ?)", num*sourceSlots+int64(i), text[i].String()); err != nil {
			return err
		}
	}
	return t.exec("INSERT INTO text (rowid, words) VALUES (?, ?)", num, together.String())
}

func lastSlash(b []byte) int { return strings.LastIndexByte(string(b), '/') }

// stem returns a name without its extension.
func stem(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[:i]
	}
	return name
}

// words makes bytes into text that the tokenizer reads and that holds no boundary.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || unicode.Is(unicode.Co, r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
}

// clauses are a query in FTS5's language, every word of it quoted.
type clauses struct {
	items []string // phrases, then terms
	must  string   // what a photo has to match; empty: nothing is looked for
	every string   // the same with every term needed
}

func (q TextQuery) clauses() clauses {
	terms, phrases, not := quoted(q.Terms), quoted(q.Phrases), quoted(q.Not)
	c := clauses{items: append(slices.Clone(phrases), terms...)}
	if len(c.items) == 0 {
		return c
	}
	c.every = "(" + strings.Join(c.items, " AND ") + ")"
	switch {
	case q.All:
		c.must = c.every
	case len(phrases) > 0: // terms then only say which photos are better
		c.must = "(" + strings.Join(phrases, " AND ") + ")"
	default:
		c.must = "(" + strings.Join(terms, " OR ") + ")"
	}
	if len(not) > 0 {
		none := " NOT (" + strings.Join(not, " OR ") + ")"
		c.must, c.every = "("+c.must+none+")", "("+c.every+none+")"
	}
	return c
}

// quoted returns the words that hold something to look for, as FTS5 strings.
func quoted(all []string) []string {
	var out []string
	for _, w := range all {
		w = words(w)
		if len(out) < maxTerms && strings.ContainsFunc(w, isToken) {
			out = append(out, `"`+strings.ReplaceAll(w, `"`, `""`)+`"`)
		}
	}
	return out
}

// isToken says whether the tokenizer keeps a rune (FTS5, unicode61: letters, numbers and private use).
func isToken(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.Is(unicode.Co, r)
}

// Text returns the photos whose words match, best first, equally good ones newest first. A query without any word finds
// nothing. Where thousands of photos match, the newest of them are ranked, and with them those with every term.
//
// FTS5's bm25 is not used: it counts all matches of every word, which takes tens of milliseconds for common words. A
// photo's words are few, so how often one is repeated says nothing; what counts is how many terms match, how rare each is
// (the logarithm of its inverse frequency, estimated in the window), and where it was found.
func (s *Store) Text(ctx context.Context, q TextQuery, limit int) ([]TextHit, error) {
	c := q.clauses()
	if c.must == "" || limit <= 0 {
		return nil, nil
	}
	among := uint32(0)
	for i, source := range sources {
		if len(q.Sources) == 0 || slices.Contains(q.Sources, source) {
			among |= 1 << i
		}
	}
	found := map[int64]*TextHit{}
	nums, err := s.matches(ctx, "text", c.must, 0, math.MaxInt64, rankedMatches)
	if err != nil {
		return nil, err
	}
	if err := s.rank(ctx, c.items, nums, among, found); err != nil {
		return nil, err
	}
	// A full window may have left out older photos that match better.
	if len(nums) == rankedMatches && c.every != c.must {
		if nums, err = s.matches(ctx, "text", c.every, 0, nums[len(nums)-1]-1, rankedMatches); err != nil {
			return nil, err
		}
		if err := s.rank(ctx, c.items, nums, among, found); err != nil {
			return nil, err
		}
	}
	hits := make([]TextHit, 0, len(found))
	for _, h := range found {
		if len(h.Sources) > 0 {
			hits = append(hits, *h)
		}
	}
	slices.SortFunc(hits, func(a, b TextHit) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(b.Num, a.Num))
	})
	return hits[:min(limit, len(hits))], nil
}

// rank adds matching photos, newest first, to found: for each item, how rare it is among them and the best of its sources.
func (s *Store) rank(ctx context.Context, items []string, nums []int64, among uint32, found map[int64]*TextHit) error {
	if len(nums) == 0 {
		return nil
	}
	type match struct {
		hit     *TextHit
		sources uint32
		item    uint32 // sources of the item in hand
	}
	last, first := nums[0], nums[len(nums)-1]
	at := make(map[int64]int, len(nums))
	all := make([]match, len(nums))
	for i, num := range nums {
		at[num] = i
		all[i].hit = &TextHit{Num: num}
	}
	span := float64(last - first + 1)
	for _, item := range items {
		rows, err := s.matches(ctx, "source_text", item, first*sourceSlots, last*sourceSlots+sourceSlots-1, -1)
		if err != nil {
			return err
		}
		count := 0
		for _, row := range rows {
			if i, ok := at[row/sourceSlots]; ok {
				if all[i].item == 0 {
					count++
				}
				all[i].item |= 1 << (row % sourceSlots) & among
			}
		}
		rarity := math.Log1p(span / float64(count+1))
		for i := range all {
			if all[i].item == 0 {
				continue
			}
			best := 0.
			for source, weight := range sourceWeights {
				if all[i].item>>source&1 == 1 {
					best = max(best, weight)
				}
			}
			all[i].hit.Rank -= rarity * best
			all[i].sources |= all[i].item
			all[i].item = 0
		}
	}
	for _, m := range all {
		for i, source := range sources {
			if m.sources>>i&1 == 1 {
				m.hit.Sources = append(m.hit.Sources, source)
			}
		}
		found[m.hit.Num] = m.hit
	}
	return nil
}

// matches returns the rows in a range that match an expression, newest first; limit −1: all of them. They come as one
// string, since a row for each would cost several times as much. table is text or source_text.
func (s *Store) matches(ctx context.Context, table, expression string, first, last int64, limit int) ([]int64, error) {
	var text *string
	if _, err := s.index.one(ctx, "search words", "SELECT group_concat(rowid, ' ') FROM (SELECT rowid FROM "+table+
		" WHERE "+table+" MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?)",
		[]any{expression, first, last, limit}, &text); err != nil || text == nil {
		return nil, err
	}
	return numbers(make([]int64, 0, 1+len(*text)/6), *text), nil
}

// numbers appends the numbers of a text, separated by single bytes.
func numbers(dst []int64, text string) []int64 {
	n := int64(0)
	for i := range len(text) {
		if c := text[i]; c >= '0' && c <= '9' {
			n = n*10 + int64(c-'0')
		} else {
			dst, n = append(dst, n), 0
		}
	}
	if text != "" {
		dst = append(dst, n)
	}
	return dst
}
