package store

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/photo"
)

func TestPhotoIsFoundAfterItsCommit(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	res := scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1)}, "Rome 2019": {entry("Forum Romanum.JPG", 1), entry("b.jpg", 1)}})
	if want := (ReconcileResult{Directories: 2, Files: 3, Added: 3}); res != want {
		t.Fatalf("reconcile: %+v, want %+v", res, want)
	}
	if got := value(s.PendingTotals(ctx))(t); got != (Totals{Files: 3, Bytes: 3003}) {
		t.Fatalf("pending totals: %+v", got)
	}
	waiting := value(s.NewestPending(ctx, nil, 10))(t)
	var done []Indexed
	for _, p := range waiting {
		x := decoded(p, byRel(p))
		if strings.HasPrefix(p.Rel, "Rome") {
			x.New.Metadata.Camera = "Fuji X100"
			x.New.Metadata.Keywords = []string{"Urlaub", "café"}
			x.New.Metadata.Taken = photo.Moment{Local: time.Date(2019, 5, 1, 12, 0, 0, 0, time.UTC)}
			x.New.Metadata.Place = &photo.Place{Latitude: 41.9, Longitude: 12.5}
		}
		done = append(done, x)
	}
	c := value(s.Commit(ctx, done, nil))(t)
	if want := (Committed{Linked: 3, Added: 3, Embedded: 3}); c != want {
		t.Fatalf("commit: %+v, want %+v", c, want)
	}
	for query, want := range map[string][]Source{"forum": {SourceFile}, "ROME": {SourceFolder}, "cafe": {SourceKeyword}, "thing": {SourceTag}, "fuji": {SourceCamera}} {
		hits := value(s.Text(ctx, TextQuery{Terms: []string{query}}, 10))(t)
		if len(hits) == 0 || !slices.Equal(hits[0].Sources, want) {
			t.Errorf("%q: %+v, want a hit by %v", query, hits, want)
		}
	}
	for _, query := range []string{"oru", "foru", "jpg", "photo"} {
		if hits := value(s.Text(ctx, TextQuery{Terms: []string{query}}, 10))(t); len(hits) > 0 {
			t.Errorf("%q: %+v, want none: a part of a word is no word", query, hits)
		}
	}
	num, ok, err := s.NumOf(ctx, idOf("a.jpg 1001"))
	must(t, err)
	rec := value(s.Records(ctx, []int64{99, num, num}))(t)
	if !ok || len(rec) != 2 || rec[0].Photo != idOf("a.jpg 1001") || rec[0].Paths[0].String() != "/photos/a.jpg" || len(rec[1].Paths) != 1 || rec[0].Tags[0].Name != "thing" {
		t.Fatalf("record: %+v", rec)
	}
	if id, ok := photoAt(t, s, "/photos/Rome 2019/b.jpg"); !ok || id != idOf("Rome 2019/b.jpg 1001") {
		t.Fatal("the path does not lead to its photo")
	}
	if b := value(s.Thumbnail(ctx, rec[0].Photo))(t); !bytes.Contains(b, []byte("thumbnail of a.jpg")) {
		t.Fatalf("thumbnail: %q", b)
	}
	vectors := value(s.EmbeddingsOf(ctx, testRef, []int64{num, 77}))(t)
	for i, x := range vectors[num] {
		if d := x - vectorOf("a.jpg 1001")[i]; d > 1e-3 || d < -1e-3 {
			t.Fatalf("vector: %v, want %v", vectors[num], vectorOf("a.jpg 1001"))
		}
	}
	if got := value(s.Count(ctx, testRef))(t); got != (Counts{Photos: 3, Files: 3, Embedded: 3, Seen: 3, Folders: 1}) {
		t.Fatalf("counts: %+v", got)
	}
	healthy(t, s)
}

func photoAt(t testing.TB, s *Store, path string) (photo.ID, bool) {
	t.Helper()
	id, ok, err := s.PhotoAt(context.Background(), path)
	must(t, err)
	return id, ok
}

func TestUnchangedFolderCostsNothing(t *testing.T) {
	s := openTemp(t)
	f := value(s.AddFolder(context.Background(), "/photos"))(t)
	dirs := map[string][]Entry{"": {entry("a.jpg", 1)}, "x": {entry("b.jpg", 1), entry("c.jpg", 1)}, "empty": nil}
	scan(t, s, f.ID, dirs)
	before := value(s.Seq(context.Background()))(t)
	s.index.dirty.Store(false)
	res := scan(t, s, f.ID, dirs)
	if want := (ReconcileResult{Directories: 3, Files: 3, Unchanged: 3}); res != want {
		t.Fatalf("second scan: %+v, want %+v", res, want)
	}
	if s.index.dirty.Load() || value(s.Seq(context.Background()))(t) != before {
		t.Fatal("a scan that found nothing new wrote something")
	}
}

func TestMovedAndCopiedFilesAreLinkedOnly(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"old": {entry("a.jpg", 1), entry("b.jpg", 1)}})
	same := func(p Pending) string { return p.Rel[strings.LastIndexByte(p.Rel, '/')+1:] }
	indexAll(t, s, same)
	seq := value(s.Seq(ctx))(t)
	res := scan(t, s, f.ID, map[string][]Entry{"new/deep": {entry("a.jpg", 1), entry("b.jpg", 1)}, "copy": {entry("a.jpg", 2)}})
	if res.Added != 3 || res.Removed != 2 {
		t.Fatalf("reconcile: %+v", res)
	}
	var done []Indexed
	for _, p := range value(s.NewestPending(ctx, nil, 10))(t) {
		id := idOf(same(p))
		known := value(s.Known(ctx, []photo.ID{id}, testRef))(t)
		if !known[id].Embedded {
			t.Fatalf("%s is not known with its vector: %+v", p.Rel, known)
		}
		done = append(done, Indexed{Pending: p, Photo: id})
	}
	if c := value(s.Commit(ctx, done, nil))(t); c != (Committed{Linked: 3}) {
		t.Fatalf("commit: %+v", c)
	}
	var kinds []ChangeKind
	for _, c := range value(s.Changes(ctx, seq, 100))(t) {
		kinds = append(kinds, c.Kind)
	}
	if want := []ChangeKind{PhotoRemoved, PhotoRemoved, PhotoAdded, PhotoAdded}; !slices.Equal(kinds, want) {
		t.Fatalf("changes %v, want %v", kinds, want)
	}
	if hits := value(s.Text(ctx, TextQuery{Terms: []string{"old"}}, 10))(t); len(hits) != 0 {
		t.Fatalf("the old folder's name is still found: %+v", hits)
	}
	if hits := value(s.Text(ctx, TextQuery{Terms: []string{"deep"}}, 10))(t); len(hits) != 2 {
		t.Fatalf("the new folder's name finds %+v", hits)
	}
	healthy(t, s)
}

func TestSamePixelsTakeTheVectorAndDecisionsCarryOver(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1)}})
	indexAll(t, s, func(Pending) string { return "first" })
	must(t, s.SetFavourite(ctx, idOf("first"), true))
	must(t, s.SetRating(ctx, idOf("first"), 4))

	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 2)}})
	p := value(s.NewestPending(ctx, nil, 10))(t)[0]
	if p.Previous == nil || *p.Previous != idOf("first") {
		t.Fatalf("previous photo: %v", p.Previous)
	}
	donor := value(s.SamePixels(ctx, []photo.PixelDigest{pixelsOf("first"), pixelsOf("unknown")}, testRef))(t)
	if len(donor) != 1 || donor[pixelsOf("first")] != idOf("first") {
		t.Fatalf("same pixels: %v", donor)
	}
	from := idOf("first")
	x := decoded(p, "keyword rewritten")
	x.New.PixelDigest, x.Embedding, x.EmbeddingFrom, x.Tags, x.TagsRef = pixelsOf("first"), nil, &from, nil, photo.ModelRef{}
	if c := value(s.Commit(ctx, []Indexed{x}, nil))(t); c != (Committed{Linked: 1, Added: 1, Embedded: 1}) {
		t.Fatalf("commit: %+v", c)
	}
	id := idOf("keyword rewritten")
	k := value(s.Known(ctx, []photo.ID{id}, testRef))(t)[id]
	if !k.Embedded || len(value(s.Records(ctx, []int64{k.Num}))(t)[0].Tags) != 1 {
		t.Fatal("vector or tags were not copied")
	}
	d := value(s.DecisionsOf(ctx, []photo.ID{id}))(t)[id]
	if !d.Favourite || d.Rating == nil || *d.Rating != 4 {
		t.Fatalf("decisions: %+v", d)
	}
	yes := true
	for _, filter := range []Filter{{Favourite: &yes}, {MinRating: 4}} {
		if m := value(s.Match(ctx, filter))(t); !slices.Equal(m.ToArray(), []uint32{uint32(k.Num)}) {
			t.Fatalf("%+v lets %v through, want %d", filter, m, k.Num)
		}
	}
	must(t, s.SetFavourite(ctx, id, false))
	got := value(s.DecisionsOf(ctx, []photo.ID{id, idOf("first")}))(t)
	if got[id].Favourite || !got[idOf("first")].Favourite {
		t.Fatalf("a photo's own decision must outweigh the older one's, and not touch it: %+v", got)
	}
	healthy(t, s)
}

func TestStaleFileStaysPendingAndItsPhotoIsKept(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1), entry("b.jpg", 1)}})
	waiting := value(s.NewestPending(ctx, nil, 10))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 2)}})
	c := value(s.Commit(ctx, []Indexed{decoded(waiting[0], "v1")}, []Failed{{Pending: waiting[1], Reason: "broken", Kind: FailureRefused}}))(t)
	if c != (Committed{Added: 1, Embedded: 1, Stale: 2}) {
		t.Fatalf("commit: %+v", c)
	}
	if n := value(s.PendingTotals(ctx))(t); n.Files != 1 {
		t.Fatalf("pending: %+v, want the changed file", n)
	}
	n := 0
	must(t, s.Embeddings(ctx, testRef, 0, func(int64, []byte) error { n++; return nil }))
	if n != 0 {
		t.Fatalf("%d vectors are searchable, want none: no file shows the photo", n)
	}
	p := value(s.NewestPending(ctx, nil, 10))(t)
	c = value(s.Commit(ctx, []Indexed{{Pending: p[0], Photo: idOf("v1")}}, nil))(t)
	if c != (Committed{Linked: 1}) {
		t.Fatalf("commit: %+v", c)
	}
	healthy(t, s)
}

func TestFailedFileIsListedAndRetriedWhenItChanges(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"d": {entry("a.jpg", 1)}})
	indexAll(t, s, func(Pending) string { return "whole" })
	scan(t, s, f.ID, map[string][]Entry{"d": {entry("a.jpg", 2)}})
	p := value(s.NewestPending(ctx, nil, 10))(t)[0]
	must(t, s.Attempted(ctx, []int64{p.File}))
	if again := value(s.NewestPending(ctx, nil, 10))(t)[0]; again.Attempts != 1 {
		t.Fatalf("attempts: %d", again.Attempts)
	}
	c := value(s.Commit(ctx, nil, []Failed{{Pending: p, Reason: "cut off", Kind: FailureRefused, Attempts: 2}}))(t)
	if c != (Committed{Failed: 1}) {
		t.Fatalf("commit: %+v", c)
	}
	list := value(s.Failures(ctx))(t)
	if len(list) != 1 || list[0].Path != "/photos/d/a.jpg" || list[0].Kind != FailureRefused || list[0].Reason != "cut off" {
		t.Fatalf("failures: %+v", list)
	}
	scan(t, s, f.ID, map[string][]Entry{"d": {entry("a.jpg", 2)}})
	if n := value(s.PendingTotals(ctx))(t); n.Files != 0 {
		t.Fatal("a failed file is tried again though it did not change")
	}
	if n := value(s.RetryFailed(ctx, FailureUnreadable))(t); n != 0 {
		t.Fatalf("%d files of another kind were requeued", n)
	}
	scan(t, s, f.ID, map[string][]Entry{"d": {entry("a.jpg", 3)}})
	p = value(s.NewestPending(ctx, nil, 10))(t)[0]
	if p.Previous == nil || *p.Previous != idOf("whole") || p.Attempts != 0 {
		t.Fatalf("a file that failed lost what it showed before: %+v", p)
	}
	healthy(t, s)
}

func TestOfflineFolderStaysSearchableAndIsNotIndexed(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1)}})
	indexAll(t, s, byRel)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1), entry("b.jpg", 1)}})
	must(t, s.SetFolderState(ctx, f.ID, FolderOffline, "the drive is not plugged in"))
	if n := value(s.PendingTotals(ctx))(t); n.Files != 0 {
		t.Fatalf("pending: %+v", n)
	}
	if p := value(s.NewestPending(ctx, nil, 10))(t); len(p) != 0 {
		t.Fatalf("pending: %+v", p)
	}
	num, _, err := s.NumOf(ctx, idOf("a.jpg 1001"))
	must(t, err)
	if rec := value(s.Records(ctx, []int64{num}))(t); !rec[0].Paths[0].Offline {
		t.Fatalf("record: %+v", rec)
	}
	must(t, s.SetFolderState(ctx, f.ID, FolderOnline, ""))
	if n := value(s.PendingTotals(ctx))(t); n.Files != 1 {
		t.Fatalf("pending: %+v", n)
	}
}

func TestUnreadableDirectoryKeepsItsRows(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	dirs := map[string][]Entry{"a": {entry("1.jpg", 1)}, "a/b": {entry("2.jpg", 1)}, "ab": {entry("3.jpg", 1)}}
	scan(t, s, f.ID, dirs)
	indexAll(t, s, byRel)
	r := value(s.BeginReconcile(ctx, f.ID, ""))(t)
	must(t, r.Unreadable(ctx, "a", "permission denied"))
	res := value(r.Finish(ctx))(t)
	if res.Removed != 1 {
		t.Fatalf("%d rows removed, want ab's alone", res.Removed)
	}
	if p := value(s.DirectoryProblems(ctx))(t); len(p) != 1 || p[0].Path != "/photos/a" || p[0].Reason != "permission denied" {
		t.Fatalf("problems: %+v", p)
	}
	scan(t, s, f.ID, dirs)
	if p := value(s.DirectoryProblems(ctx))(t); len(p) != 0 {
		t.Fatalf("problems stay: %+v", p)
	}
}

func TestFoldersMergeWithoutLosingRows(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	inner := value(s.AddFolder(ctx, "/p/x/y"))(t)
	scan(t, s, inner.ID, map[string][]Entry{"": {entry("a.jpg", 1)}, "z": {entry("b.jpg", 1)}})
	indexAll(t, s, byRel)
	outer := value(s.AddFolder(ctx, "/p"))(t)
	if again := value(s.AddFolder(ctx, "/p/x/../x/y/z"))(t); again.ID != outer.ID {
		t.Fatalf("a folder inside a known one is %+v, want %+v", again, outer)
	}
	if all := value(s.Folders(ctx))(t); len(all) != 1 {
		t.Fatalf("folders: %+v", all)
	}
	for _, path := range []string{"/p/x/y/a.jpg", "/p/x/y/z/b.jpg"} {
		if _, ok := photoAt(t, s, path); !ok {
			t.Errorf("%s is lost", path)
		}
	}
	res := scan(t, s, outer.ID, map[string][]Entry{"x/y": {entry("a.jpg", 1)}, "x/y/z": {entry("b.jpg", 1)}})
	if res.Unchanged != 2 || res.Added+res.Removed+res.Changed != 0 {
		t.Fatalf("scan after the merge: %+v", res)
	}
	must(t, s.RemoveFolder(ctx, outer.ID))
	if c := value(s.Count(ctx, testRef))(t); c != (Counts{Embedded: 2}) {
		t.Fatalf("counts after removal: %+v", c)
	}
	back := value(s.AddFolder(ctx, "/p/x"))(t)
	scan(t, s, back.ID, map[string][]Entry{"y": {entry("a.jpg", 1)}})
	p := value(s.NewestPending(ctx, nil, 10))(t)
	if c := value(s.Commit(ctx, []Indexed{{Pending: p[0], Photo: idOf("a.jpg 1001")}}, nil))(t); c != (Committed{Linked: 1}) {
		t.Fatalf("a photo that comes back: %+v", c)
	}
	healthy(t, s)
}

func TestSidecarThatChangesRefreshesMetadata(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	e := entry("a.jpg", 1)
	scan(t, s, f.ID, map[string][]Entry{"": {e}})
	indexAll(t, s, func(Pending) string { return "a" })
	e.Sidecar, e.SidecarSize, e.SidecarMTime = "a.xmp", 10, 5
	if res := scan(t, s, f.ID, map[string][]Entry{"": {e}}); res.Changed != 1 {
		t.Fatalf("scan: %+v", res)
	}
	p := value(s.NewestPending(ctx, nil, 1))(t)[0]
	if !p.Refresh || p.Sidecar != "a.xmp" {
		t.Fatalf("pending: %+v", p)
	}
	x := decoded(p, "a")
	x.Embedding, x.TagsRef = nil, photo.ModelRef{}
	x.New.Metadata.Title = "Sunset"
	if c := value(s.Commit(ctx, []Indexed{x}, nil))(t); c != (Committed{Linked: 1}) {
		t.Fatalf("commit: %+v", c)
	}
	hits := value(s.Text(ctx, TextQuery{Terms: []string{"sunset"}}, 5))(t)
	if len(hits) != 1 || !slices.Equal(hits[0].Sources, []Source{SourceTitle}) {
		t.Fatalf("the new title finds %+v", hits)
	}
}

func TestUnembeddedListsEachPhotoOnce(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1), entry("b.jpg", 1), entry("c.jpg", 1)}})
	indexAll(t, s, func(p Pending) string {
		if p.Rel == "c.jpg" {
			return "c"
		}
		return "ab"
	})
	better := photo.ModelRef{ID: "accurate", Revision: "7"}
	if p := value(s.Unembedded(ctx, testRef, 0, 10))(t); len(p) != 0 {
		t.Fatalf("unembedded: %+v", p)
	}
	p := value(s.Unembedded(ctx, better, 0, 10))(t)
	if len(p) != 2 || p[0].Rel != "a.jpg" || p[1].Rel != "c.jpg" {
		t.Fatalf("unembedded: %+v", p)
	}
	x := Indexed{Pending: p[0], Photo: *p[0].Previous, Embedding: &Embedding{Ref: better, Vector: []float32{1}}}
	if c := value(s.Commit(ctx, []Indexed{x}, nil))(t); c.Embedded != 1 {
		t.Fatalf("commit: %+v", c)
	}
	if p := value(s.Unembedded(ctx, better, 0, 10))(t); len(p) != 1 || p[0].Rel != "c.jpg" {
		t.Fatalf("unembedded: %+v", p)
	}
	healthy(t, s)
}

func TestChangesOfAGapAreRefused(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	if _, err := s.Changes(ctx, 1, 10); !errors.Is(err, ErrGap) {
		t.Fatalf("a number from another life of the library: %v, want ErrGap", err)
	}
	f := value(s.AddFolder(ctx, "/photos"))(t)
	scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1)}})
	indexAll(t, s, byRel)
	must(t, s.index.write(ctx, "trim", func(t *tx) error { return t.exec("DELETE FROM change WHERE seq < 3") }))
	if _, err := s.Changes(ctx, 0, 10); !errors.Is(err, ErrGap) {
		t.Fatalf("a trimmed feed: %v, want ErrGap", err)
	}
	if c := value(s.Changes(ctx, 2, 10))(t); len(c) == 0 || c[0].Seq != 3 {
		t.Fatalf("changes: %+v", c)
	}
}

func TestCountersAndQueryVectorsLast(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	must(t, s.AddCounter(ctx, "files_hashed", 2))
	must(t, s.AddCounter(ctx, "files_hashed", 3))
	must(t, s.PutQueryVectors(ctx, testRef, map[string][]float32{"a dog": {.25, -1}}))
	must(t, s.Close())
	s = openAt(t, dir)
	if c := value(s.Counters(ctx))(t); c["files_hashed"] != 5 {
		t.Fatalf("counters: %v", c)
	}
	v := value(s.QueryVectors(ctx, testRef, []string{"a dog", "a cat"}))(t)
	if len(v) != 1 || !slices.Equal(v["a dog"], []float32{.25, -1}) {
		t.Fatalf("query vectors: %v", v)
	}
	if v := value(s.QueryVectors(ctx, photo.ModelRef{ID: "other"}, []string{"a dog"}))(t); len(v) != 0 {
		t.Fatalf("vectors of another model: %v", v)
	}
}
