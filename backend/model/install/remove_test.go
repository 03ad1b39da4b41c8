package install

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
)

func write(t testing.TB, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func there(path string) bool { _, err := os.Lstat(path); return !errors.Is(err, fs.ErrNotExist) }

func TestRemoveTakesItsOwnFilesOnly(t *testing.T) {
	m, files := published(10_000)
	h := newHub(t, files, nil)
	i := newTestInstaller(t, h.URL)
	user := t.TempDir()
	folder := filepath.Join(user, m.ID)
	if err := i.Install(t.Context(), m, folder, nil); err != nil {
		t.Fatal(err)
	}
	own := filepath.Join(folder, "my notes.txt")
	write(t, own, "mine")
	write(t, filepath.Join(folder, "image.onnx.part"), "half")
	if err := os.Mkdir(filepath.Join(folder, "sub.part"), 0o700); err != nil {
		t.Fatal(err)
	}
	done, err := i.Remove(t.Context(), m, folder)
	if err != nil || done.Files != 6 || done.Bytes < 10_000 {
		t.Errorf("%+v, %v", done, err)
	}
	if !there(own) || !there(filepath.Join(folder, "sub.part")) || there(filepath.Join(folder, "image.onnx")) || there(filepath.Join(folder, "installed.json")) {
		t.Error("not exactly the model's files were removed")
	}
	if err := errors.Join(os.Remove(own), os.Remove(filepath.Join(folder, "sub.part"))); err != nil {
		t.Fatal(err)
	}
	if done, err := i.Remove(t.Context(), m, folder); err != nil || done.Files != 0 || there(folder) {
		t.Errorf("a second time: %+v, %v", done, err)
	}
	if _, err := i.Remove(t.Context(), m, folder); err != nil {
		t.Errorf("what is not there: %v", err)
	}
}

func TestModelsInUseAndThoseThatShipAreNotRemoved(t *testing.T) {
	m, files := published(1000)
	other := m
	other.ID, other.Stage = "other", "starter"
	shipped, user := t.TempDir(), t.TempDir()
	write(t, filepath.Join(shipped, "catalog.json"), string(list(t, m, other)))
	lay(t, filepath.Join(shipped, "other"), files, flat)
	c, err := catalog.Open(shipped, user)
	if err != nil {
		t.Fatal(err)
	}
	var refused *InUseError
	if err := MayRemove(c, other); !errors.As(err, &refused) || !refused.Ships || !strings.Contains(err.Error(), "came with the program") {
		t.Error(err)
	}
	if err := MayRemove(c, m); err != nil {
		t.Errorf("one that is not installed: %v", err)
	}
	lay(t, filepath.Join(user, m.ID), files, flat)
	if err := MayRemove(c, m); !errors.As(err, &refused) || refused.Ships || !strings.Contains(err.Error(), "in use") {
		t.Error(err)
	}
	if err := MayRemove(c, m, other.Ref()); err != nil {
		t.Errorf("one that another answers for: %v", err)
	}
	if err := MayRemove(c, m, other.Ref(), m.Ref()); !errors.As(err, &refused) {
		t.Error(err)
	}
}

func TestPruneKeepsWhatIsOfUse(t *testing.T) {
	m, files := published(10_000)
	gone := m
	gone.ID = "gone"
	mine := m
	mine.ID = "mine"
	h := newHub(t, files, nil)
	i := newTestInstaller(t, h.URL)
	user := t.TempDir()
	at := func(name string) string { return filepath.Join(user, filepath.FromSlash(name)) }
	for _, m := range []catalog.Model{m, gone} {
		if err := i.Install(t.Context(), m, at(m.ID), nil); err != nil {
			t.Fatal(err)
		}
	}
	record, err := catalog.ReadRecord(at("sample"))
	if err != nil {
		t.Fatal(err)
	}
	record.Files = append(record.Files, catalog.RecordedFile{Name: "of-another-revision.onnx", Bytes: 1, SHA256: sumOfBytes(nil)})
	if err := record.Write(at("sample")); err != nil {
		t.Fatal(err)
	}
	stays := []string{"sample/image.onnx", "sample/installed.json", "sample/new.onnx.part", "sample/mine.txt", "gone/mine.txt", "own/image.onnx",
		"own/model.json", "own/image.onnx.part", "album/photo.part", "album/photo.jpg", "image.onnx.part", "sample/old.part/x"}
	goes := []string{"sample/old.onnx.part", "sample/old.onnx.json.part", "sample/of-another-revision.onnx", "gone/image.onnx", "gone/installed.json",
		"gone/text.onnx.part", "begun/image.onnx.part", "begun/image.onnx.json.part"}
	for _, name := range append(stays, goes...) {
		if !there(at(name)) {
			write(t, at(name), "x")
		}
	}
	write(t, at("own/model.json"), strings.TrimSuffix(strings.Replace(string(list(t, mine)), `"models":[`, `"model":`, 1), `],"schema":1}`)+`,"schema":1}`)
	old := time.Now().Add(-time.Hour)
	for _, name := range []string{"sample/old.onnx.part", "sample/old.onnx.json.part", "sample/old.part"} {
		if err := os.Chtimes(at(name), old, old); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(at("gone"), at("link")); err != nil {
		t.Fatal(err)
	}
	// As long as a description cannot be read, no model counts as unknown.
	write(t, at("broken/model.json"), "{")
	shipped := t.TempDir()
	write(t, filepath.Join(shipped, "catalog.json"), string(list(t, m)))
	c, _ := catalog.Open(shipped, user)
	if len(c.Problems()) != 1 {
		t.Fatal(c.Problems())
	}
	if _, err := i.Prune(t.Context(), c, user, time.Now().Add(-time.Minute)); err != nil || !there(at("gone/image.onnx")) || there(at("sample/old.onnx.part")) {
		t.Errorf("with a broken description: %v", err)
	}
	if err := os.RemoveAll(at("broken")); err != nil {
		t.Fatal(err)
	}
	c, _ = catalog.Open(shipped, user)
	if len(c.Problems()) != 0 {
		t.Fatal(c.Problems())
	}
	done, err := i.Prune(t.Context(), c, user, time.Now().Add(-time.Minute))
	if err != nil || done.Files < 7 {
		t.Errorf("%+v, %v", done, err)
	}
	for _, name := range stays {
		if !there(at(name)) {
			t.Errorf("%s is gone", name)
		}
	}
	for _, name := range append(goes, "begun") {
		if there(at(name)) {
			t.Errorf("%s is still there", name)
		}
	}
	if !c.Installed(m).Installed {
		t.Error(c.Installed(m).Reason)
	}
	if again, err := i.Prune(t.Context(), c, user, time.Now().Add(-time.Minute)); err != nil || again.Files != 0 {
		t.Errorf("a second time: %+v, %v", again, err)
	}
}
