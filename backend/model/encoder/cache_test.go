package encoder

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"pixeldetective/backend/model/catalog"
)

// small is the control graph among the hostile ones: it loads in milliseconds.
func small(t *testing.T) LoadOptions {
	t.Helper()
	o := hostileJob(t, "valid_vision.onnx", 6414, "cf79871f43f12cb097759ec0e6775f29ee66fc9ea2696009d4163dbe6d0b8f97").Options
	o.Cache = filepath.Join(t.TempDir(), "cache")
	return o
}

// cached returns the paths of the one optimised graph in a cache and of its hash.
func cached(t *testing.T, folder string) (graph, sum string) {
	t.Helper()
	graphs, _ := filepath.Glob(filepath.Join(folder, "*.onnx"))
	sums, _ := filepath.Glob(filepath.Join(folder, "*.sha256"))
	all, _ := os.ReadDir(folder)
	if len(graphs) != 1 || len(sums) != 1 || len(all) != 2 {
		t.Fatalf("the cache holds %v", all)
	}
	return graphs[0], sums[0]
}

func encodeOne(t *testing.T, o LoadOptions) ([]float32, Loaded) {
	t.Helper()
	e, loaded := loadImage(t, o)
	p := o.Model.Image.Preprocess
	v, err := e.Encode(t.Context(), [][]byte{testPicture(p.Width, p.Height)})
	if err != nil {
		t.Fatal(err)
	}
	return v[0].Vector, loaded
}

func TestTheSecondLoadComesFromTheCacheAndSaysTheSame(t *testing.T) {
	o := starter(t)
	o.Cache = t.TempDir()
	first, loaded := encodeOne(t, o)
	if loaded.FromCache {
		t.Error("the first load came from an empty cache")
	}
	second, loaded := encodeOne(t, o)
	if !loaded.FromCache {
		t.Error("the second load did not come from the cache")
	}
	if c := cosine(first, second); c < .999999 {
		t.Errorf("the optimised graph says something else: cosine %v", c)
	}
}

func TestADamagedCacheIsRebuilt(t *testing.T) {
	external, err := os.ReadFile("testdata/hostile/external_data_parent.onnx")
	if err != nil {
		t.Fatal(err)
	}
	nan, err := os.ReadFile("testdata/hostile/nan_output.onnx")
	if err != nil {
		t.Fatal(err)
	}
	write := func(t *testing.T, path string, data []byte) {
		t.Helper()
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hash := func(data []byte) []byte {
		sum := sha256.Sum256(data)
		return []byte(hex.EncodeToString(sum[:]) + "\n")
	}
	for name, damage := range map[string]func(t *testing.T, graph, sum string){
		"a bit flipped": func(t *testing.T, graph, _ string) {
			data, err := os.ReadFile(graph)
			if err != nil {
				t.Fatal(err)
			}
			data[len(data)/2] ^= 1
			write(t, graph, data)
		},
		"cut off": func(t *testing.T, graph, _ string) {
			if err := os.Truncate(graph, 100); err != nil {
				t.Fatal(err)
			}
		},
		"the graph gone": func(t *testing.T, graph, _ string) {
			if err := os.Remove(graph); err != nil {
				t.Fatal(err)
			}
		},
		"the hash gone": func(t *testing.T, _, sum string) {
			if err := os.Remove(sum); err != nil {
				t.Fatal(err)
			}
		},
		"the hash of something else": func(t *testing.T, _, sum string) { write(t, sum, hash([]byte("else"))) },
		"the hash is no hash":        func(t *testing.T, _, sum string) { write(t, sum, bytes.Repeat([]byte("x"), 1<<20)) },
		"external data under its right hash": func(t *testing.T, graph, sum string) {
			write(t, graph, external)
			write(t, sum, hash(external))
		},
		"a graph that proves nothing under its right hash": func(t *testing.T, graph, sum string) {
			write(t, graph, nan)
			write(t, sum, hash(nan))
		},
	} {
		t.Run(name, func(t *testing.T) {
			o := small(t)
			want, _ := encodeOne(t, o)
			damage(t, first(cached(t, o.Cache)), second(cached(t, o.Cache)))
			got, loaded := encodeOne(t, o)
			if loaded.FromCache {
				t.Error("it came from the damaged cache")
			}
			if c := cosine(got, want); c < .999999 {
				t.Errorf("the vector is another one: cosine %v", c)
			}
			if _, loaded = encodeOne(t, o); !loaded.FromCache {
				t.Error("the cache was not rebuilt")
			}
			cached(t, o.Cache)
		})
	}
}

func first(a, _ string) string  { return a }
func second(_, b string) string { return b }

func TestACacheThatCannotBeWrittenCostsNothingElse(t *testing.T) {
	o := small(t)
	if err := os.WriteFile(o.Cache, nil, 0o600); err != nil { // a file where the folder should be
		t.Fatal(err)
	}
	if _, loaded := encodeOne(t, o); loaded.FromCache {
		t.Error("it came from a cache that cannot be")
	}
}

func TestOptimisedGraphsOfThePastAreRemoved(t *testing.T) {
	o := small(t)
	encodeOne(t, o)
	graph, sum := cached(t, o.Cache)
	// As another version of the runtime would have left it, and as a process that was killed.
	past := filepath.Join(o.Cache, "hostile-image-fp32-cpu-0123456789abcdef01234567")
	other := filepath.Join(o.Cache, "hostile-text-fp32-cpu-0123456789abcdef01234567.onnx")
	for _, path := range []string{past + ".onnx", past + ".sha256", other} {
		if err := os.WriteFile(path, []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(sum); err != nil {
		t.Fatal(err)
	}
	encodeOne(t, o)
	if _, err := os.Stat(past + ".onnx"); !errors.Is(err, os.ErrNotExist) {
		t.Error("an optimised graph of the past is still there")
	}
	if _, err := os.Stat(other); err != nil {
		t.Error("the optimised graph of another model was removed")
	}
	if _, err := os.Stat(graph); err != nil {
		t.Error("the optimised graph is not there")
	}
}

func TestAnAlteredModelIsRefusedWithAndWithoutACache(t *testing.T) {
	for _, warm := range []bool{false, true} {
		o := small(t)
		if warm {
			encodeOne(t, o)
		}
		path := filepath.Join(o.Folder, "valid_vision.onnx")
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for name, change := range map[string]func() error{
			"one bit":  func() error { b := bytes.Clone(data); b[5000] ^= 1; return os.WriteFile(path, b, 0o600) },
			"cut off":  func() error { return os.WriteFile(path, data[:3000], 0o600) },
			"extended": func() error { return os.WriteFile(path, append(bytes.Clone(data), 0), 0o600) },
		} {
			if err := change(); err != nil {
				t.Fatal(err)
			}
			var altered *catalog.AlteredError
			if _, _, err := LoadImage(t.Context(), o); !errors.As(err, &altered) || altered.File != path {
				t.Errorf("%s, with a cache: %v: %v", name, warm, err)
			}
		}
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		var missing *catalog.MissingError
		if _, _, err := LoadImage(t.Context(), o); !errors.As(err, &missing) || missing.File != path {
			t.Errorf("missing, with a cache: %v: %v", warm, err)
		}
	}
}
