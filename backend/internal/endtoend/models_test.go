package endtoend

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// replace sets a variable of the program's environment.
func (p *program) replace(name, value string) {
	for i, v := range p.env {
		if strings.HasPrefix(v, name+"=") {
			p.env[i] = name + "=" + value
		}
	}
}

// Without what understands photos, they are indexed by name and found by name, and vectors follow once it is there.
func byNameAlone(t *testing.T, p *program, parts ...string) {
	t.Helper()
	photos := t.TempDir()
	must(t, os.CopyFS(photos, os.DirFS(filepath.Join(samplePhotos(), "2018"))))
	r := p.want(3, "index", photos)
	says(t, r.out, append(parts, "by their names and dates alone")...)
	name := filepath.Base(jpegs(photos)[0])
	a := p.search(strings.TrimSuffix(name, filepath.Ext(name)))
	if len(a.Hits) == 0 || len(a.Notes) == 0 {
		t.Errorf("searching for %q finds %d photos, with the notes %q", name, len(a.Hits), a.Notes)
	}
	if c := count(t, p.reader()); c.Embedded != 0 || c.Pending != 0 || c.Photos == 0 {
		t.Errorf("%+v", c)
	}
	root := moduleRoot()
	p.replace("PIXEL_DETECTIVE_MODELS", filepath.Join(root, "models"))
	p.replace("PIXEL_DETECTIVE_RUNTIME", filepath.Join(root, "build", "runtime", "libonnxruntime.so.1"))
	if got := p.index(0, photos); got.Inferred == 0 || got.Inferred > got.Found {
		t.Errorf("once it is there: %+v", got)
	}
	if c := count(t, p.reader()); c.Embedded != c.Photos {
		t.Errorf("%+v", c)
	}
}

func TestModelsFolderMissing(t *testing.T) {
	p := newProgram(t)
	p.replace("PIXEL_DETECTIVE_MODELS", filepath.Join(t.TempDir(), "nothing"))
	byNameAlone(t, p, "model")
}

func TestRuntimeMissing(t *testing.T) {
	p := newProgram(t)
	p.replace("PIXEL_DETECTIVE_RUNTIME", filepath.Join(t.TempDir(), "libonnxruntime.so.1"))
	byNameAlone(t, p, "ONNX Runtime", "libonnxruntime.so.1")
}

func TestRuntimeThatIsNone(t *testing.T) {
	p := newProgram(t)
	file := filepath.Join(t.TempDir(), "libonnxruntime.so.1")
	must(t, os.WriteFile(file, []byte("this is a letter, not a library"), 0o755))
	p.replace("PIXEL_DETECTIVE_RUNTIME", file)
	byNameAlone(t, p, "ONNX Runtime")
}

// One byte of a graph is another: it is refused by its hash before the runtime sees it.
func TestAlteredModel(t *testing.T) {
	p := newProgram(t)
	models := t.TempDir()
	must(t, os.CopyFS(models, os.DirFS(filepath.Join(moduleRoot(), "models"))))
	for _, graph := range []string{"starter_image.onnx", "starter_text.onnx"} {
		file := filepath.Join(models, "starter", graph)
		data, err := os.ReadFile(file)
		must(t, err)
		data[len(data)/2] ^= 1
		must(t, os.WriteFile(file, data, 0o644))
	}
	p.replace("PIXEL_DETECTIVE_MODELS", models)
	says(t, p.want(1, "doctor").out, "ill", "starter_image.onnx", "starter_text.onnx")
	byNameAlone(t, p, "starter_image.onnx", "damaged or was changed", "Install the model again")
}

func TestTruncatedModel(t *testing.T) {
	p := newProgram(t)
	models := t.TempDir()
	must(t, os.CopyFS(models, os.DirFS(filepath.Join(moduleRoot(), "models"))))
	must(t, os.Truncate(filepath.Join(models, "starter", "starter_image.onnx"), 1000))
	p.replace("PIXEL_DETECTIVE_MODELS", models)
	byNameAlone(t, p, "starter")
}

// A manifest of the person's own that is broken, or that points outside of its folder, is a note and nothing more.
func TestManifestThatPointsOutside(t *testing.T) {
	p := newProgram(t)
	dir := filepath.Join(p.library, "models", "mine")
	must(t, os.MkdirAll(dir, 0o755))
	must(t, os.WriteFile(filepath.Join(dir, "model.json"), []byte(`{"schema":1,"model":{"id":"mine","revision":"1","family":"starter","role":"image-text",
		"files":[{"name":"../../../etc/passwd","bytes":1,"sha256":"`+strings.Repeat("0", 64)+`"}]}}`), 0o644))
	r := p.want(0, "models")
	says(t, r.out, "note", "mine", "starter", "in use")
}
