package folder

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
)

func TestWalkFindsAwkwardNamesAndPassesByWhatIsNoPhoto(t *testing.T) {
	root := t.TempDir()
	testkit.WriteNames(t, root, testkit.AwkwardNames())
	testkit.WriteNames(t, root, testkit.UnlistedNames())
	testkit.WriteSpecials(t, root)
	testkit.WriteSparse(t, filepath.Join(root, "sparse_1_TB.jpg"), 1<<40)
	done := make(chan map[string]store.Entry, 1)
	go func() { done <- seenByWalk(t, root) }()
	var got map[string]store.Entry
	select {
	case got = <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the walk does not end")
	}
	want := append(testkit.AwkwardNames(), "sparse_1_TB.jpg")
	slices.Sort(want)
	if have := slices.Sorted(maps.Keys(got)); !slices.Equal(have, want) {
		t.Errorf("have %q\nwant %q", have, want)
	}
	if size := got["sparse_1_TB.jpg"].Size; size != 1<<40 {
		t.Errorf("the sparse file has size %d", size)
	}
	for rel, e := range got {
		info, err := os.Lstat(filepath.Join(root, rel))
		if err != nil {
			t.Fatal(err)
		}
		if e.Size != info.Size() || e.MTime != info.ModTime().UnixNano() || e.Inode == 0 {
			t.Errorf("%q: have %+v, the file system says %d bytes at %d", rel, e, info.Size(), info.ModTime().UnixNano())
		}
	}
}

func TestWalkVisitsDirectoriesInOrder(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"b/x.jpg", "a/z/q.jpg", "a.b/y.jpg", "a/B.jpg", "a/a.jpg", "empty/"} {
		if strings.HasSuffix(name, "/") {
			if err := os.Mkdir(filepath.Join(root, name), 0o755); err != nil {
				t.Fatal(err)
			}
			continue
		}
		testkit.WriteFile(t, filepath.Join(root, name), nil)
	}
	var v record
	if err := Walk(t.Context(), root, "", &v); err != nil {
		t.Fatal(err)
	}
	if want := []string{"", "a", "a/z", "a.b", "b", "empty"}; !slices.Equal(v.dirs, want) {
		t.Errorf("have %q, want %q", v.dirs, want)
	}
}

func TestWalkOfASubtree(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{"a/b/x.jpg", "a/b/c/y.jpg", "a/bb/no.jpg", ".hidden/z.jpg", "file.jpg"} {
		testkit.WriteFile(t, filepath.Join(root, name), nil)
	}
	if err := os.Symlink("a", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		subtree string
		want    []string
	}{
		{"a/b", []string{"a/b/c/y.jpg", "a/b/x.jpg"}},
		{"a/b/c", []string{"a/b/c/y.jpg"}},
		{"missing", nil}, {"a/missing/deep", nil}, {".hidden", nil}, {"link/b", nil}, {"link", nil}, {"file.jpg", nil}, {"file.jpg/x", nil},
	} {
		var v record
		if err := Walk(t.Context(), root, c.subtree, &v); err != nil {
			t.Errorf("%q: %v", c.subtree, err)
		}
		if have := slices.Sorted(maps.Keys(v.files)); !slices.Equal(have, c.want) {
			t.Errorf("%q: have %q, want %q", c.subtree, have, c.want)
		}
	}
	for _, bad := range []string{"..", "../x", "/etc", "a/../..", "a/"} {
		if err := Walk(t.Context(), root, bad, &record{}); err == nil {
			t.Errorf("a walk of %q went through", bad)
		}
	}
}

func TestSidecars(t *testing.T) {
	root := t.TempDir()
	for _, name := range []string{
		"one.jpg", "one.xmp", "two.nef", "two.NEF.xmp", "two.nef.xmp", "two.xmp", "three.jpg", "three.XMP",
		"four.jpg", "Four.xmp", "lonely.xmp", "five.jpg", ".five.xmp", "six.tar.jpg", "six.tar.xmp", "six.xmp",
	} {
		testkit.WriteFile(t, filepath.Join(root, name), []byte(name))
	}
	if err := os.Mkdir(filepath.Join(root, "seven.xmp"), 0o755); err != nil {
		t.Fatal(err)
	}
	testkit.WriteFile(t, filepath.Join(root, "seven.jpg"), nil)
	want := map[string]string{"one.jpg": "one.xmp", "two.nef": "two.nef.xmp", "three.jpg": "three.XMP", "four.jpg": "",
		"five.jpg": "", "six.tar.jpg": "six.tar.xmp", "seven.jpg": ""}
	have := map[string]string{}
	for rel, e := range seenByWalk(t, root) {
		have[rel] = e.Sidecar
		if e.Sidecar != "" {
			if info, err := os.Stat(filepath.Join(root, e.Sidecar)); err != nil || info.Size() != e.SidecarSize || info.ModTime().UnixNano() != e.SidecarMTime {
				t.Errorf("%s: the sidecar is %+v, %v; the entry %+v", rel, info, err, e)
			}
		}
	}
	if !maps.Equal(have, want) {
		t.Errorf("have %v\nwant %v", have, want)
	}
}

func TestWalkOfARootThatIsALink(t *testing.T) {
	dir := t.TempDir()
	testkit.WriteFile(t, filepath.Join(dir, ".real/x.jpg"), nil)
	if err := os.Symlink(".real", filepath.Join(dir, "link")); err != nil {
		t.Fatal(err)
	}
	if have := seenByWalk(t, filepath.Join(dir, "link")); len(have) != 1 {
		t.Errorf("have %v", have)
	}
}

func TestWalkOfARootThatIsNotThere(t *testing.T) {
	dir := t.TempDir()
	testkit.WriteFile(t, filepath.Join(dir, "file"), nil)
	for name, target := range map[string]string{"dangling": "nothing", "loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"missing", "file", "file/below", "dangling", "loop"} {
		err := Walk(t.Context(), filepath.Join(dir, name), "", &record{})
		var off *OfflineError
		if !errors.As(err, &off) || off.Reason == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestWalkWhoseRootVanishesIsOffline(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	for _, name := range []string{"a/1.jpg", "b/1.jpg", "c/1.jpg"} {
		testkit.WriteFile(t, filepath.Join(root, name), nil)
	}
	err := Walk(t.Context(), root, "", visitFunc(func(rel string) error {
		if rel == "a" {
			return os.RemoveAll(root)
		}
		return nil
	}))
	var off *OfflineError
	if !errors.As(err, &off) {
		t.Errorf("have %v, want an OfflineError", err)
	}
}

func TestWalkStops(t *testing.T) {
	root := t.TempDir()
	for i := range 200 {
		testkit.WriteFile(t, filepath.Join(root, string(rune('a'+i%26)), strings.Repeat("x", 1+i/26), "1.jpg"), nil)
	}
	ctx, cancel := context.WithCancel(t.Context())
	visited := 0
	err := Walk(ctx, root, "", visitFunc(func(string) error {
		if visited++; visited == 3 {
			cancel()
		}
		return nil
	}))
	if !errors.Is(err, context.Canceled) || visited > 3 {
		t.Errorf("the cancelled walk went on to %d directories and gave %v", visited, err)
	}
	enough := errors.New("enough")
	if err := Walk(t.Context(), root, "", visitFunc(func(string) error { return enough })); !errors.Is(err, enough) {
		t.Errorf("the visitor's error became %v", err)
	}
}

type visitFunc func(rel string) error

func (v visitFunc) Directory(rel string, _ []store.Entry) error { return v(rel) }
func (v visitFunc) Unreadable(rel string, _ error) error        { return v(rel) }

// TestWalkEqualsAPlainWalk compares with the standard library's walk and the documented rules, on random trees.
func TestWalkEqualsAPlainWalk(t *testing.T) {
	base := t.TempDir()
	names := []string{"a", "b", ".h", "@eaDir", "x.jpg", "y.JPG", "z.txt", "x.xmp", "\xff", "n\nl", ".x.jpg", "d.jpg", "é.png"}
	rapid.Check(t, func(rt *rapid.T) {
		root, err := os.MkdirTemp(base, "r")
		if err != nil {
			rt.Fatal(err)
		}
		defer func() { _ = os.RemoveAll(root) }()
		for _, path := range rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom(names), 1, 4), 0, 30).Draw(rt, "paths") {
			full := filepath.Join(root, filepath.Join(path...))
			if os.MkdirAll(filepath.Dir(full), 0o755) != nil {
				continue // a file is in the way
			}
			switch rapid.IntRange(0, 9).Draw(rt, "kind") {
			case 0:
				_ = os.Symlink(root, full)
			case 1:
				_ = os.Mkdir(full, 0o755)
			default:
				_ = os.WriteFile(full, []byte(full), 0o644)
			}
		}
		var want []string
		err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err != nil || path == root {
				return err
			}
			hidden := strings.HasPrefix(d.Name(), ".")
			if d.IsDir() && (hidden || d.Name() == "@eaDir") {
				return filepath.SkipDir
			}
			if ext := strings.ToLower(filepath.Ext(path)); d.Type().IsRegular() && !hidden && (ext == ".jpg" || ext == ".png") {
				want = append(want, path[len(root)+1:])
			}
			return nil
		})
		if err != nil {
			rt.Fatal(err)
		}
		v := &record{}
		if err := Walk(context.Background(), root, "", v); err != nil {
			rt.Fatal(err)
		}
		slices.Sort(want)
		if have := slices.Sorted(maps.Keys(v.files)); !slices.Equal(have, want) {
			rt.Fatalf("have %q\nwant %q", have, want)
		}
	})
}

func TestSettled(t *testing.T) {
	now := time.Unix(1000, 0)
	for _, c := range []struct {
		mtime time.Time
		want  bool
	}{{now, false}, {now.Add(-time.Second), false}, {now.Add(-2 * time.Second), true}, {now.Add(time.Hour), true}, {time.Unix(0, 0), true}} {
		if have := Settled(c.mtime.UnixNano(), now, 2*time.Second); have != c.want {
			t.Errorf("written at %v, now %v: settled is %v", c.mtime, now, have)
		}
	}
}
