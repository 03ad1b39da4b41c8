package endtoend

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestIndexThenSearchThenIndexAgain(t *testing.T) {
	p := newProgram(t)
	photos := copyTree(t, samplePhotos())
	before := fingerprint(t, photos)
	first := p.index(0, photos)
	if first.Found < 60 || first.Indexed != first.Found || first.Unchanged != 0 || len(first.Failed) != 0 {
		t.Errorf("the first run: %+v", first)
	}
	if first.Inferred >= first.Found {
		t.Errorf("%d inferences for %d files, among them a duplicate", first.Inferred, first.Found)
	}
	second := p.index(0, photos)
	if second.Unchanged != first.Found || second.Hashed != 0 || second.Decoded != 0 || second.Inferred != 0 {
		t.Errorf("the second run: %+v", second)
	}
	if after := fingerprint(t, photos); after != before {
		t.Error("originals were changed")
	}
	a := p.search("an elephant")
	if len(a.Hits) == 0 || a.Model.ID != "starter" || a.Model.Stage != "starter" {
		t.Fatalf("answer %+v", a)
	}
	for i, h := range a.Hits {
		if len(h.Paths) == 0 || len(h.Why) == 0 || len(h.Photo) != 64 {
			t.Errorf("hit %d has no path, reason or id: %+v", i, h)
		}
		if i > 0 && h.Score > a.Hits[i-1].Score {
			t.Errorf("hit %d scores more than the one before", i)
		}
	}
	if a.Histogram == nil || len(a.Histogram.Bins) != 100 {
		t.Errorf("histogram %+v", a.Histogram)
	}
	s := p.status()
	if s.Library.Files != int64(first.Found) || s.Library.Pending != 0 || s.Counters["files_hashed"] != int64(first.Hashed) {
		t.Errorf("status %+v", s)
	}
	if left := children(t); len(left) != 0 {
		t.Errorf("workers %v outlived the program", left)
	}
}

func TestSimilarFindsTheSamePictureInAndOutOfTheLibrary(t *testing.T) {
	p := newProgram(t)
	photos := samplePhotos()
	p.index(0, photos)
	a := p.search("--limit", "1", "an elephant")
	if len(a.Hits) != 1 {
		t.Fatal("nothing to start from")
	}
	file := a.Hits[0].Paths[0]
	var inside answer
	decode(t, p.want(0, "--json", "similar", "--limit", "5", file).out, &inside)
	for _, h := range inside.Hits {
		if h.Photo == a.Hits[0].Photo {
			t.Error("a photo is similar to itself")
		}
	}
	outside := filepath.Join(t.TempDir(), "elsewhere.jpg")
	copyFile(t, file, outside, []byte("one byte more"))
	var other answer
	decode(t, p.want(0, "--json", "similar", "--limit", "1", outside).out, &other)
	if len(other.Hits) != 1 || other.Hits[0].Photo != a.Hits[0].Photo {
		t.Errorf("a copy outside of the library finds %+v, want its original %s", other.Hits, file)
	}
}

func TestWrongUsageIsTold(t *testing.T) {
	p := newProgram(t)
	for _, args := range [][]string{
		{"search"}, {"serch", "dog"}, {"index", "--no-such-flag"}, {"search", "--sort", "colour", "dog"},
		{"search", "--from", "yesterday", "dog"}, {"similar"}, {"status", "extra"}, {"--log-level", "loud", "status"},
		{"doctor", "--repair", "--startup"}, {"search", "--limit", "-1", "dog"},
	} {
		if r := p.want(2, args...); r.out != "" || !strings.Contains(r.stderr, "--help") {
			t.Errorf("%q: on standard output %q, on standard error %q", args, r.out, r.stderr)
		}
	}
}
