package endtoend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"pixeldetective/backend/internal/testkit"
)

// Awkward names, and things that are no plain files: all photos are found and indexed, nothing blocks, and nothing raw
// reaches a terminal, a log or JSON.
func TestAwkwardNames(t *testing.T) {
	p := newProgram(t)
	photos := t.TempDir()
	names := testkit.AwkwardNames()
	testkit.WriteNames(t, photos, names)
	testkit.WriteNames(t, filepath.Join(photos, "passed by"), testkit.UnlistedNames())
	testkit.WriteSpecials(t, filepath.Join(photos, "specials"))
	testkit.WriteSparse(t, filepath.Join(photos, "large", "sparse_1_TB.jpg"), 1<<40)

	r := p.want(3, "index", photos)
	printable(t, "standard output", r.out)
	printable(t, "standard error", r.stderr)
	if !strings.Contains(r.out, "sparse_1_TB.jpg") || !strings.Contains(r.out, "limit") {
		t.Errorf("the file of 1 TB is not named with its reason:\n%s", r.out)
	}
	rows := p.dump()
	for _, name := range names {
		if _, ok := rows[filepath.Join(photos, name)]; !ok {
			t.Errorf("%q is not in the library", name)
		}
	}
	if len(rows) != len(names) {
		t.Errorf("%d files are in the library, want %d", len(rows), len(names))
	}

	// The picture is the same in all files, so each is like all others.
	for _, name := range []string{"two\nlines.jpg", "-rf.jpg", "latin1-\xe9t\xe9.jpg", "'); DROP TABLE photo;--.jpg"} {
		out := p.want(0, "--json", "similar", "--limit", "100", "--", filepath.Join(photos, name)).out
		validJSON(t, out)
		var a answer
		decode(t, out, &a)
		if len(a.Hits) == 0 {
			t.Errorf("%q is like nothing", name)
		}
	}
	var a answer
	decode(t, p.want(0, "--json", "search", "--limit", "200", "jpg").out, &a)
	validJSON(t, p.want(0, "--json", "status").out)
	for _, args := range [][]string{{"search", "--limit", "200", "plain"}, {"status"}, {"status", "--failures"}, {"doctor"}} {
		r := p.run(args...)
		printable(t, strings.Join(args, " "), r.out)
		printable(t, strings.Join(args, " "), r.stderr)
	}
	logs, err := filepath.Glob(filepath.Join(p.library, "log", "*"))
	if err != nil || len(logs) == 0 {
		t.Fatalf("log files %v, %v", logs, err)
	}
	for _, name := range logs {
		data, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		printable(t, name, string(data))
	}
}

// printable fails the test if text holds what a terminal would obey or cannot show.
func printable(t *testing.T, where, text string) {
	t.Helper()
	if !utf8.ValidString(text) {
		t.Errorf("%s: not UTF-8", where)
	}
	for _, r := range text {
		if r != '\n' && unicode.IsControl(r) || r == '\u202e' {
			t.Errorf("%s: holds the raw character %U", where, r)
			return
		}
	}
}
