package command

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/install"
	"pixeldetective/backend/photo"
)

// shop is a program with two models in its list, one of which came with it, and a server for the other.
type shop struct {
	t        *testing.T
	env      map[string]string
	library  string
	server   *httptest.Server
	contents map[string][]byte
	requests atomic.Int64
}

func newShop(t *testing.T) *shop {
	s := &shop{t: t, library: t.TempDir(), contents: map[string][]byte{}}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.requests.Add(1)
		content, ok := s.contents[strings.TrimPrefix(r.URL.Path, "/published/")]
		if !ok {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content))
	}))
	t.Cleanup(s.server.Close)
	tensor := func(name, kind string, shape ...int64) []catalog.Tensor {
		return []catalog.Tensor{{Name: name, Type: kind, Shape: append([]int64{-1}, shape...)}}
	}
	model := func(id string, stage photo.Stage) catalog.Model {
		m := catalog.Model{
			ID: id, Revision: "1", Name: "The " + id, Family: catalog.FamilyStarter, Role: catalog.RoleImageText, Stage: stage, Licence: "MIT",
			Languages: []string{"en", "de"}, Dimension: 8, Memory: 1 << 30, Gives: []catalog.Figure{{Measure: "recall@1", Value: 58.8, Source: "its authors"}},
			Image: &catalog.Graph{
				Variants: map[catalog.Precision]string{catalog.FP32: "image.onnx"}, Default: catalog.FP32,
				Inputs: tensor("pixel_values", catalog.Float32, 3, 4, 4), Outputs: tensor("image_embeds", catalog.Float32, 8),
				Preprocess: &catalog.Preprocess{Width: 4, Height: 4, Fit: catalog.FitStretch, Filter: catalog.FilterBilinear, Std: [3]float32{1, 1, 1}},
			},
			Text: &catalog.Graph{
				Variants: map[catalog.Precision]string{catalog.FP32: "text.onnx"}, Default: catalog.FP32,
				Inputs: tensor("input_ids", catalog.Int64, -1), Outputs: tensor("text_embeds", catalog.Float32, 8),
				Tokenizer: &catalog.Tokenizer{Kind: catalog.TokenizerWordPiece, File: "vocab.txt", MaxTokens: 64},
			},
		}
		for _, name := range []string{"image.onnx", "text.onnx", "vocab.txt"} {
			content := bytes.Repeat([]byte(id+name), 5000)
			sum := sha256.Sum256(content)
			s.contents[id+"/"+name] = content
			m.Files = append(m.Files, catalog.File{Name: name, Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:]), URL: "https://example.org/published/" + id + "/" + name})
		}
		return m
	}
	shipped := t.TempDir()
	better := model("better", photo.StageStarter)
	better.Files[1].Unverified, better.Files[1].SHA256, better.Files[1].Bytes = true, "", 60_000
	data, err := json.Marshal(map[string]any{"schema": 1, "models": []catalog.Model{model("first", photo.StageAccurate), better}})
	if err != nil {
		t.Fatal(err)
	}
	s.write(filepath.Join(shipped, "catalog.json"), data)
	for _, name := range []string{"image.onnx", "text.onnx", "vocab.txt"} {
		s.write(filepath.Join(shipped, "first", name), s.contents["first/"+name])
	}
	s.env = map[string]string{"PIXEL_DETECTIVE_MODELS": shipped, install.EnvMirror: s.server.URL}
	return s
}

func (s *shop) write(path string, content []byte) {
	s.t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o600); err != nil {
		s.t.Fatal(err)
	}
}

// want runs the command line, checks its exit code, and returns what it printed.
func (s *shop) want(code int, args ...string) (out, errOut string) {
	s.t.Helper()
	var o, e bytes.Buffer
	if have := Main(append([]string{"--library", s.library}, args...), &o, &e, func(name string) string { return s.env[name] }); have != code {
		s.t.Fatalf("%q ends with %d, not %d: %s%s", args, have, code, &o, &e)
	}
	return o.String(), e.String()
}

// choose writes down that a person chose a model.
func (s *shop) choose(id string) {
	s.t.Helper()
	library, err := store.Open(s.t.Context(), store.Options{Dir: s.library, BackupDir: filepath.Join(s.library, "backup")})
	if err != nil {
		s.t.Fatal(err)
	}
	if err := errors.Join(library.ChooseModel(s.t.Context(), string(catalog.RoleImageText), id), library.Close()); err != nil {
		s.t.Fatal(err)
	}
}

// rows runs a command with --json and reads its last line.
func rows[T any](s *shop, code int, args ...string) (v T) {
	s.t.Helper()
	out, _ := s.want(code, append(args, "--json")...)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if err := json.Unmarshal([]byte(lines[len(lines)-1]), &v); err != nil {
		s.t.Fatalf("%q: %v in %s", args, err, out)
	}
	return v
}

func TestTheLifeOfAModelOnTheCommandLine(t *testing.T) {
	s := newShop(t)
	before := rows[[]modelJSON](s, 0, "models", "list")
	if len(before) != 2 || before[1].Installed || !before[1].About || !before[1].Download || before[1].Gives[0].Value != 58.8 || !before[0].Active {
		t.Fatalf("%+v", before)
	}
	if out, _ := s.want(0, "models"); !strings.Contains(out, "better  The better") || !strings.Contains(out, "not installed") || !strings.Contains(out, "58.8 %") || !strings.Contains(out, "2 languages") {
		t.Errorf("%s", out)
	}
	done := rows[installedJSON](s, 0, "models", "install", "better")
	if done.ID != "better" || done.Folder != filepath.Join(s.library, "models", "better") || s.requests.Load() != 3 {
		t.Errorf("%+v, %d requests", done, s.requests.Load())
	}
	after := rows[[]modelJSON](s, 0, "models")
	if !after[1].Installed || after[1].About || after[1].Bytes != done.Bytes || after[1].Active || !after[0].Active {
		t.Errorf("%+v", after)
	}
	checked := rows[[]verifiedJSON](s, 0, "models", "verify")
	if len(checked) != 6 || !checked[4].Recorded || checked[3].Recorded || checked[5].State != "unaltered" || len(checked[4].SHA256) != 64 {
		t.Errorf("%+v", checked)
	}
	if out, _ := s.want(0, "models", "install", "better"); !strings.Contains(out, "is installed") || s.requests.Load() != 3 {
		t.Errorf("%s, %d requests", out, s.requests.Load())
	}
	// An altered file is found, and mended by the same command that brought it.
	s.write(filepath.Join(done.Folder, "vocab.txt"), make([]byte, len(s.contents["better/vocab.txt"])))
	if out, complaint := s.want(1, "models", "verify", "better"); !strings.Contains(out, "altered   better") || !strings.Contains(complaint, "1 file is missing or altered") {
		t.Errorf("%s%s", out, complaint)
	}
	s.want(0, "models", "install", "better")
	s.want(0, "models", "verify", "better")
	if s.requests.Load() != 4 {
		t.Errorf("%d requests", s.requests.Load())
	}
	if out, _ := s.want(0, "models", "prune"); !strings.Contains(out, "0 files deleted") {
		t.Error(out)
	}
	if gone := rows[removedJSON](s, 0, "models", "remove", "better"); gone.Files != 4 || gone.ID != "better" || gone.Bytes < done.Bytes {
		t.Errorf("%+v", gone)
	}
	if _, err := os.Stat(done.Folder); !os.IsNotExist(err) {
		t.Error("the folder is still there")
	}
	if out, _ := s.want(0, "models", "remove", "better"); !strings.Contains(out, "nothing to remove") {
		t.Error(out)
	}
}

func TestAModelIsInstalledFromAFolderWithoutANetwork(t *testing.T) {
	s := newShop(t)
	s.server.Close()
	source := t.TempDir()
	for _, name := range []string{"image.onnx", "text.onnx", "vocab.txt"} {
		s.write(filepath.Join(source, name), s.contents["better/"+name])
	}
	if _, complaint := s.want(1, "models", "install", "better"); !strings.Contains(complaint, "refuses the connection") || !strings.Contains(complaint, "--from FOLDER") {
		t.Error(complaint)
	}
	if out, _ := s.want(0, "models", "install", "better", "--from", source); !strings.Contains(out, "The better is installed") {
		t.Error(out)
	}
	s.want(0, "models", "verify", "better")
}

func TestWhatModelsCannotDo(t *testing.T) {
	s := newShop(t)
	for _, c := range []struct {
		code int
		args []string
		says string
	}{
		{1, []string{"remove", "first"}, "came with the program"},
		{1, []string{"remove", "nobody"}, "there is no model"},
		{1, []string{"install", "nobody"}, "there is no model"},
		{1, []string{"verify", "nobody"}, "there is no model"},
		{1, []string{"verify", "better"}, "3 files are missing or altered"},
		{1, []string{"install", "better", "--from", filepath.Join(s.library, "nowhere")}, "there is no folder"},
		{2, []string{"install"}, "--help"},
		{2, []string{"install", "better", "--precision", "int4"}, "int4"},
		{2, []string{"remove", "a", "b"}, "--help"},
		{2, []string{"fetch"}, "--help"},
	} {
		if _, complaint := s.want(c.code, append([]string{"models"}, c.args...)...); !strings.Contains(complaint, c.says) {
			t.Errorf("%q: %s", c.args, complaint)
		}
	}
	s.want(0, "models", "install", "better")
	s.choose("better")
	s.want(1, "models", "remove", "better")
	s.choose("")
	s.want(0, "models", "remove", "better")
	s.requests.Store(0)
	s.want(0, "models", "install", "first")
	if s.requests.Load() != 0 {
		t.Errorf("%d requests for a model that is here", s.requests.Load())
	}
	delete(s.contents, "better/text.onnx")
	if _, complaint := s.want(1, "models", "install", "better"); !strings.Contains(complaint, "text.onnx") || !strings.Contains(complaint, "(404)") {
		t.Error(complaint)
	}
	s.env[install.EnvMirror] = "http://example.org"
	if _, complaint := s.want(1, "models", "install", "better"); !strings.Contains(complaint, "is not an https address") {
		t.Error(complaint)
	}
	s.env[install.EnvMirror] = s.server.URL
	s.write(filepath.Join(s.library, "settings.toml"), []byte("[network]\nproxy = \"nonsense\"\n"))
	if _, complaint := s.want(1, "models", "install", "better"); !strings.Contains(complaint, "network.proxy") {
		t.Error(complaint)
	}
}

func TestInstallProgressInWords(t *testing.T) {
	c, out, _ := newConsole()
	m := &installMeter{console: c, name: "CLIP"}
	m.progress(install.Progress{Phase: install.PhaseTransfer, Done: 10e6, Total: 100e6, Rate: 2e6, Remaining: 45 * time.Second})
	if out.String() != "CLIP, 10 MB of 100 MB, 2.0 MB a second, 46 s left\n" {
		t.Errorf("%q", out)
	}
	out.Reset()
	m.told = time.Time{}
	m.progress(install.Progress{Phase: install.PhaseTransfer, Done: 10e6, Total: 100e6, Waiting: "the server answers 503 (Service Unavailable)"})
	if !strings.Contains(out.String(), "waiting: the server answers 503") {
		t.Errorf("%q", out)
	}
	out.Reset()
	c.json, m.told = true, time.Time{}
	m.progress(install.Progress{Phase: install.PhaseCheck, Done: 1, Total: 2, Files: 3})
	var line receivingJSON
	if err := json.Unmarshal(out.Bytes(), &line); err != nil || line.Event != "progress" || line.Files != 3 || line.Phase != install.PhaseCheck {
		t.Errorf("%s, %v", out, err)
	}
	out.Reset()
	m.progress(install.Progress{Phase: install.PhaseCheck})
	if out.Len() != 0 {
		t.Errorf("a second line within a second: %s", out)
	}
}
