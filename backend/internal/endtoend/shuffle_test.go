package endtoend

import (
	"database/sql"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	_ "github.com/mattn/go-sqlite3" // the test reaches past the program into its file

	"pixeldetective/backend/search/quality"
)

// Search reads the vectors: in a copy of the library where they are dealt out anew, the captions no longer find their
// photos, while everything else (names, tags, words, the model) is as it was.
func TestPermutedVectorsFindNothing(t *testing.T) {
	photos := outsidePhotos(t)
	captions, err := quality.ReadCaptions(filepath.Join(photos, "captions.json"))
	if err != nil {
		t.Fatal(err)
	}
	p := newProgram(t)
	p.index(0, filepath.Join(photos, "img"))

	shuffled := newProgram(t)
	if err := os.CopyFS(shuffled.library, os.DirFS(p.library)); err != nil {
		t.Fatal(err)
	}
	permute(t, filepath.Join(shuffled.library, "index.db"))
	if err := os.RemoveAll(filepath.Join(shuffled.library, "cache")); err != nil {
		t.Fatal(err)
	}

	const every = 17 // of the captions: each is a process
	asked, whole, dealt := 0, 0, 0
	for i := 0; i < len(captions); i += every {
		asked++
		whole += foundIn(p, captions[i])
		dealt += foundIn(shuffled, captions[i])
	}
	if share := float64(whole) / float64(asked); share < .75 {
		t.Errorf("among its first ten hits, a caption finds its photo in %.2f of %d cases, want at least .75", share, asked)
	}
	// Ten of 85 by chance is .12.
	if share := float64(dealt) / float64(asked); share > .3 {
		t.Errorf("with the vectors dealt out anew it still does in %.2f", share)
	}
}

// foundIn is 1 if the caption's photo is among the first ten hits.
func foundIn(p *program, c quality.Caption) int {
	p.t.Helper()
	for _, h := range p.search("--limit", "10", "--", c.Text).Hits {
		if slices.ContainsFunc(h.Paths, func(path string) bool { return filepath.Base(path) == c.File }) {
			return 1
		}
	}
	return 0
}

// permute deals the vectors of a library out anew: each photo gets another's.
func permute(t *testing.T, file string) {
	t.Helper()
	db, err := sql.Open("sqlite3", file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.QueryContext(t.Context(), "SELECT id, vector FROM embedding ORDER BY id")
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var ids []int64
	var vectors [][]byte
	for rows.Next() {
		var id int64
		var v []byte
		if err := rows.Scan(&id, &v); err != nil {
			t.Fatal(err)
		}
		ids, vectors = append(ids, id), append(vectors, v)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(1, 2))
	random.Shuffle(len(vectors), func(i, j int) { vectors[i], vectors[j] = vectors[j], vectors[i] })
	for i, id := range ids {
		if _, err := db.ExecContext(t.Context(), "UPDATE embedding SET vector = ? WHERE id = ?", vectors[i], id); err != nil {
			t.Fatal(err)
		}
	}
}
