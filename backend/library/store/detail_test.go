package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"pixeldetective/backend/photo"
)

func TestOnePhotoIsKnownInDetail(t *testing.T) {
	s, nums := listedLibrary(t)
	ctx := context.Background()
	must(t, s.SetRating(ctx, idOf("a"), 3))
	d, found, err := s.Detail(ctx, idOf("a"), testRef)
	must(t, err)
	if !found || d.Num != nums["a"] || !d.Seen || d.Favourite || d.Rating == nil || *d.Rating != 3 || !d.Metadata.Damaged || len(d.Tags) != 1 {
		t.Errorf("%+v", d)
	}
	if len(d.Files) != 2 || !d.Files[0].Offline || d.Files[0].String() != "/away/both.jpg" || d.Files[1].Offline || d.Files[1].String() != "/photos/a.jpg" {
		t.Errorf("its files are %+v", d.Files)
	}
	for _, f := range d.Files {
		if at, found, err := s.FileAt(ctx, f.File); err != nil || !found || at != f {
			t.Errorf("file %d is %+v, %v", f.File, at, err)
		}
	}
	if d, found, err = s.Detail(ctx, idOf("c"), testRef); err != nil || !found || d.Seen {
		t.Errorf("a photo without a vector: %+v, %v", d, err)
	}
	if _, found, err = s.Detail(ctx, idOf("nothing"), testRef); err != nil || found {
		t.Errorf("a photo that is none was found, %v", err)
	}
	if _, found, err = s.FileAt(ctx, 12345); err != nil || found {
		t.Errorf("a file that is none was found, %v", err)
	}
}

func TestMonthsAreCountedByTheWallClock(t *testing.T) {
	s, nums := listedLibrary(t)
	have := value(s.Months(context.Background(), []int64{nums["a"], nums["B"], nums["c"], nums["d"], 999}))(t)
	if len(have) != 2 || have[2020*12+4] != 2 || have[1969*12+11] != 1 {
		t.Errorf("%v", have)
	}
	if none := value(s.Months(context.Background(), nil))(t); len(none) != 0 {
		t.Errorf("of no photo: %v", none)
	}
}

func TestFoldersAndFavouritesAreCounted(t *testing.T) {
	s, _ := listedLibrary(t)
	ctx := context.Background()
	folders := value(s.Folders(ctx))(t)
	counts := value(s.FolderCounts(ctx))(t)
	for _, f := range folders {
		if want := map[string]int64{"/photos": 3, "/away": 2}[f.Path]; counts[f.ID] != want {
			t.Errorf("%s holds %d, want %d", f.Path, counts[f.ID], want)
		}
	}
	must(t, s.SetFavourites(ctx, []photo.ID{idOf("a"), idOf("gone"), idOf("nothing")}, true))
	if n := value(s.FavouriteCount(ctx))(t); n != 2 { // d was one, the others have no file
		t.Errorf("%d favourites, want 2", n)
	}
	must(t, s.SetFavourites(ctx, []photo.ID{idOf("a"), idOf("d")}, false))
	if n := value(s.FavouriteCount(ctx))(t); n != 0 {
		t.Errorf("%d favourites, want none", n)
	}
	if err := s.SetRatings(ctx, []photo.ID{idOf("a")}, 6); err == nil {
		t.Error("six stars were given")
	}
}

func TestFailuresAreReadByThePage(t *testing.T) {
	ctx := context.Background()
	now := time.Unix(1_700_000_000, 0)
	s := value(Open(ctx, Options{Dir: t.TempDir(), Now: func() time.Time { return now }}))(t)
	t.Cleanup(func() { _ = s.closeFiles() })
	f := value(s.AddFolder(ctx, "/photos"))(t)
	var entries []Entry
	for i := range 5 {
		entries = append(entries, entry(fmt.Sprintf("%d.jpg", i), i))
	}
	scan(t, s, f.ID, map[string][]Entry{"sub": entries})
	for _, p := range oldestPending(t, s) {
		now = now.Add(time.Minute)
		value(s.Commit(ctx, nil, []Failed{{Pending: p, Kind: FailureRefused, Reason: "it is no picture"}}))(t)
	}
	var names []string
	for offset := 0; ; offset += 2 {
		page, total, err := s.FailuresPage(ctx, offset, 2)
		must(t, err)
		if total != 5 {
			t.Fatalf("%d failures in all, want 5", total)
		}
		if len(page) == 0 {
			break
		}
		for _, p := range page {
			names = append(names, p.Rel)
		}
	}
	if want := []string{"sub/4.jpg", "sub/3.jpg", "sub/2.jpg", "sub/1.jpg", "sub/0.jpg"}; !slices.Equal(names, want) {
		t.Errorf("%v, want %v", names, want)
	}
	if page, _, err := s.FailuresPage(ctx, -1, -1); err != nil || len(page) != 0 {
		t.Errorf("less than nothing: %v, %v", page, err)
	}
}

func TestARetiredFolderIsGoneAtOnceAndMayComeBack(t *testing.T) {
	s, _ := listedLibrary(t)
	ctx := context.Background()
	first := value(s.Folders(ctx))(t)[0]
	must(t, s.RetireFolder(ctx, first.ID))
	if left := value(s.Folders(ctx))(t); len(left) != 1 || left[0].ID == first.ID {
		t.Errorf("folders %+v", left)
	}
	if err := s.RetireFolder(ctx, first.ID); !errors.Is(err, ErrUnknownFolder) {
		t.Errorf("retired twice: %v", err)
	}
	again := value(s.AddFolder(ctx, first.Path))(t) // its old rows are still there
	if again.ID == first.ID || again.Path != first.Path {
		t.Errorf("it came back as %+v", again)
	}
	must(t, s.FinishRemovals(ctx))
	healthy(t, s)
	if n := value(s.FolderCounts(ctx))(t)[first.ID]; n != 0 {
		t.Errorf("%d files of it are left", n)
	}
	scan(t, s, again.ID, map[string][]Entry{"": {entry("d.jpg", 4)}})
	indexAll(t, s, func(Pending) string { return "d" })
	if d, found, err := s.Detail(ctx, idOf("d"), testRef); err != nil || !found || len(d.Files) != 1 || !d.Favourite || !d.Seen {
		t.Errorf("after it came back: %+v, %v", d, err)
	}
}

func TestAScanEndsWhenItsFolderIsTakenOut(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	f := value(s.AddFolder(ctx, "/photos"))(t)
	r := value(s.BeginReconcile(ctx, f.ID, ""))(t)
	must(t, r.Directory(ctx, "", []Entry{entry("a.jpg", 1)}))
	must(t, s.RetireFolder(ctx, f.ID))
	if err := r.Unreadable(ctx, "secret", "it may not be read"); !errors.Is(err, ErrUnknownFolder) {
		t.Errorf("an unreadable directory: %v", err)
	}
	if _, err := r.Finish(ctx); !errors.Is(err, ErrUnknownFolder) {
		t.Errorf("the scan ended with %v", err)
	}
	must(t, s.FinishRemovals(ctx))
	healthy(t, s)
}

func TestDecisionsAreFollowed(t *testing.T) {
	dir := t.TempDir()
	s, other := openAt(t, dir), openAt(t, dir)
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	seen := make(chan struct{}, 16)
	ended := make(chan error, 1)
	go func() {
		ended <- s.FollowDecisions(ctx, time.Millisecond, func() error {
			seen <- struct{}{}
			return nil
		})
	}()
	await := func(what string) {
		t.Helper()
		select {
		case <-seen:
		case <-ctx.Done():
			t.Fatalf("%s was not seen", what)
		}
	}
	await("the start")
	must(t, s.SetFavourite(ctx, idOf("a"), true))
	await("a choice of this process")
	must(t, other.SetRating(ctx, idOf("a"), 2))
	await("a choice of another connection")
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("it ended with %v", err)
	}
}
