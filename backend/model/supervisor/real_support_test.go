package supervisor

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// buildFolder is where the worker program was built, once it was.
var buildFolder atomic.Pointer[string]

// workerProgram builds the real worker, once.
var workerProgram = sync.OnceValues(func() (string, error) {
	folder, err := os.MkdirTemp("", "pixel-detective-supervisor-")
	if err != nil {
		return "", err
	}
	buildFolder.Store(&folder)
	exe := filepath.Join(folder, "pixel-detective-worker")
	build := exec.Command("go", "build", "-tags", "sqlite_fts5", "-o", exe, "pixeldetective/backend/cmd/pixel-detective-worker")
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return exe, nil
})

// fromRoot returns a path below the module's root.
func fromRoot(parts ...string) string {
	return filepath.Join(append([]string{"..", "..", ".."}, parts...)...)
}

// house is a running supervisor over real processes.
type house struct {
	*Supervisor
	t    *testing.T
	stop func() time.Duration // ends it and says how long that took
}

// realOptions are options over the real worker, model and runtime library.
func realOptions(t *testing.T) Options {
	t.Helper()
	runtimeLibrary := fromRoot("build", "runtime", "libonnxruntime.so.1")
	if name := os.Getenv(config.EnvRuntime); name != "" {
		runtimeLibrary = name
	}
	for _, needed := range []string{runtimeLibrary, fromRoot("models", "catalog.json")} {
		if _, err := os.Stat(needed); err != nil {
			t.Skipf("%v; `make test` brings it", err)
		}
	}
	library, err := filepath.Abs(runtimeLibrary)
	if err != nil {
		t.Fatal(err)
	}
	exe, err := workerProgram()
	if err != nil {
		t.Fatal(err)
	}
	known, err := catalog.Open(absolute(t, fromRoot("models")), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	o := Options{
		Settings: config.Default().Supervisor, Catalog: known, Log: zerolog.New(zerolog.NewTestWriter(t)),
		Paths: config.Paths{Worker: exe, RuntimeLibrary: library, Cache: t.TempDir()},
	}
	o.Settings.Decoders = 2
	return o
}

func absolute(t *testing.T, name string) string {
	t.Helper()
	path, err := filepath.Abs(name)
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// open runs a supervisor and checks at the end of the test that nothing is left of it.
func open(t *testing.T, o Options, change func(*limits)) *house {
	t.Helper()
	before := children(t)
	s := New(o)
	if change != nil {
		change(&s.core.limits)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- s.Run(ctx) }()
	var once sync.Once
	h := &house{Supervisor: s, t: t}
	var took time.Duration
	h.stop = func() time.Duration {
		once.Do(func() {
			begun := time.Now()
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("Run returned %v", err)
			}
			took = time.Since(begun)
			if left := children(t) - before; left > 0 {
				t.Errorf("%d children are left after Run", left)
			}
		})
		return took
	}
	t.Cleanup(func() {
		if d := h.stop(); d > 2500*time.Millisecond {
			t.Errorf("Run took %s to return", d)
		}
	})
	return h
}

// children counts the child processes of this one that run the worker program, zombies included.
func children(t *testing.T) int {
	t.Helper()
	n := 0
	for _, pid := range descendants(os.Getpid()) {
		name, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", pid))
		if err == nil && strings.HasPrefix(string(name), "pixel-detective"[:15]) {
			n++
		}
	}
	return n
}

// descriptors counts the open files of this process.
func descriptors(t *testing.T) int {
	t.Helper()
	list, err := os.ReadDir("/proc/" + strconv.Itoa(os.Getpid()) + "/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(list)
}

// until waits for something to become true, looking now and then.
func (h *house) until(what string, limit time.Duration, is func(Snapshot) bool) Snapshot {
	h.t.Helper()
	for deadline := time.Now().Add(limit); ; time.Sleep(5 * time.Millisecond) {
		snap := h.Snapshot()
		if is(snap) {
			return snap
		}
		if time.Now().After(deadline) {
			h.t.Fatalf("not within %s: %s\nmodels %+v\nworkers %+v", limit, what, snap.Models, snap.Workers)
		}
	}
}

// pid returns the process of a role that works; 0 if none does.
func pid(snap Snapshot, role worker.Role, busy bool) int {
	for _, w := range snap.Workers {
		if w.Role == string(role) && (w.State == WorkerBusy || !busy && w.State == WorkerIdle) {
			return w.PID
		}
	}
	return 0
}

// testPhoto is a JPEG of width × height pixels.
func testPhoto(t *testing.T, width, height int) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			img.Set(x, y, color.RGBA{uint8(x), uint8(y), uint8(x * y), 255})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func photoJob(data []byte) worker.DecodeJob {
	return worker.DecodeJob{
		Data: data, Extension: "jpg", ThumbnailSide: 320,
		Inputs: []worker.InputSpec{{Width: 384, Height: 384, Fit: "stretch", Filter: "bilinear"}},
	}
}

// batch is n pictures of the starter's size.
func batch(n int) [][]byte {
	pixels := make([][]byte, n)
	for i := range pixels {
		pixels[i] = bytes.Repeat([]byte{byte(i)}, 384*384*3)
	}
	return pixels
}

// ask does one piece of work of a role.
func (h *house) ask(ctx context.Context, role worker.Role, photo []byte) error {
	var err error
	switch role {
	case worker.RoleText:
		_, err = h.EncodeText(ctx, []string{"a dog on the beach"}, PriorityQuery)
	case worker.RoleImage:
		_, err = h.EncodeImages(ctx, batch(4), PriorityIndex)
	default:
		_, err = h.Decode(ctx, photoJob(photo), PriorityIndex)
	}
	return err
}

// culprit says whether an error names the work it answers as what ended its worker.
func culprit(err error) bool {
	var crash *worker.CrashError
	var late *worker.TimeoutError
	return errors.As(err, &crash) && crash.Culprit || errors.As(err, &late) && late.Culprit
}
