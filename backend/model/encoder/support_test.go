package encoder

import (
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"go.uber.org/goleak"

	"pixeldetective/backend/model/catalog"
)

func TestMain(m *testing.M) {
	if child := os.Getenv(childVariable); child != "" {
		os.Exit(runChild(child))
	}
	goleak.VerifyTestMain(m)
}

// moduleRoot is the folder of go.mod.
func moduleRoot(t testing.TB) string {
	t.Helper()
	_, file, _, _ := runtime.Caller(0)
	return filepath.Join(filepath.Dir(file), "..", "..", "..")
}

// runtimeLibrary is the real ONNX Runtime. Nothing here is worth testing without it, so its absence is a failure.
func runtimeLibrary(t testing.TB) string {
	t.Helper()
	path := os.Getenv("PIXEL_DETECTIVE_RUNTIME")
	if path == "" {
		path = filepath.Join(moduleRoot(t), "build", "runtime", "libonnxruntime.so.1")
	}
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("ONNX Runtime's library is not there (%v): run make build", err)
	}
	return path
}

// starter is what loads the model that ships, on the CPU and without a cache.
func starter(t testing.TB) LoadOptions {
	t.Helper()
	c, err := catalog.Open(filepath.Join(moduleRoot(t), "models"), "")
	if err != nil {
		t.Fatal(err)
	}
	m, folder, ok := c.Find("starter")
	if !ok {
		t.Fatalf("the catalog has no starter: %v", c.Problems())
	}
	return LoadOptions{Model: m, Folder: folder, RuntimeLibrary: runtimeLibrary(t), Device: "cpu"}
}

func loadImage(t testing.TB, o LoadOptions) (ImageEncoder, Loaded) {
	t.Helper()
	e, loaded, err := LoadImage(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e, loaded
}

func loadText(t testing.TB, o LoadOptions) (TextEncoder, Loaded) {
	t.Helper()
	e, loaded, err := LoadText(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(e.Close)
	return e, loaded
}

func cosine(a, b []float32) float64 {
	var dot float64
	for i := range a {
		dot += float64(a[i]) * float64(b[i])
	}
	return dot
}

// describe is the manifest's entry for a file.
func describe(name string, content []byte) catalog.File {
	sum := sha256.Sum256(content)
	return catalog.File{Name: name, Bytes: int64(len(content)), SHA256: hex.EncodeToString(sum[:])}
}
