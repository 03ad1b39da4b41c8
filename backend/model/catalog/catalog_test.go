package catalog

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"pixeldetective/backend/photo"
)

// sample is a whole manifest, with files of these contents.
func sample(id string, stage photo.Stage) (Model, map[string]string) {
	files := map[string]string{"image.onnx": "the image graph", "text.onnx": "the text graph", "vocab.txt": "[PAD]\n", "labels.txt": "coco\tdog\n"}
	m := Model{
		ID: id, Revision: "1", Name: "Sample", Family: FamilyStarter, Role: RoleImageText, Stage: stage,
		Licence: "Apache-2.0", Languages: []string{"en", "pt-BR"}, Dimension: 8, Prompt: "a photo of %s",
		Image: &Graph{
			Variants: map[Precision]string{FP16: "image.onnx"}, Default: FP16,
			Inputs:     []Tensor{{Name: "pixel_values", Type: Float32, Shape: []int64{-1, 3, 4, 4}}},
			Outputs:    []Tensor{{Name: "image_embeds", Type: Float32, Shape: []int64{-1, 8}}, {Name: "label_probs", Type: Float32, Shape: []int64{-1, 1}}},
			Preprocess: &Preprocess{Width: 4, Height: 4, Fit: FitStretch, Filter: FilterBilinear, Mean: [3]float32{.5, .5, .5}, Std: [3]float32{.5, .5, .5}},
		},
		Text: &Graph{
			Variants: map[Precision]string{Int8: "text.onnx"}, Default: Int8,
			Inputs:    []Tensor{{Name: "input_ids", Type: Int64, Shape: []int64{-1, -1}}},
			Outputs:   []Tensor{{Name: "text_embeds", Type: Float32, Shape: []int64{-1, 8}}},
			Tokenizer: &Tokenizer{Kind: TokenizerWordPiece, File: "vocab.txt", MaxTokens: 64},
		},
		Labels: &Labels{File: "labels.txt", Output: "label_probs", Thresholds: map[string]float32{"coco": .3}, Overrides: map[string]float32{"coco/dog": 1.5}},
	}
	for _, name := range []string{"image.onnx", "text.onnx", "vocab.txt", "labels.txt"} {
		m.Files = append(m.Files, File{Name: name, Bytes: int64(len(files[name])), SHA256: sum(files[name])})
	}
	return m, files
}

func encoded(t testing.TB, v any) []byte {
	t.Helper()
	data, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func write(t testing.TB, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
}

// ship writes a catalog.json of these models, and their files if so wished.
func ship(t testing.TB, folder string, install bool, stages map[string]photo.Stage) {
	t.Helper()
	var models []Model
	for _, id := range slices.Sorted(func(yield func(string) bool) {
		for id := range stages {
			if !yield(id) {
				return
			}
		}
	}) {
		m, files := sample(id, stages[id])
		models = append(models, m)
		for name, content := range files {
			if install {
				write(t, filepath.Join(folder, id, name), []byte(content))
			}
		}
	}
	write(t, filepath.Join(folder, catalogFile), encoded(t, map[string]any{"schema": 1, "models": models}))
}

func TestTheCatalogThatShipsIsWhole(t *testing.T) {
	c, err := Open(filepath.Join("..", "..", "..", "models"), "")
	if err != nil || len(c.Problems()) > 0 {
		t.Fatalf("%v, %v", err, c.Problems())
	}
	m, folder, err := c.Active(RoleImageText)
	if err != nil {
		t.Fatal(err)
	}
	if m.ID != "starter" || m.Dimension != 1024 || m.Image.Preprocess.Width != 384 {
		t.Errorf("the active model is %+v", m)
	}
	for _, f := range m.Files {
		if err := Verify(t.Context(), folder, f); err != nil {
			t.Error(err)
		}
	}
}

func TestTheBestInstalledModelIsActive(t *testing.T) {
	shipped, user := t.TempDir(), t.TempDir()
	ship(t, shipped, true, map[string]photo.Stage{"a": photo.StageStarter, "b": photo.StageAccurate, "c": photo.StageAccurate})
	m, files := sample("mine", photo.StageComprehensive)
	write(t, filepath.Join(user, "anywhere", modelFile), encoded(t, map[string]any{"schema": 1, "model": m}))
	c, err := Open(shipped, user)
	if err != nil || len(c.Problems()) != 0 {
		t.Fatal(err, c.Problems())
	}
	if got, folder, err := c.Active(RoleImageText); err != nil || got.ID != "b" || folder != filepath.Join(shipped, "b") {
		t.Errorf("without the user's: %s, %s, %v", got.ID, folder, err)
	}
	if s := c.Installed(m); s.Installed || len(s.Missing) != 4 || !strings.Contains(s.Reason, "not installed") {
		t.Errorf("the user's: %+v", s)
	}
	for name, content := range files {
		write(t, filepath.Join(user, "anywhere", name), []byte(content))
	}
	if got, folder, err := c.Active(RoleImageText); err != nil || got.ID != "mine" || folder != filepath.Join(user, "anywhere") {
		t.Errorf("with the user's: %s, %s, %v", got.ID, folder, err)
	}
	if err := os.Truncate(filepath.Join(user, "anywhere", "text.onnx"), 3); err != nil {
		t.Fatal(err)
	}
	if s := c.Installed(m); s.Installed || !slices.Equal(s.Missing, []string{"text.onnx"}) || !strings.Contains(s.Reason, "1 of its 4 files") {
		t.Errorf("one cut off: %+v", s)
	}
	if got, _, err := c.Active(RoleImageText); err != nil || got.ID != "b" {
		t.Errorf("with the user's cut off: %s, %v", got.ID, err)
	}
	var none *NoModelError
	if _, _, err := c.Active(RoleCaption); !errors.As(err, &none) || !strings.Contains(err.Error(), "captions") {
		t.Errorf("no captioner: %v", err)
	}
}

func TestAModelOfTheListMayBeInTheUsersFolder(t *testing.T) {
	shipped, user := t.TempDir(), t.TempDir()
	ship(t, shipped, false, map[string]photo.Stage{"a": photo.StageStarter})
	_, files := sample("a", photo.StageStarter)
	for name, content := range files {
		write(t, filepath.Join(user, "a", name), []byte(content))
	}
	c, err := Open(shipped, user)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "a@1"} {
		if m, folder, ok := c.Find(name); !ok || m.ID != "a" || folder != filepath.Join(user, "a") {
			t.Errorf("%q: %s, %s, %v", name, m.ID, folder, ok)
		}
	}
	for _, name := range []string{"", "b", "a@2", "@1"} {
		if _, _, ok := c.Find(name); ok {
			t.Errorf("%q was found", name)
		}
	}
}

func TestWithoutItsListTheCatalogStillHasTheUsersModels(t *testing.T) {
	user := t.TempDir()
	m, _ := sample("mine", photo.StageStarter)
	write(t, filepath.Join(user, "mine", modelFile), encoded(t, map[string]any{"schema": 1, "model": m}))
	for name, shipped := range map[string]string{"missing": filepath.Join(t.TempDir(), "absent"), "empty": t.TempDir(), "broken": func() string {
		folder := t.TempDir()
		write(t, filepath.Join(folder, catalogFile), []byte(`{"schema":1,"models":[`))
		return folder
	}()} {
		c, err := Open(shipped, user)
		var broken *ShippedError
		if !errors.As(err, &broken) || !strings.Contains(err.Error(), shipped) || !strings.Contains(err.Error(), "install the program again") {
			t.Errorf("%s: the sentence is %v", name, err)
		}
		if len(c.Models()) != 1 || len(c.Problems()) != 1 {
			t.Errorf("%s: %d models, problems %v", name, len(c.Models()), c.Problems())
		}
		if _, _, err := c.Active(RoleImageText); err == nil || !strings.Contains(err.Error(), shipped) {
			t.Errorf("%s: why there is no model: %v", name, err)
		}
	}
}

func TestBadManifestsOfAUserAreProblemsAndNothingElse(t *testing.T) {
	shipped := t.TempDir()
	ship(t, shipped, true, map[string]photo.Stage{"a": photo.StageStarter})
	good, _ := sample("good", photo.StageStarter)
	twin, _ := sample("a", photo.StageStarter)
	for name, content := range map[string]string{
		"empty":               "",
		"not JSON":            "<html>",
		"cut off":             string(encoded(t, map[string]any{"schema": 1, "model": good}))[:200],
		"a newer schema":      string(encoded(t, map[string]any{"schema": 2, "model": good})),
		"no schema":           string(encoded(t, map[string]any{"model": good})),
		"no model":            `{"schema":1}`,
		"an unknown field":    string(encoded(t, map[string]any{"schema": 1, "model": good, "run": "rm -rf /"})),
		"an unknown one":      strings.Replace(string(encoded(t, map[string]any{"schema": 1, "model": good})), `"dimension"`, `"exec":"x","dimension"`, 1),
		"a field twice":       strings.Replace(string(encoded(t, map[string]any{"schema": 1, "model": good})), `"dimension"`, `"dimension":9,"dimension"`, 1),
		"something after it":  string(encoded(t, map[string]any{"schema": 1, "model": good})) + "{}",
		"nesting":             strings.Repeat("[", 100_000),
		"too large":           strings.Repeat(" ", maxManifest) + "{}",
		"the id of another":   string(encoded(t, map[string]any{"schema": 1, "model": twin})),
		"a number for a text": strings.Replace(string(encoded(t, map[string]any{"schema": 1, "model": good})), `"name":"Sample"`, `"name":7`, 1),
	} {
		user := t.TempDir()
		path := filepath.Join(user, "folder", modelFile)
		write(t, path, []byte(content))
		c, err := Open(shipped, user)
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, _, err := c.Active(RoleImageText); err != nil || len(c.Models()) != 1 {
			t.Errorf("%s: the model that ships suffers: %v, %d models", name, err, len(c.Models()))
		}
		p := c.Problems()
		if len(p) != 1 || p[0].File != path || len(p[0].Reason) < 20 || !strings.HasSuffix(p[0].Reason, ".") || p[0].Remedy == "" {
			t.Errorf("%s: the problems are %+v", name, p)
		}
	}
}

func TestAManifestThatIsNoFileIsNotOpened(t *testing.T) {
	shipped, user := t.TempDir(), t.TempDir()
	ship(t, shipped, true, map[string]photo.Stage{"a": photo.StageStarter})
	for _, folder := range []string{"pipe", "folder/model.json", "empty"} {
		if err := os.MkdirAll(filepath.Join(user, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo(filepath.Join(user, "pipe", modelFile), 0o600); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(user, "readme.txt"), []byte("a file beside the folders"))
	if err := os.Symlink(user, filepath.Join(user, "loop")); err != nil {
		t.Fatal(err)
	}
	c, err := Open(shipped, user) // would hang on the pipe
	if err != nil || len(c.Models()) != 1 || len(c.Problems()) != 2 {
		t.Errorf("%v, %d models, problems %+v", err, len(c.Models()), c.Problems())
	}
}
