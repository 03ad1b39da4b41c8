package encoder

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// ONNX Runtime can be started once in a process, and a hostile graph may take the process with it. So tests of either
// run this test binary again, as a child that loads one graph and says what came of it.

// childVariable holds the job of a child, as JSON.
const childVariable = "PIXEL_DETECTIVE_ENCODER_TEST_CHILD"

type childJob struct {
	Options  LoadOptions
	Graph    catalog.GraphName
	MaxBytes uint64 // 0: no limit
	Pictures int    // to encode after loading
}

type childResult struct {
	Loaded Loaded
	Kind   string // of the error; empty: none
	Error  string
	// Memory of the child in MB: after loading, at the end, and at most.
	AfterLoad, AtEnd, Peak float64
	Took                   time.Duration
	Vector                 []float32
}

func runChild(job string) int {
	var j childJob
	if err := json.Unmarshal([]byte(job), &j); err != nil {
		panic(err)
	}
	if j.MaxBytes > 0 {
		if err := LimitMemory(j.MaxBytes); err != nil {
			panic(err)
		}
	}
	began := time.Now()
	r, err := j.run()
	r.Took = time.Since(began)
	r.AtEnd, r.Peak = status("VmRSS"), status("VmHWM")
	if err != nil {
		r.Error = err.Error()
		r.Kind = kindOf(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(r); err != nil {
		panic(err)
	}
	return 0
}

func (j childJob) run() (r childResult, err error) {
	ctx := context.Background()
	if j.Graph == catalog.GraphText {
		var e TextEncoder
		if e, r.Loaded, err = LoadText(ctx, j.Options); err != nil {
			return r, err
		}
		r.AfterLoad = status("VmRSS")
		vectors, err := e.Encode(ctx, []string{"a dog"})
		if err == nil {
			r.Vector = vectors[0]
		}
		return r, err
	}
	e, loaded, err := LoadImage(ctx, j.Options)
	r.Loaded = loaded
	if err != nil {
		return r, err
	}
	r.AfterLoad = status("VmRSS")
	p := j.Options.Model.Image.Preprocess
	for range max(j.Pictures, 1) {
		embeddings, err := e.Encode(ctx, [][]byte{testPicture(p.Width, p.Height)})
		if err != nil {
			return r, err
		}
		r.Vector = embeddings[0].Vector
	}
	return r, nil
}

func kindOf(err error) string {
	var (
		runtimeError *RuntimeError
		contract     *ContractError
		altered      *catalog.AlteredError
		missing      *catalog.MissingError
	)
	switch {
	case errors.As(err, &runtimeError):
		return "runtime"
	case errors.As(err, &contract):
		return "contract"
	case errors.As(err, &altered):
		return "altered"
	case errors.As(err, &missing):
		return "missing"
	default:
		return "other"
	}
}

// status is a size in /proc/self/status, in MB.
func status(name string) float64 {
	data, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(data)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb / 1024
		}
	}
	return 0
}

// inChild runs a job in a child and returns what it said. A child that dies is a failed test.
func inChild(t testing.TB, j childJob, environment ...string) childResult {
	t.Helper()
	job, err := json.Marshal(j)
	if err != nil {
		t.Fatal(err)
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	command := exec.CommandContext(ctx, self)
	command.Env = append(append(os.Environ(), childVariable+"="+string(job)), environment...)
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	if err := command.Run(); err != nil {
		t.Fatalf("the child ended: %v\n%s", err, tail(errs.String()))
	}
	var r childResult
	if err := json.Unmarshal(out.Bytes(), &r); err != nil {
		t.Fatalf("the child said %q: %v", out.String(), err)
	}
	return r
}

func tail(s string) string { return s[max(0, len(s)-2000):] }

func TestEveryHostileGraphIsRefusedAndControlsAreNot(t *testing.T) {
	data, err := os.ReadFile("testdata/hostile/manifest.json")
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct {
		Files []struct {
			File       string   `json:"file"`
			Bytes      int64    `json:"bytes"`
			SHA256     string   `json:"sha256"`
			Must       []string `json:"must"`
			Reason     string   `json:"reason"`
			MaxSeconds float64  `json:"max_seconds"`
			MaxMiB     float64  `json:"max_mib"`
		}
	}
	if err := json.Unmarshal(data, &manifest); err != nil {
		t.Fatal(err)
	}
	if len(manifest.Files) != 27 {
		t.Fatalf("%d hostile graphs, want 27", len(manifest.Files))
	}
	// What a child takes for itself, as the manifest counts memory above that.
	idle := inChild(t, hostileJob(t, "valid_vision.onnx", 6414, "cf79871f43f12cb097759ec0e6775f29ee66fc9ea2696009d4163dbe6d0b8f97")).Peak
	for _, f := range manifest.Files {
		t.Run(f.File, func(t *testing.T) {
			j := hostileJob(t, f.File, f.Bytes, f.SHA256)
			j.MaxBytes = 768 << 20
			r := inChild(t, j)
			outcome := "loaded"
			if r.Error != "" {
				outcome = "refused"
			}
			t.Logf("%s in %s, %.0f MB above idle: %s", outcome, r.Took.Round(time.Millisecond), r.Peak-idle, r.Error)
			if !contains(f.Must, outcome) {
				t.Errorf("%s (%s): was %s, must be %v", f.File, f.Reason, outcome, f.Must)
			}
			if r.Error != "" && r.Kind != "contract" && f.Bytes > 0 {
				t.Errorf("%s: the error is not about the contract: %s", f.File, r.Error)
			}
			if r.Took.Seconds() > f.MaxSeconds*4 { // four times, for busy machines and -race
				t.Errorf("it took %s, more than %v s", r.Took, f.MaxSeconds)
			}
			if r.Peak-idle > f.MaxMiB {
				t.Errorf("it took %.0f MB, more than %v", r.Peak-idle, f.MaxMiB)
			}
		})
	}
}

func contains(list []string, s string) bool {
	for _, x := range list {
		if x == s {
			return true
		}
	}
	return false
}

// hostileJob loads one of the hostile graphs under the contract of CLIP ViT-B/32.
func hostileJob(t testing.TB, file string, size int64, sum string) childJob {
	t.Helper()
	folder := t.TempDir()
	graph := catalog.GraphImage
	if strings.Contains(file, "text") || strings.Contains(file, "int32") || file == "huge_initializer.onnx" {
		graph = catalog.GraphText
	}
	data, err := os.ReadFile(filepath.Join("testdata", "hostile", file))
	if err != nil {
		t.Fatal(err)
	}
	vocabulary := smallVocabulary()
	for name, content := range map[string][]byte{file: data, "vocab.txt": vocabulary} {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	m := catalog.Model{
		ID: "hostile", Revision: "1", Name: "Hostile", Family: catalog.FamilyStarter, Role: catalog.RoleImageText,
		Stage: photo.StageAccurate, Licence: "none", Dimension: 512,
		Image: &catalog.Graph{
			Variants: map[catalog.Precision]string{catalog.FP32: file}, Default: catalog.FP32,
			Inputs:  []catalog.Tensor{{Name: "pixel_values", Type: catalog.Float32, Shape: []int64{-1, 3, 224, 224}}},
			Outputs: []catalog.Tensor{{Name: "image_embeds", Type: catalog.Float32, Shape: []int64{-1, 512}}},
			Preprocess: &catalog.Preprocess{
				Width: 224, Height: 224, Fit: catalog.FitCenterCrop, Filter: catalog.FilterBicubic,
				Mean: [3]float32{.48145466, .4578275, .40821073}, Std: [3]float32{.26862954, .26130258, .27577711},
			},
		},
		Text: &catalog.Graph{
			Variants: map[catalog.Precision]string{catalog.FP32: file}, Default: catalog.FP32,
			Inputs:    []catalog.Tensor{{Name: "input_ids", Type: catalog.Int64, Shape: []int64{-1, 77}}},
			Outputs:   []catalog.Tensor{{Name: "text_embeds", Type: catalog.Float32, Shape: []int64{-1, 512}}},
			Tokenizer: &catalog.Tokenizer{Kind: catalog.TokenizerWordPiece, File: "vocab.txt", MaxTokens: 77, PadTo: 77},
		},
		Files: []catalog.File{{Name: file, Bytes: size, SHA256: sum}, describe("vocab.txt", vocabulary)},
	}
	return childJob{Graph: graph, Options: LoadOptions{
		Model: m, Folder: folder, RuntimeLibrary: runtimeLibrary(t), Device: "cpu",
		Threads: 1, TestRunLimit: 2 * time.Second,
	}}
}

func smallVocabulary() []byte { return []byte("[PAD]\n[UNK]\n[CLS]\n[SEP]\na\ndog\n") }

func TestALibraryThatCannotServeIsASentence(t *testing.T) {
	folder := t.TempDir()
	junk := filepath.Join(folder, "junk.so")
	if err := os.WriteFile(junk, []byte("<html>404</html>"), 0o600); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(runtimeLibrary(t))
	if err != nil {
		t.Fatal(err)
	}
	cut := filepath.Join(folder, "cut.so")
	if err := os.WriteFile(cut, whole[:len(whole)/2], 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, path, says string }{
		{"missing", filepath.Join(folder, "absent.so"), "is missing"},
		{"a folder", folder, "is not a file"},
		{"no library", junk, "is damaged or not a library"},
		{"truncated", cut, "is damaged"},
		{"of another program", compiled(t, folder, "other", "int answer(void) { return 42; }"), "is not ONNX Runtime"},
		{"too old by its own word", compiled(t, folder, "old", oldRuntime), "is of another version"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if c.path == "" {
				t.Skip("there is no C compiler here")
			}
			o := starter(t)
			o.RuntimeLibrary = c.path
			r := inChild(t, childJob{Graph: catalog.GraphText, Options: o})
			if r.Kind != "runtime" || !strings.Contains(r.Error, c.says) || !strings.Contains(r.Error, c.path) || !strings.Contains(r.Error, "install") {
				t.Errorf("the sentence is %q (%s); it should name the file, say that it %q, and what to do", r.Error, r.Kind, c.says)
			}
		})
	}
}

// oldRuntime has the entry point of ONNX Runtime 1.20: an API table for every version up to 20, and none above.
const oldRuntime = `
typedef struct { const void *(*get_api)(unsigned); const char *(*get_version)(void); } base;
static const void *get_api(unsigned v) { static int table[4096]; return v > 20 ? 0 : table; }
static const char *get_version(void) { return "1.20.1"; }
const base *OrtGetApiBase(void) { static const base b = { get_api, get_version }; return &b; }
`

// compiled makes a shared library of C source; empty if there is no compiler.
func compiled(t *testing.T, folder, name, source string) string {
	t.Helper()
	compiler, err := exec.LookPath("cc")
	if err != nil {
		return ""
	}
	c, so := filepath.Join(folder, name+".c"), filepath.Join(folder, name+".so")
	if err := os.WriteFile(c, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), compiler, "-shared", "-fPIC", "-o", so, c).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return so
}

func TestMemoryOfTheStarterStaysBounded(t *testing.T) {
	cache := t.TempDir()
	for _, graph := range []catalog.GraphName{catalog.GraphImage, catalog.GraphText} {
		for _, run := range []string{"cold", "from the cache"} {
			o := starter(t)
			o.Cache, o.Threads = cache, 1
			r := inChild(t, childJob{Graph: graph, Options: o, Pictures: 20, MaxBytes: 1 << 30}, "MALLOC_ARENA_MAX=1")
			t.Logf("%s, %s: loaded in %s in all, %.0f MB after loading, %.0f MB at the end, %.0f MB at most",
				graph, run, r.Took.Round(time.Millisecond), r.AfterLoad, r.AtEnd, r.Peak)
			if r.Error != "" {
				t.Fatal(r.Error)
			}
			if r.Loaded.FromCache != (run != "cold") {
				t.Errorf("%s, %s: from the cache: %v", graph, run, r.Loaded.FromCache)
			}
			if r.AtEnd > 300 {
				t.Errorf("%s, %s: %.0f MB", graph, run, r.AtEnd)
			}
		}
	}
}
