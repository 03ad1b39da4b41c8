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

// textColumns are the columns of the text table, in its order.
var textColumns = [...]Source{SourceCaption, SourceTag, SourceKeyword, SourceTitle, SourceFile, SourceFolder, SourceCamera, SourcePlace}

// columnWeights say how much a match in each column is worth: words chosen for the photo more than words of its place on
// disk.
var columnWeights = [len(textColumns)]float64{1.2, 1.1, 1.3, 1.3, 1, .8, .8, 1}

const (
	// rankedMatches is how many matches are ranked. A word that more photos have says little.
	rankedMatches = 1000
	// maxTerms is how many terms, and how many phrases, of a query are used.
	maxTerms = 32
)

// writeText writes the words of a photo anew.
func (t *tx) writeText(num int64) error {
	var text [len(textColumns)]strings.Builder
	put := func(column int, words ...string) {
		for _, w := range words {
			if w != "" {
				text[column].WriteString(w)
				text[column].WriteByte('\n') // separates tokens
			}
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
	for column, query := range []string{"SELECT text FROM caption WHERE photo = ? ORDER BY model", "SELECT DISTINCT name FROM tag WHERE photo = ? ORDER BY name"} {
		if err := t.each(query, []any{num}, func(r rowScanner) error {
			var w string
			err := r.Scan(&w)
			put(column, w)
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
		put(4, words(stem(string(name))))
		dir := join(string(root[lastSlash(root)+1:]), string(rel))
		if !dirs[dir] {
			dirs[dir] = true
			put(5, words(dir))
		}
		return nil
	}); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM text WHERE rowid = ?", num); err != nil {
		return err
	}
	args := []any{num}
	for i := range text {
		args = append(args, text[i].String())
	}
	return t.exec("INSERT INTO text (rowid, caption, tag, keyword, title, file, folder, camera, place) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", args...)
}

func lastSlash(b []byte) int { return strings.LastIndexByte(string(b), '/') }

// stem returns a name without its extension.
func stem(name string) string {
	if i := strings.LastIndexByte(name, '.'); i > 0 {
		return name[:i]
	}
	return name
}

// words makes the bytes of a path into text that the tokenizer reads.
func words(s string) string {
	return strings.Map(func(r rune) rune {
		if r == 0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
}

// clauses are a query in FTS5's language, every word of it quoted.
type clauses struct {
	items  []string // phrases, then terms
	must   string   // what a photo has to match; empty: nothing is looked for
	every  string   // the same with every term needed
	column string   // filter on the columns looked at; empty: all
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
	var columns []string
	for _, s := range q.Sources {
		if slices.Contains(textColumns[:], s) {
			columns = append(columns, string(s))
		}
	}
	if len(columns) > 0 {
		c.column = "{" + strings.Join(columns, " ") + "} : "
	}
	return c
}

// quoted returns the words that hold something to look for, as FTS5 strings.
func quoted(words []string) []string {
	var out []string
	for _, w := range words {
		w = strings.Map(func(r rune) rune {
			if r < ' ' {
				return ' '
			}
			return r
		}, strings.ToValidUTF8(w, " "))
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
// nothing. Where thousands of photos match, the newest of them are ranked, and before them those with every term.
//
// FTS5's bm25 is not used: it counts all matches of every word, which takes tens of milliseconds for common words. A
// photo's words are few, so how often one is repeated says nothing; what counts is how many terms match, how rare each is
// (the logarithm of its inverse frequency, estimated in the window), and where.
func (s *Store) Text(ctx context.Context, q TextQuery, limit int) ([]TextHit, error) {
	c := q.clauses()
	if c.must == "" || limit <= 0 {
		return nil, nil
	}
	found, err := s.window(ctx, c, c.must)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	// A full window may have left out older photos that match better.
	if len(found) == rankedMatches && c.every != c.must {
		better, err := s.window(ctx, c, c.every)
		if err != nil {
			return nil, err
		}
		for num, h := range better {
			found[num] = h
		}
	}
	hits := make([]TextHit, 0, len(found))
	for _, h := range found {
		hits = append(hits, *h)
	}
	slices.SortFunc(hits, func(a, b TextHit) int {
		return cmp.Or(cmp.Compare(a.Rank, b.Rank), cmp.Compare(b.Num, a.Num))
	})
	return hits[:min(limit, len(hits))], nil
}

// window returns the newest photos that match an expression, ranked.
func (s *Store) window(ctx context.Context, c clauses, expression string) (map[int64]*TextHit, error) {
	nums, err := s.matches(ctx, c.column+expression, 0, math.MaxInt64, rankedMatches)
	if err != nil || len(nums) == 0 {
		return nil, err
	}
	first, last := nums[len(nums)-1], nums[0]
	found := make(map[int64]*TextHit, len(nums))
	for _, num := range nums {
		found[num] = &TextHit{Num: num}
	}
	for _, item := range c.items {
		with, err := s.matches(ctx, c.column+item, first, last, -1)
		if err != nil {
			return nil, err
		}
		rarity := math.Log1p(float64(last-first+1) / float64(len(with)+1))
		for _, num := range with {
			if h := found[num]; h != nil {
				h.Rank -= rarity
			}
		}
	}
	any := strings.Join(c.items, " OR ")
	best := map[int64]float64{}
	for i, column := range textColumns {
		if !strings.Contains(c.column, string(column)) && c.column != "" {
			continue
		}
		with, err := s.matches(ctx, string(column)+" : ("+any+")", first, last, -1)
		if err != nil {
			return nil, err
		}
		for _, num := range with {
			if h := found[num]; h != nil {
				h.Sources = append(h.Sources, column)
				best[num] = max(best[num], columnWeights[i])
			}
		}
	}
	for num, weight := range best {
		found[num].Rank *= weight
	}
	return found, nil
}

// matches returns the photos in a range of numbers that match an expression, newest first; limit −1: all of them. They come
// as one string, since a row for each would cost several times as much.
func (s *Store) matches(ctx context.Context, expression string, first, last int64, limit int) ([]int64, error) {
	var text *string
	if _, err := s.index.one(ctx, "search words", `SELECT group_concat(rowid, ' ') FROM
		(SELECT rowid FROM text WHERE text MATCH ? AND rowid BETWEEN ? AND ? ORDER BY rowid DESC LIMIT ?)`,
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
