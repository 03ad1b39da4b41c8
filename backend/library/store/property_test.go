package store

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"pixeldetective/backend/photo"
)

// TestRowsFollowTheDisk plays a disk's life and holds the rows against a model of it after every scan.
func TestRowsFollowTheDisk(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		ctx := context.Background()
		s := openTemp(t)
		defer s.closeFiles()
		f := value(s.AddFolder(ctx, "/photos"))(t)
		disk := map[string]map[string]int{} // directory → name → version
		indexed := map[string]int{}         // path → version
		dirs := rapid.SampledFrom([]string{"", "a", "a/b", "a-b", "ab", "a/b/c", "\xff\xfe", "a\nb"})
		names := rapid.SampledFrom([]string{"1.jpg", "2.JPG", "'\".jpg", "\xff.jpg", "-x.png", "no extension"})
		for range rapid.IntRange(1, 8).Draw(r, "scans") {
			for range rapid.IntRange(0, 12).Draw(r, "changes") {
				dir, name := dirs.Draw(r, "dir"), names.Draw(r, "name")
				if disk[dir] == nil {
					disk[dir] = map[string]int{}
				}
				switch rapid.IntRange(0, 3).Draw(r, "change") {
				case 0:
					delete(disk[dir], name)
				case 1:
					delete(disk, dir)
				default:
					disk[dir][name] = rapid.IntRange(0, 2).Draw(r, "version")
				}
			}
			subtree := ""
			if rapid.Bool().Draw(r, "part") {
				subtree = dirs.Draw(r, "subtree")
			}
			rec := value(s.BeginReconcile(ctx, f.ID, subtree))(t)
			for dir, files := range disk {
				if subtree != "" && !inside(dir, subtree) {
					continue
				}
				var entries []Entry
				for _, name := range slices.Sorted(maps.Keys(files)) {
					entries = append(entries, entry(name, files[name]))
				}
				must(t, rec.Directory(ctx, dir, entries))
			}
			value(rec.Finish(ctx))(t)
			if subtree != "" {
				scan(t, s, f.ID, listings(disk)) // what was outside
			}
			want := map[string]int{}
			for dir, files := range disk {
				for name, version := range files {
					want[strings.TrimPrefix(dir+"/"+name, "/")] = version
				}
			}
			got := map[string]int{}
			must(t, s.index.each(ctx, "", "SELECT d.rel, f.name, f.size FROM file f JOIN dir d ON d.id = f.dir", nil, func(r rowScanner) error {
				var rel, name []byte
				var size int
				err := r.Scan(&rel, &name, &size)
				got[below(rel, name)] = size - 1000
				return err
			}))
			if !maps.Equal(got, want) {
				r.Fatalf("rows %v, disk %v", got, want)
			}
			waits := map[string]bool{}
			for _, p := range value(s.NewestPending(ctx, nil, 100))(t) {
				waits[p.Rel] = true
			}
			for path, version := range want {
				if was, ok := indexed[path]; (!ok || was != version) && !waits[path] {
					r.Fatalf("%q is new or changed, but not pending", path)
				} else if ok && was == version && waits[path] {
					r.Fatalf("%q is pending though it was indexed as it is", path)
				}
			}
			indexAll(t, s, func(p Pending) string { return fmt.Sprint(p.Size % 7) })
			indexed = want
			healthy(t, s)
			invariants(t, s)
			// Every photo carries this tag: the reading connections see the text index as it is now.
			hits := value(s.Text(ctx, TextQuery{Terms: []string{"thing"}}, 100))(t)
			if photos := value(s.Count(ctx, testRef))(t).Photos; int64(len(hits)) != photos {
				r.Fatalf("%d of %d photos are found", len(hits), photos)
			}
		}
	})
}

func listings(disk map[string]map[string]int) map[string][]Entry {
	all := map[string][]Entry{}
	for dir, files := range disk {
		all[dir] = nil
		for _, name := range slices.Sorted(maps.Keys(files)) {
			all[dir] = append(all[dir], entry(name, files[name]))
		}
	}
	return all
}

func TestLargeDirectoryIsMergedInParts(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	make := func(from, to, version int) (all []Entry) {
		for i := from; i < to; i++ {
			all = append(all, entry(fmt.Sprintf("%06d.jpg", i), version))
		}
		return all
	}
	for _, step := range []struct {
		entries []Entry
		want    ReconcileResult
	}{
		{make(0, 9000, 1), ReconcileResult{Added: 9000}},
		{append(make(0, 100, 1), make(8000, 15000, 1)...), ReconcileResult{Added: 6000, Removed: 7900, Unchanged: 1100}},
		{make(0, 100, 2), ReconcileResult{Changed: 100, Removed: 7000}},
		{make(50, 60, 2), ReconcileResult{Removed: 90, Unchanged: 10}},
		{nil, ReconcileResult{Removed: 10}},
	} {
		step.want.Directories, step.want.Files = 1, len(step.entries)
		if got := scan(t, s, f.ID, map[string][]Entry{"d": step.entries}); got != step.want {
			t.Fatalf("got %+v, want %+v", got, step.want)
		}
		if n := value(s.Count(ctx, testRef))(t).Files; n != int64(len(step.entries)) {
			t.Fatalf("%d rows, want %d", n, len(step.entries))
		}
		invariants(t, s)
	}
}

// TestQueriesWalkNoLargeTable holds every statement that the pipeline and the searches run against SQLite's plan for it.
func TestQueriesWalkNoLargeTable(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	id := fill(t, s, 200, true)
	listing := map[string][]Entry{"x": {entry("a.jpg", 1)}}
	scan(t, s, id, listing)
	p := value(s.NewestPending(ctx, nil, 10))(t)
	value(s.Commit(ctx, nil, []Failed{{Pending: p[0], Reason: "x", Kind: FailureRefused}}))(t)
	value(s.Failures(ctx))(t)
	value(s.PendingTotals(ctx))(t)
	value(s.Unembedded(ctx, testRef, 0, 10))(t)
	value(s.Known(ctx, []photo.ID{idOf("x")}, testRef))(t)
	value(s.SamePixels(ctx, []photo.PixelDigest{pixelsOf("x")}, testRef))(t)
	value(s.Records(ctx, []int64{1, 2}))(t)
	value(s.EmbeddingsOf(ctx, testRef, []int64{1}))(t)
	must(t, s.Embeddings(ctx, testRef, 0, func(int64, []byte) error { return nil }))
	value(s.Changes(ctx, 0, 10))(t)
	photoAt(t, s, "/photos/x/a.jpg")
	allowed := []string{"SCAN folder", "SCAN f USING INDEX sqlite_autoindex_folder", "SCAN j VIRTUAL", "SCAN text VIRTUAL", "SCAN source_text VIRTUAL", "SCAN CONSTANT",
		"SCAN (subquery", "SCAN f USING COVERING INDEX file_pending", "SCAN file USING COVERING INDEX file_pending", "SCAN f USING INDEX file_failed", "SCAN f USING INDEX file_pending", "SCAN o"}
	if explained := walks(t, s, allowed); explained < 30 {
		t.Fatalf("only %d statements were seen", explained)
	}
}

func TestHalvesAreRoundedToNearest(t *testing.T) {
	for h := range 1 << 16 {
		x := floatOf(uint16(h))
		if math.IsNaN(float64(x)) {
			continue
		}
		if got := halfOf(x); got != uint16(h) {
			t.Fatalf("%#04x is %v, which becomes %#04x", h, x, got)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		x := float32(rapid.Float64Range(-2, 2).Draw(r, "x"))
		h := halfOf(x)
		d := math.Abs(float64(floatOf(h)) - float64(x))
		for _, next := range []uint16{h + 1, h - 1} {
			if e := math.Abs(float64(floatOf(next)) - float64(x)); e < d {
				r.Fatalf("%v becomes %v, but %v is nearer", x, floatOf(h), floatOf(next))
			}
		}
	})
	if _, err := encodeHalfs([]float32{float32(math.NaN())}); err == nil {
		t.Fatal("NaN is kept")
	}
}

// FuzzText holds that no text is ever taken for syntax.
func FuzzText(f *testing.F) {
	for _, seed := range []string{"dog", `"`, `a" OR "b`, "NEAR(a b)", "tag:x", "*", "a*", "^a", "{file} : x", "x'; DROP TABLE text;--", "\x00", "é\xff", "日本", "\ue000", "-a", "(((", "AND", "½"} {
		f.Add(seed, seed, true)
	}
	ctx := context.Background()
	s := value(Open(ctx, Options{Dir: f.TempDir()}))(f)
	f.Cleanup(func() { _ = s.closeFiles() })
	fill(f, s, 100, false)
	f.Fuzz(func(t *testing.T, a, b string, all bool) {
		for _, q := range []TextQuery{{Terms: []string{a, b}, All: all}, {Phrases: []string{a + " " + b}}, {Terms: []string{"img"}, Not: []string{a, b}}, {Terms: []string{a}, Sources: []Source{Source(b), SourceTag}}} {
			if _, err := s.Text(ctx, q, 10); err != nil {
				t.Fatalf("%+v: %v", q, err)
			}
		}
		from := math.NaN()
		for _, filter := range []Filter{{Cameras: []string{a}, Lenses: []string{b}}, {Tags: []string{a, b}}, {Extensions: []string{a}, Under: []string{b, "/photos/" + a}}, {ISO: &Range{From: &from}}} {
			if _, err := s.Match(ctx, filter); err != nil {
				t.Fatalf("%+v: %v", filter, err)
			}
		}
	})
}
