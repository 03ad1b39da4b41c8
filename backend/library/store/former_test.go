package store

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

func TestFoldersThatWereTakenOutAreRemembered(t *testing.T) {
	s, ctx, root := openTemp(t), t.Context(), t.TempDir()
	clock := time.Unix(1_700_000_000, 0)
	s.now = func() time.Time { clock = clock.Add(time.Second); return clock }
	leave := func(path string) {
		t.Helper()
		f, err := s.AddFolder(ctx, path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RemoveFolder(ctx, f.ID); err != nil {
			t.Fatal(err)
		}
	}
	former := func() (paths []string) {
		t.Helper()
		all, err := s.FormerFolders(ctx)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range all {
			paths = append(paths, f.Path)
			if f.Left.IsZero() || f.Left.After(clock) {
				t.Errorf("%s left at %s", f.Path, f.Left)
			}
		}
		return paths
	}
	a, b, around := filepath.Join(root, "of", "a\xff\n"), filepath.Join(root, "b"), filepath.Join(root, "of")
	if got := former(); got != nil {
		t.Errorf("a new library once had %q", got)
	}
	leave(a)
	leave(b)
	if got := former(); !slices.Equal(got, []string{b, a}) {
		t.Errorf("after both left: %q", got)
	}
	leave(a)
	if got := former(); !slices.Equal(got, []string{a, b}) {
		t.Errorf("after the first left again: %q", got)
	}
	for _, back := range []string{b, around} {
		if _, err := s.AddFolder(ctx, back); err != nil {
			t.Fatal(err)
		}
	}
	if got := former(); got != nil {
		t.Errorf("what is in the library again, by itself or as a part, was taken out: %q", got)
	}
	for i := range 3 * formerKept {
		leave(filepath.Join(root, "many", fmt.Sprint(i)))
	}
	if got := former(); len(got) != formerKept || filepath.Base(got[0]) != fmt.Sprint(3*formerKept-1) {
		t.Errorf("%d are remembered: %q", len(got), got)
	}
}
