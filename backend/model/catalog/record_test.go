package catalog

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pixeldetective/backend/photo"
)

// TestUnverifiedFilesCountByTheirRecord has one file of unknown size and hash, in a model of a user.
func TestUnverifiedFilesCountByTheirRecord(t *testing.T) {
	shipped, user := t.TempDir(), t.TempDir()
	ship(t, shipped, true, map[string]photo.Stage{"a": photo.StageStarter})
	m, files := sample("mine", photo.StageAccurate)
	m.Files[0].Unverified, m.Files[0].SHA256, m.Files[0].Bytes = true, "", 99
	folder := filepath.Join(user, "mine")
	write(t, filepath.Join(folder, modelFile), encoded(t, map[string]any{"schema": 1, "model": m}))
	for name, content := range files {
		write(t, filepath.Join(folder, name), []byte(content))
	}
	c, err := Open(shipped, user)
	if err != nil || len(c.Problems()) > 0 {
		t.Fatal(err, c.Problems())
	}
	name := m.Files[0].Name
	if s := c.Installed(m); s.Installed || !slices.Equal(s.Missing, []string{name}) {
		t.Errorf("without a record: %+v", s)
	}
	if err := Verify(t.Context(), folder, m.Files[0]); err == nil || !strings.Contains(err.Error(), "recorded") {
		t.Errorf("a file of unknown hash was read: %v", err)
	}
	record := func(model, content string) {
		r := Record{Model: model, Revision: m.Revision, Files: []RecordedFile{{Name: name, Bytes: int64(len(content)), SHA256: sum(content), From: "https://example.org/x"}}}
		if err := r.Write(folder); err != nil {
			t.Fatal(err)
		}
	}
	record("another", files[name])
	if s := c.Installed(m); s.Installed {
		t.Error("the record of another model counts")
	}
	record("mine", files[name])
	active, at, err := c.Active(RoleImageText)
	if err != nil || active.ID != "mine" || at != folder || !c.Installed(active).Installed {
		t.Fatalf("with a record: %s, %s, %v", active.ID, at, err)
	}
	if data, err := ReadFile(t.Context(), folder, active.Files[0]); err != nil || string(data) != files[name] {
		t.Errorf("%q, %v", data, err)
	}
	if again, _, _ := c.Find("mine"); !slices.Equal(again.Files, active.Files) || !slices.Equal(c.Models()[1].Files, active.Files) {
		t.Error("Find, Models and Active differ")
	}
	// Another size, and then another content of the same size, are not what was received.
	write(t, filepath.Join(folder, name), []byte(files[name]+"x"))
	if c.Installed(m).Installed {
		t.Error("a file of another size than the record's counts")
	}
	write(t, filepath.Join(folder, name), []byte(strings.ToUpper(files[name])))
	if err := Verify(t.Context(), folder, active.Files[0]); err == nil {
		t.Error("an altered file was accepted")
	}
	write(t, filepath.Join(folder, RecordFile), []byte(`{"schema":1,"files":[{"name":"../x"`))
	if c.Installed(m).Installed {
		t.Error("a broken record counts")
	}
}

func TestARecordDoesNotOutrankTheManifest(t *testing.T) {
	m, files := sample("mine", photo.StageAccurate)
	folder := t.TempDir()
	r := Record{Model: m.ID, Revision: m.Revision}
	for name := range files {
		r.Files = append(r.Files, RecordedFile{Name: name, Bytes: 1, SHA256: sum("x")})
	}
	if err := r.Write(folder); err != nil {
		t.Fatal(err)
	}
	m.Files[1].Unverified = true // with a hash
	if got := m.Recorded(folder); !slices.Equal(got.Files, m.Files) {
		t.Errorf("%+v", got.Files)
	}
	m.Files[1].SHA256 = ""
	if got := m.Recorded(folder); got.Files[1].SHA256 != sum("x") || got.Files[0] != m.Files[0] {
		t.Errorf("%+v", got.Files)
	}
	m.Revision = "2"
	if got := m.Recorded(folder); got.Files[1].SHA256 != "" {
		t.Error("the record of another revision counts")
	}
}

func TestRecordsThatPointElsewhereAreRefused(t *testing.T) {
	for name, content := range map[string]string{
		"a path":       `{"schema":1,"model":"m","revision":"1","files":[{"name":"../x","bytes":1,"sha256":"` + sum("") + `","from":""}]}`,
		"half a hash":  `{"schema":1,"model":"m","revision":"1","files":[{"name":"x","bytes":1,"sha256":"ab","from":""}]}`,
		"a part":       `{"schema":1,"model":"m","revision":"1","files":[{"name":"x.part","bytes":1,"sha256":"` + sum("") + `","from":""}]}`,
		"below 0":      `{"schema":1,"model":"m","revision":"1","files":[{"name":"x","bytes":-1,"sha256":"` + sum("") + `","from":""}]}`,
		"a newer kind": `{"schema":2,"model":"m","revision":"1","files":[]}`,
		"no JSON":      `x`,
	} {
		folder := t.TempDir()
		write(t, filepath.Join(folder, RecordFile), []byte(content))
		if _, err := ReadRecord(folder); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := ReadRecord(t.TempDir()); !os.IsNotExist(err) {
		t.Errorf("no record: %v", err)
	}
}

func TestTheUsersFolderIsInstalledInto(t *testing.T) {
	shipped, user := t.TempDir(), t.TempDir()
	ship(t, shipped, true, map[string]photo.Stage{"a": photo.StageStarter})
	m, _ := sample("mine", photo.StageStarter)
	write(t, filepath.Join(user, "anywhere", modelFile), encoded(t, map[string]any{"schema": 1, "model": m}))
	c, err := Open(shipped, user)
	if err != nil {
		t.Fatal(err)
	}
	a, _, _ := c.Find("a")
	if got := c.InstallFolder(a); got != filepath.Join(user, "a") {
		t.Error(got)
	}
	if got := c.InstallFolder(m); got != filepath.Join(user, "anywhere") {
		t.Error(got)
	}
	if !c.Ships(a) || c.Ships(m) {
		t.Errorf("a ships: %t, mine ships: %t", c.Ships(a), c.Ships(m))
	}
}

func TestAModelIsWholeWithoutItsOptionalFiles(t *testing.T) {
	shipped := t.TempDir()
	m, files := sample("a", photo.StageStarter)
	m.Image.Variants[FP32] = "large.onnx"
	m.Files = append(m.Files, File{Name: "large.onnx", Bytes: 5, SHA256: sum("large"), Optional: true})
	write(t, filepath.Join(shipped, catalogFile), encoded(t, map[string]any{"schema": 1, "models": []Model{m}}))
	folder := filepath.Join(shipped, "a")
	for name, content := range files {
		write(t, filepath.Join(folder, name), []byte(content))
	}
	c, err := Open(shipped, "")
	if err != nil || len(c.Problems()) > 0 || !c.Installed(m).Installed {
		t.Fatal(err, c.Problems())
	}
	if got := m.Precisions(GraphImage, folder); !slices.Equal(got, []Precision{FP16}) {
		t.Error(got)
	}
	write(t, filepath.Join(folder, "large.onnx"), []byte("large"))
	if got := m.Precisions(GraphImage, folder); !slices.Equal(got, []Precision{FP16, FP32}) {
		t.Error(got)
	}
	if m.With(Int8).Files[4] != m.Files[4] || m.With(FP32).Files[4].Optional || !m.Files[4].Optional {
		t.Error("With changes what it should not, or not what it should")
	}
	for i, file := range []string{"image.onnx", "text.onnx", "vocab.txt", "labels.txt"} {
		m.Files[i].Optional = true
		if err := m.Validate(); err == nil {
			t.Errorf("an optional %s was accepted", file)
		}
		m.Files[i].Optional = false
	}
}

func FuzzRecord(f *testing.F) {
	f.Add([]byte(`{"schema":1,"model":"m","revision":"1","files":[{"name":"x.onnx","bytes":1,"sha256":"` + sum("") + `","from":""}]}`))
	f.Add([]byte(`{"schema":1,"files":[{"name":"../x"}]}`))
	f.Add([]byte(`[[[[`))
	f.Fuzz(func(t *testing.T, data []byte) {
		folder := t.TempDir()
		write(t, filepath.Join(folder, RecordFile), data)
		r, err := ReadRecord(folder)
		if err != nil {
			return
		}
		for _, file := range r.Files {
			if filepath.Base(file.Name) != file.Name || !filepath.IsLocal(file.Name) || file.Bytes < 0 {
				t.Errorf("the file %q of %d bytes was accepted", file.Name, file.Bytes)
			}
		}
		if err := r.Write(folder); err != nil {
			t.Fatal(err)
		}
		if again, err := ReadRecord(folder); err != nil || !slices.Equal(again.Files, r.Files) {
			t.Errorf("it changes when written again: %v", err)
		}
	})
}
