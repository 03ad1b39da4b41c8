package install

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
)

// lay writes published files into a folder, by their paths or by their names alone.
func lay(t testing.TB, folder string, files map[string][]byte, name func(path string) string) {
	t.Helper()
	for path, content := range files {
		to := filepath.Join(folder, filepath.FromSlash(name(path)))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func flat(path string) string { return filepath.Base(path) }

func asPublished(path string) string { return strings.TrimPrefix(path, "/who/sample/resolve/abc/") }

func TestAModelIsTakenFromAFolder(t *testing.T) {
	for name, layout := range map[string]func(string) string{"flat": flat, "as published": asPublished} {
		t.Run(name, func(t *testing.T) {
			m, files := published(3 << 20)
			source, user := t.TempDir(), t.TempDir()
			lay(t, source, files, layout)
			// Unverified and unpublished files come from there too.
			m.Files[1].Unverified, m.Files[1].SHA256, m.Files[1].Bytes = true, "", 1_000_000
			m.Files[3].URL = ""
			folder := filepath.Join(user, m.ID)
			var last Progress
			i := newTestInstaller(t, "http://127.0.0.1:1")
			if err := i.InstallFrom(t.Context(), m, source, folder, func(p Progress) { last = p }); err != nil {
				t.Fatal(err)
			}
			wantInstalled(t, m, folder, files)
			if last.Phase != PhaseDone || last.Done != last.Total || last.FilesDone != 4 {
				t.Errorf("%+v", last)
			}
			if _, err := i.Remove(t.Context(), m, folder); err != nil {
				t.Fatal(err)
			}
			for path, content := range files {
				if have, err := os.ReadFile(filepath.Join(source, layout(path))); err != nil || !bytes.Equal(have, content) {
					t.Errorf("the original %s: %v", path, err)
				}
			}
		})
	}
}

func TestAFolderWithLinksToTheFilesWillDo(t *testing.T) {
	m, files := published(10_000)
	blobs, source := t.TempDir(), t.TempDir()
	lay(t, blobs, files, flat)
	for path := range files {
		if err := os.Symlink(filepath.Join(blobs, flat(path)), filepath.Join(source, flat(path))); err != nil {
			t.Fatal(err)
		}
	}
	folder := filepath.Join(t.TempDir(), m.ID)
	if err := newTestInstaller(t, "").InstallFrom(t.Context(), m, source, folder, nil); err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, m, folder, files)
	if info, err := os.Lstat(filepath.Join(folder, "image.onnx")); err != nil || !info.Mode().IsRegular() {
		t.Error("a link was installed", err)
	}
}

func TestAFolderWithOtherFilesIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		spoil func(t *testing.T, source string)
		says  string
	}{
		"a flipped byte": {func(t *testing.T, source string) {
			path := filepath.Join(source, "image.onnx")
			content, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			content[7] ^= 1
			if err := os.WriteFile(path, content, 0o600); err != nil {
				t.Fatal(err)
			}
		}, "not the file that was published"},
		"cut off": {func(t *testing.T, source string) {
			if err := os.Truncate(filepath.Join(source, "image.onnx"), 5); err != nil {
				t.Fatal(err)
			}
		}, "has 5 bytes and should have 10000"},
		"missing": {func(t *testing.T, source string) {
			if err := os.Remove(filepath.Join(source, "image.onnx")); err != nil {
				t.Fatal(err)
			}
		}, "does not have it"},
		"a folder in its place": {func(t *testing.T, source string) {
			if err := errors.Join(os.Remove(filepath.Join(source, "image.onnx")), os.Mkdir(filepath.Join(source, "image.onnx"), 0o700)); err != nil {
				t.Fatal(err)
			}
		}, "does not have it"},
		"all missing": {func(t *testing.T, source string) {
			if err := os.RemoveAll(source); err != nil {
				t.Fatal(err)
			}
		}, "there is no folder"},
	} {
		m, files := published(10_000)
		source := t.TempDir()
		lay(t, source, files, flat)
		c.spoil(t, source)
		folder := filepath.Join(t.TempDir(), m.ID)
		err := newTestInstaller(t, "").InstallFrom(t.Context(), m, source, folder, nil)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v", name, err)
		}
		for _, left := range []string{"image.onnx", "image.onnx.from.part"} {
			if _, err := os.Lstat(filepath.Join(folder, left)); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %s is there", name, left)
			}
		}
	}
}

// TestALinkThatAKillLeftIsNeverWrittenTo has what is left between linking a person's file and judging it.
func TestALinkThatAKillLeftIsNeverWrittenTo(t *testing.T) {
	m, files := published(10_000)
	own := filepath.Join(t.TempDir(), "mine.onnx")
	if err := os.WriteFile(own, []byte("a file of the person"), 0o600); err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(t.TempDir(), m.ID)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"image.onnx.from.part", "image.onnx.part", "image.onnx"} {
		if err := os.Link(own, filepath.Join(folder, left)); err != nil {
			t.Skip("there are no hard links here:", err)
		}
	}
	h := newHub(t, files, nil)
	i := newTestInstaller(t, h.URL)
	if err := i.Install(t.Context(), m, folder, nil); err != nil {
		t.Fatal(err)
	}
	if have, err := os.ReadFile(own); err != nil || string(have) != "a file of the person" {
		t.Errorf("the person's file is %d bytes, %v", len(have), err)
	}
	if _, err := i.Prune(t.Context(), openCatalog(t, filepath.Dir(folder), m), filepath.Dir(folder), time.Now().Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, m, folder, files)
}

// openCatalog opens a catalog that ships descriptions of these models, and none of their files.
func openCatalog(t testing.TB, user string, models ...catalog.Model) *catalog.Catalog {
	t.Helper()
	shipped := t.TempDir()
	if err := os.WriteFile(filepath.Join(shipped, "catalog.json"), list(t, models...), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Open(shipped, user)
	if err != nil || len(c.Problems()) > 0 {
		t.Fatal(err, c.Problems())
	}
	return c
}
