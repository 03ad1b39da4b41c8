package worker_test

import (
	"bytes"
	"context"
	"errors"
	"image/jpeg"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// realWorker is the program itself, built once for the tests that use it.
var realWorker = sync.OnceValues(func() (string, error) {
	realWorkerUsed.Store(true)
	folder, err := os.MkdirTemp("", "pixel-detective-worker-")
	if err != nil {
		return "", err
	}
	exe := filepath.Join(folder, "pixel-detective-worker")
	args := []string{"build", "-tags", "sqlite_fts5", "-ldflags", "-X pixeldetective/backend/model/worker.stamp=stamped",
		"-o", exe, "pixeldetective/backend/cmd/pixel-detective-worker"}
	if out, err := exec.Command("go", args...).CombinedOutput(); err != nil {
		return "", errors.New(err.Error() + ": " + string(out))
	}
	return exe, nil
})

func startReal(t testing.TB, role worker.Role) *worker.Process {
	t.Helper()
	exe, err := realWorker()
	if err != nil {
		t.Fatal(err)
	}
	p, err := worker.Start(t.Context(), worker.Options{Executable: exe, Role: role, Build: "stamped"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.Stop(5 * time.Second) })
	return p
}

// realWorkerUsed says whether there is a program to remove.
var realWorkerUsed atomic.Bool

// fromRoot returns a path below the module's root.
func fromRoot(t testing.TB, parts ...string) string {
	t.Helper()
	folder, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(folder, "go.mod")); err == nil {
			return filepath.Join(append([]string{folder}, parts...)...)
		}
		if folder == filepath.Dir(folder) {
			t.Fatal("this test is not inside the module")
		}
		folder = filepath.Dir(folder)
	}
}

func TestRealBuildsMustMatch(t *testing.T) {
	exe, err := realWorker()
	if err != nil {
		t.Fatal(err)
	}
	_, err = worker.Start(t.Context(), worker.Options{Executable: exe, Role: worker.RoleText, Build: "another"})
	var start *worker.StartError
	if !errors.As(err, &start) || !strings.Contains(err.Error(), `build "stamped"`) {
		t.Errorf("%v", err)
	}
	if out, err := exec.Command(exe, "decode").CombinedOutput(); err == nil || !strings.Contains(string(out), "not by hand") {
		t.Errorf("started by hand it says %q, %v", out, err)
	}
	if out, err := exec.Command(exe, "cook").CombinedOutput(); err == nil || !strings.Contains(string(out), "usage") {
		t.Errorf("with a wrong role it says %q, %v", out, err)
	}
}

// Every format is decoded inside the sandbox: libvips loads nothing any more once it is closed.
func TestRealDecodeInTheSandbox(t *testing.T) {
	p := startReal(t, worker.RoleDecode)
	t.Logf("%+v", p.Welcome())
	job := worker.DecodeJob{ThumbnailSide: 32, Inputs: []worker.InputSpec{
		{Width: 16, Height: 16, Fit: "stretch", Filter: "bilinear"}, {Width: 8, Height: 8, Fit: "center-crop", Filter: "bicubic"}}}
	files, err := filepath.Glob(filepath.Join("serve", "warm", "*"))
	if err != nil || len(files) < 8 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		if job.Data, err = os.ReadFile(file); err != nil {
			t.Fatal(err)
		}
		job.Extension = strings.TrimPrefix(filepath.Ext(file), ".")
		d, err := p.Decode(t.Context(), job)
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		if d.Metadata.Width != 64 || d.Metadata.Height != 64 || d.Metadata.Format != job.Extension {
			t.Errorf("%s: %+v", file, d.Metadata)
		}
	}
	job = worker.DecodeJob{ThumbnailSide: 2048, Preview: true, Data: testkit.LargePicture(3000, 1000)}
	if d, err := p.Decode(t.Context(), job); err != nil || sizeOf(t, d.Thumbnail) != [2]int{2048, 683} || !d.PixelDigest.IsZero() {
		t.Errorf("a preview: %d bytes, %v", len(d.Thumbnail), err)
	}
	job.Data = []byte("no photo")
	var refused *worker.RefusedError
	if _, err := p.Decode(t.Context(), job); !errors.As(err, &refused) {
		t.Errorf("%v", err)
	}
}

// sizeOf is the width and height of a JPEG.
func sizeOf(t *testing.T, b []byte) [2]int {
	t.Helper()
	c, err := jpeg.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		t.Error(err)
	}
	return [2]int{c.Width, c.Height}
}

func starter(t testing.TB, graph catalog.GraphName) (worker.LoadJob, catalog.Model) {
	t.Helper()
	runtime := os.Getenv("PIXEL_DETECTIVE_RUNTIME")
	if runtime == "" {
		runtime = fromRoot(t, "build", "runtime", "libonnxruntime.so.1")
	}
	if _, err := os.Stat(runtime); err != nil {
		t.Skipf("ONNX Runtime's library is not here: %v", err)
	}
	c, err := catalog.Open(fromRoot(t, "models"), "")
	if err != nil {
		t.Fatal(err)
	}
	model, folder, err := c.Active(catalog.RoleImageText)
	if err != nil {
		t.Fatal(err)
	}
	return worker.LoadJob{Model: model, Folder: folder, Graph: graph, Cache: t.TempDir(), RuntimeLibrary: runtime, Device: "cpu"}, model
}

// The whole way of a photo and of a query through three real children.
func TestRealPhotoAndQuery(t *testing.T) {
	decode, text, image := startReal(t, worker.RoleDecode), startReal(t, worker.RoleText), startReal(t, worker.RoleImage)
	textJob, model := starter(t, catalog.GraphText)
	imageJob, _ := starter(t, catalog.GraphImage)
	for p, j := range map[*worker.Process]worker.LoadJob{text: textJob, image: imageJob} {
		begin := time.Now()
		loaded, err := p.Load(t.Context(), j)
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: %+v after %s", p.Role(), loaded, time.Since(begin).Round(time.Millisecond))
	}
	pre := model.Image.Preprocess
	data, err := os.ReadFile(filepath.Join("serve", "warm", "a.jpeg"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := decode.Decode(t.Context(), worker.DecodeJob{Data: data, Extension: "jpg", ThumbnailSide: 320,
		Inputs: []worker.InputSpec{{Width: pre.Width, Height: pre.Height, Fit: pre.Fit, Filter: pre.Filter}}})
	if err != nil {
		t.Fatal(err)
	}
	e, err := image.EncodeImages(t.Context(), model.Ref(), [][]byte{d.Inputs[0], d.Inputs[0]})
	if err != nil {
		t.Fatal(err)
	}
	v, err := text.EncodeText(t.Context(), model.Ref(), []string{"a dog", "a page of grey noise"})
	if err != nil {
		t.Fatal(err)
	}
	if len(e) != 2 || len(v) != 2 || len(v[0]) != model.Dimension || !slices.Equal(e[0].Vector, e[1].Vector) {
		t.Fatalf("%d embeddings, %d vectors", len(e), len(v))
	}
	if dot(v[0], v[1]) > .99 || math.Abs(dot(v[0], v[0])-1) > .01 {
		t.Errorf("two texts, cosine %g", dot(v[0], v[1]))
	}
	// A wrong picture is an error of that call.
	if _, err := image.EncodeImages(t.Context(), model.Ref(), [][]byte{{1, 2, 3}}); err == nil {
		t.Error("three bytes were taken for a picture")
	}
	for _, p := range []*worker.Process{decode, text, image} {
		m, err := p.Memory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Logf("%s: started in %s, resident %d MB, unique %d MB", p.Role(), p.Welcome().Took.Round(100*time.Microsecond), m.Resident>>20, m.Unique>>20)
	}
}

func dot(a, b []float32) (sum float64) {
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

func TestRealLoadRefusesAnAlteredModel(t *testing.T) {
	p := startReal(t, worker.RoleText)
	job, model := starter(t, catalog.GraphText)
	good := job.Folder
	job.Folder = t.TempDir()
	for _, f := range model.Files {
		b, err := os.ReadFile(filepath.Join(good, f.Name))
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(f.Name, "text") {
			b[len(b)/2] ^= 1
		}
		if err := os.WriteFile(filepath.Join(job.Folder, f.Name), b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	_, err := p.Load(t.Context(), job)
	var altered *catalog.AlteredError
	var load *worker.LoadError
	if !errors.As(err, &altered) || !errors.As(err, &load) || load.Kind != worker.LoadAltered || load.Remedy != "install the model again" {
		t.Errorf("%#v", err)
	}
	job.Folder, job.RuntimeLibrary = good, "/no/such/libonnxruntime.so"
	if _, err := p.Load(t.Context(), job); !errors.As(err, &load) || load.Kind != worker.LoadRuntime {
		t.Errorf("%v", err)
	}
	t.Log(err)
}

// Spawn and round trips; the bench target prints them.
func BenchmarkStart(b *testing.B) {
	for _, role := range []worker.Role{worker.RoleDecode, worker.RoleText, worker.RoleImage} {
		b.Run(string(role), func(b *testing.B) {
			exe, err := realWorker()
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				p, err := worker.Start(context.Background(), worker.Options{Executable: exe, Role: role, Build: "stamped"})
				if err != nil {
					b.Fatal(err)
				}
				b.StopTimer()
				p.Kill()
				b.StartTimer()
			}
		})
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	for name, size := range map[string]int{"32B": 32, "150kB": 150 << 10, "5MB": 5 << 20} {
		b.Run(name, func(b *testing.B) {
			p := start(b, worker.RoleDecode)
			j := worker.DecodeJob{Data: append([]byte("ok\n"), make([]byte, size)...), ThumbnailSide: 8}
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Decode(context.Background(), j); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
