package store

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"pixeldetective/backend/photo"
)

// textColumns are the columns of the text table, in its order.
var textColumns = [...]Source{SourceCaption, SourceTag, SourceKeyword, SourceTitle, SourceFile, SourceFolder, SourceCamera, SourcePlace}

const (
	// rankedMatches is how many matches are ranked, newest photos first. A word that more photos have says little, and
	// ranking every one of them would cost tens of milliseconds.
	rankedMatches = 4000
	// maxTerms is how many terms and phrases of a query are used.
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

// expression writes a query in FTS5's language, every word of it quoted; empty: there is nothing to look for.
func (q TextQuery) expression() string {
	terms, phrases, not := quoted(q.Terms), quoted(q.Phrases), quoted(q.Not)
	any := strings.Join(terms, " OR ")
	if q.All {
		any = strings.Join(terms, " AND ")
	}
	must := strings.Join(phrases, " AND ")
	var e string
	switch {
	case any == "" && must == "":
		return ""
	case any == "":
		e = must
	case must == "":
		e = any
	case q.All:
		e = must + " AND " + any
	default:
		// Terms are not needed where a phrase is given, but make a photo rank higher.
		e = "(" + must + " AND (" + any + ")) OR (" + must + ")"
	}
	e = "(" + e + ")"
	if len(not) > 0 {
		e = "(" + e + " NOT (" + strings.Join(not, " OR ") + "))"
	}
	var columns []string
	for _, s := range q.Sources {
		if slices.Contains(textColumns[:], s) {
			columns = append(columns, string(s))
		}
	}
	if len(columns) > 0 {
		e = "{" + strings.Join(columns, " ") + "} : " + e
	}
	return e
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
// nothing. Where thousands of photos match, the newest of them are ranked.
func (s *Store) Text(ctx context.Context, q TextQuery, limit int) ([]TextHit, error) {
	e := q.expression()
	if e == "" || limit <= 0 {
		return nil, nil
	}
	var hits []TextHit
	err := s.index.each(ctx, "search words", "SELECT rowid, bm25(text, 2, 3, 4, 3, 2, 1, 1, 2) FROM text WHERE text MATCH ? ORDER BY rowid DESC LIMIT ?",
		[]any{e, rankedMatches}, func(r rowScanner) error {
			var h TextHit
			err := r.Scan(&h.Num, &h.Rank)
			hits = append(hits, h)
			return err
		})
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(hits, func(a, b TextHit) int { return cmp.Compare(a.Rank, b.Rank) })
	hits = hits[:min(limit, len(hits))]
	return hits, s.sources(ctx, e, hits)
}

// sourcesQuery asks for one photo which columns match: bm25 with the weight on one column alone is 0 where nothing in that
// column does.
const sourcesQuery = `SELECT bm25(text, 1, 0, 0, 0, 0, 0, 0, 0) < 0, bm25(text, 0, 1, 0, 0, 0, 0, 0, 0) < 0, bm25(text, 0, 0, 1, 0, 0, 0, 0, 0) < 0,
	bm25(text, 0, 0, 0, 1, 0, 0, 0, 0) < 0, bm25(text, 0, 0, 0, 0, 1, 0, 0, 0) < 0, bm25(text, 0, 0, 0, 0, 0, 1, 0, 0) < 0,
	bm25(text, 0, 0, 0, 0, 0, 0, 1, 0) < 0, bm25(text, 0, 0, 0, 0, 0, 0, 0, 1) < 0, rowid FROM text WHERE text MATCH ? AND rowid BETWEEN ? AND ?`

func (s *Store) sources(ctx context.Context, e string, hits []TextHit) error {
	for i := range hits {
		var in [len(textColumns)]bool
		var num int64
		if _, err := s.index.one(ctx, "search words", sourcesQuery, []any{e, hits[i].Num, hits[i].Num},
			&in[0], &in[1], &in[2], &in[3], &in[4], &in[5], &in[6], &in[7], &num); err != nil {
			return err
		}
		for c, yes := range in {
			if yes {
				hits[i].Sources = append(hits[i].Sources, textColumns[c])
			}
		}
	}
	return nil
}
