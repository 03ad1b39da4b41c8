package endtoend

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// hostileModel installs a model of the person's own in the library, valid by its manifest and its hashes, whose graphs are
// the given file of the encoder's tests.
func hostileModel(t *testing.T, p *program, file string) {
	t.Helper()
	dir := filepath.Join(p.library, "models", "hostile")
	graph, err := os.ReadFile(filepath.Join(moduleRoot(), "backend", "model", "encoder", "testdata", "hostile", file))
	must(t, err)
	var files []catalog.File
	for name, data := range map[string][]byte{file: graph, "vocab.txt": []byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\ndog\n")} {
		testkit.WriteFile(t, filepath.Join(dir, name), data)
		sum := sha256.Sum256(data)
		files = append(files, catalog.File{Name: name, Bytes: int64(len(data)), SHA256: hex.EncodeToString(sum[:])})
	}
	variants := map[catalog.Precision]string{catalog.FP32: file}
	manifest, err := json.Marshal(map[string]any{"schema": catalog.Schema, "model": catalog.Model{
		ID: "hostile", Revision: "1", Name: "Hostile", Family: catalog.FamilyStarter, Role: catalog.RoleImageText,
		Stage: photo.StageAccurate, Licence: "none", Dimension: 512, Files: files,
		Image: &catalog.Graph{
			Variants: variants, Default: catalog.FP32,
			Inputs:  []catalog.Tensor{{Name: "pixel_values", Type: catalog.Float32, Shape: []int64{-1, 3, 224, 224}}},
			Outputs: []catalog.Tensor{{Name: "image_embeds", Type: catalog.Float32, Shape: []int64{-1, 512}}},
			Preprocess: &catalog.Preprocess{
				Width: 224, Height: 224, Fit: catalog.FitCenterCrop, Filter: catalog.FilterBicubic,
				Mean: [3]float32{.5, .5, .5}, Std: [3]float32{.5, .5, .5},
			},
		},
		Text: &catalog.Graph{
			Variants: variants, Default: catalog.FP32,
			Inputs:    []catalog.Tensor{{Name: "input_ids", Type: catalog.Int64, Shape: []int64{-1, 77}}},
			Outputs:   []catalog.Tensor{{Name: "text_embeds", Type: catalog.Float32, Shape: []int64{-1, 512}}},
			Tokenizer: &catalog.Tokenizer{Kind: catalog.TokenizerWordPiece, File: "vocab.txt", MaxTokens: 77, PadTo: 77},
		},
	}})
	must(t, err)
	testkit.WriteFile(t, filepath.Join(dir, "model.json"), manifest)
}

// A model whose weights lie outside of its folder is refused though its hash is right, and what it points at is not opened.
func TestExternalDataIsRefused(t *testing.T) {
	for _, file := range []string{"external_data_parent.onnx", "external_data_absolute.onnx", "external_data_device.onnx"} {
		t.Run(file, func(t *testing.T) {
			p := newProgram(t)
			hostileModel(t, p, file)
			photos := t.TempDir()
			testkit.WriteNames(t, photos, []string{"harbour.jpg", "lighthouse.jpg"})
			r := p.want(3, "index", photos)
			says(t, r.out, "2 indexed", "by their names and dates alone", file, "was refused", "external data", "never opened", "correct its manifest")
			if a := p.search("lighthouse"); len(a.Hits) != 1 || len(a.Notes) == 0 {
				t.Errorf("by name: %+v", a)
			}
			noOrphans(t, file)
		})
	}
	t.Run("nothing outside is opened", func(t *testing.T) {
		strace := needStrace(t)
		p := newProgram(t)
		hostileModel(t, p, "external_data_parent.onnx")
		photos := t.TempDir()
		testkit.WriteNames(t, photos, []string{"harbour.jpg"})
		trace := filepath.Join(t.TempDir(), "trace")
		args := append([]string{"-f", "-e", "trace=open,openat,openat2", "-o", trace}, p.command(t.Context(), "index", photos).Args...)
		cmd := exec.CommandContext(t.Context(), strace, args...)
		cmd.Env = p.env
		r := output(t, cmd)
		seen, err := os.ReadFile(trace)
		must(t, err)
		says(t, r.out, "was refused", "never opened")
		says(t, string(seen), "external_data_parent.onnx")
		if strings.Contains(string(seen), "passwd") {
			t.Error("the file outside was opened")
		}
	})
}

// oldRuntime has the entry point of ONNX Runtime 1.20: an API table for every version up to 20, and none above.
const oldRuntime = `
typedef struct { const void *(*get_api)(unsigned); const char *(*get_version)(void); } base;
static const void *get_api(unsigned v) { static int table[4096]; return v > 20 ? 0 : table; }
static const char *get_version(void) { return "1.20.1"; }
const base *OrtGetApiBase(void) { static const base b = { get_api, get_version }; return &b; }
`

func TestRuntimeOfAnotherVersion(t *testing.T) {
	compiler, err := exec.LookPath("cc")
	if err != nil {
		t.Skip("there is no C compiler here")
	}
	dir := t.TempDir()
	source, library := filepath.Join(dir, "old.c"), filepath.Join(dir, "libonnxruntime.so.1")
	must(t, os.WriteFile(source, []byte(oldRuntime), 0o600))
	if out, err := exec.CommandContext(t.Context(), compiler, "-shared", "-fPIC", "-o", library, source).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	p := newProgram(t)
	p.replace("PIXEL_DETECTIVE_RUNTIME", library)
	byNameAlone(t, p, library, "is of another version", "Install the program again")
}

// A damaged decisions.db is moved aside and kept, byte for byte; a copy takes its place and nothing is indexed again.
func TestDamagedDecisions(t *testing.T) {
	for _, name := range []string{"random.db", "truncated.db"} {
		p := newProgram(t)
		photos := t.TempDir()
		testkit.WriteNames(t, photos, []string{"harbour.jpg", "lighthouse.jpg"})
		p.index(0, photos)
		for _, suffix := range []string{"-wal", "-shm"} {
			_ = os.Remove(filepath.Join(p.library, "decisions.db"+suffix)) // not all are there
		}
		damage := hostileDatabase(t, name)
		must(t, os.WriteFile(filepath.Join(p.library, "decisions.db"), damage, 0o644))
		r := p.want(0, "search", "lighthouse")
		says(t, r.stderr, "decisions.db", "damaged", "kept as", "takes its place")
		says(t, r.out, "lighthouse.jpg")
		kept, err := filepath.Glob(filepath.Join(p.library, "decisions.db.damaged-*"))
		if err != nil || len(kept) != 1 {
			t.Fatalf("%s: kept are %q", name, kept)
		}
		if data, err := os.ReadFile(kept[0]); err != nil || string(data) != string(damage) {
			t.Errorf("%s: what is kept differs (%v)", name, err)
		}
		if again := p.index(0, photos); again.Hashed != 0 || again.Unchanged != 2 {
			t.Errorf("%s: afterwards %+v", name, again)
		}
	}
}

// Two names that look the same once bytes that are no UTF-8 are replaced stay two files, for a person and in JSON.
func TestNamesThatLookAlikeStayTwo(t *testing.T) {
	p := newProgram(t)
	photos := t.TempDir()
	testkit.WriteNames(t, photos, []string{"st\xe9.jpg", "st\xe8.jpg", "other.jpg"})
	before := fingerprint(t, photos)
	p.index(0, photos)
	other := filepath.Join(photos, "other.jpg")
	var a answer
	decode(t, p.want(0, "--json", "similar", other).out, &a)
	if len(a.Hits) != 2 || a.Hits[0].Photo == a.Hits[1].Photo {
		t.Errorf("%+v", a.Hits)
	}
	r := p.want(0, "similar", other)
	printable(t, "standard output", r.out)
	says(t, r.out, `st\xe9.jpg`, `st\xe8.jpg`)
	if after := fingerprint(t, photos); after != before {
		t.Error("originals were changed")
	}
}

// All controls among the hostile pictures are found by the name of their folder.
func TestControlsAmongHostilePicturesAreFound(t *testing.T) {
	p := newProgram(t)
	root := testkit.HostilePictures(t)
	photos := t.TempDir()
	for from, to := range map[string]string{"control": "lighthouse", "image/jpeg": "broken"} {
		must(t, os.CopyFS(filepath.Join(photos, to), os.DirFS(filepath.Join(root, from))))
	}
	p.index(3, photos)
	found := map[string]bool{}
	for _, h := range p.search("--limit", "200", "lighthouse").Hits {
		for _, path := range h.Paths {
			found[path] = true
		}
	}
	controls, err := filepath.Glob(filepath.Join(photos, "lighthouse", "*.*"))
	must(t, err)
	for _, path := range controls {
		if !found[path] {
			t.Errorf("%s is not found", filepath.Base(path))
		}
	}
}
