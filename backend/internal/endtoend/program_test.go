package endtoend

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// bin is the folder with the executables that TestMain built.
//
//nolint:gochecknoglobals // written once, before any test runs
var bin string

func TestMain(m *testing.M) {
	os.Exit(run(m))
}

func run(m *testing.M) int {
	dir, err := os.MkdirTemp("", "pixel-detective-endtoend-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = dir
	build := exec.Command("go", "build", "-tags", "sqlite_fts5", "-o", dir+"/", "./backend/cmd/pixel-detective", "./backend/cmd/pixel-detective-worker")
	build.Dir = moduleRoot()
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		return 1
	}
	return m.Run()
}

// moduleRoot is the folder with go.mod.
func moduleRoot() string {
	dir, err := os.Getwd()
	if err != nil {
		panic(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}

// samplePhotos is the folder of the photos that ship.
func samplePhotos() string { return filepath.Join(moduleRoot(), "build", "sample", "photos") }

// outsidePhotos is the folder of photos with captions that is no part of the repository; the test is skipped without it.
func outsidePhotos(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("PIXEL_DETECTIVE_PHOTOS")
	if dir == "" {
		dir = filepath.Join(moduleRoot(), "..", "shared", "photos")
	}
	if _, err := os.Stat(filepath.Join(dir, "captions.json")); err != nil {
		t.Skipf("there is no folder of photos with captions at %q; PIXEL_DETECTIVE_PHOTOS names one", dir)
	}
	return dir
}

// program is the console executable on a library of its own.
type program struct {
	t       *testing.T
	library string
	env     []string
}

func newProgram(t *testing.T) *program {
	t.Helper()
	root := moduleRoot()
	return &program{t: t, library: t.TempDir(), env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "LANG=C.UTF-8",
		"PIXEL_DETECTIVE_MODELS=" + filepath.Join(root, "models"),
		"PIXEL_DETECTIVE_RUNTIME=" + filepath.Join(root, "build", "runtime", "libonnxruntime.so.1"),
	}}
}

// command is the program with arguments, not yet started.
func (p *program) command(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "pixel-detective"), append([]string{"--library", p.library}, args...)...)
	cmd.Env = p.env
	return cmd
}

// result is how a run ended.
type result struct {
	code   int
	out    string
	stderr string
}

// run runs the program to its end, for two minutes at most.
func (p *program) run(args ...string) result {
	p.t.Helper()
	ctx, stop := context.WithTimeout(p.t.Context(), 2*time.Minute)
	defer stop()
	cmd := p.command(ctx, args...)
	var out, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatalf("running %q: %v", args, err)
	}
	if ctx.Err() != nil {
		p.t.Fatalf("%q did not end within two minutes; it wrote:\n%s\n%s", args, out.String(), stderr.String())
	}
	return result{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}

// want runs the program and fails the test if it ends with another code.
func (p *program) want(code int, args ...string) result {
	p.t.Helper()
	r := p.run(args...)
	if r.code != code {
		p.t.Fatalf("%q ended with %d, want %d; it wrote:\n%s\n%s", args, r.code, code, r.out, r.stderr)
	}
	return r
}

// indexed is the last line of `index --json`.
type indexed struct {
	Found, Indexed, Unchanged, Removed, Hashed, Decoded, Inferred int

	Seconds float64
	Failed  []struct{ Path, Reason, Kind string }
}

// index runs `index --json` and returns its last line.
func (p *program) index(code int, dirs ...string) indexed {
	p.t.Helper()
	r := p.want(code, append([]string{"--json", "index"}, dirs...)...)
	lines := strings.Split(strings.TrimSpace(r.out), "\n")
	var last indexed
	decode(p.t, lines[len(lines)-1], &last)
	return last
}

// hit is one photo of an answer.
type hit struct {
	Photo string
	Paths []string
	Score float64
	Why   []reason
	Tags  []struct{ Name string }
}

// reason is why a photo is a hit.
type reason struct{ Source, Text string }

// answer is the document of `search --json`.
type answer struct {
	Query string
	Model struct{ ID, Stage string }
	Total int
	Hits  []hit

	Histogram *struct {
		Low, High, Cut float64
		Bins           []int
	}
	Notes []string
}

// search runs `search --json`.
func (p *program) search(args ...string) answer {
	p.t.Helper()
	r := p.want(0, append([]string{"--json", "search"}, args...)...)
	var a answer
	decode(p.t, r.out, &a)
	return a
}

// status is what tests read of `status --json`.
type status struct {
	Counters map[string]int64
	Workers  []struct {
		Role string
		PID  int
	}
	Library struct {
		Holder *struct {
			PID     int
			Purpose string
		}

		Photos, Files, Embedded, Pending, Failed int64

		Folders []struct{ Path, State, Reason string }
	}
}

func (p *program) status() status {
	p.t.Helper()
	var s status
	decode(p.t, p.want(0, "--json", "status").out, &s)
	return s
}

func decode(t *testing.T, text string, into any) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), into); err != nil {
		t.Fatalf("%v in %q", err, text)
	}
}

// copyTree copies a folder of photos, which tests may then change.
func copyTree(t *testing.T, from string) string {
	t.Helper()
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// fingerprint is the names, sizes, times and bytes of a tree: equal before and after means that nothing was changed.
func fingerprint(t *testing.T, dir string) string {
	t.Helper()
	var b strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		fmt.Fprintf(&b, "%q %s %d %d\n", path, info.Mode(), info.Size(), info.ModTime().UnixNano())
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// children lists the worker processes of this test's build that run.
func children(t *testing.T) []int {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	worker := filepath.Join(bin, "pixel-detective-worker")
	var pids []int
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		if exe, err := os.Readlink(filepath.Join("/proc", e.Name(), "exe")); err == nil && strings.TrimSuffix(exe, " (deleted)") == worker {
			pids = append(pids, pid)
		}
	}
	slices.Sort(pids)
	return pids
}

// waitFor asks until it is true, for a time at most.
func waitFor(t *testing.T, atMost time.Duration, what string, ask func() bool) {
	t.Helper()
	deadline := time.Now().Add(atMost)
	for !ask() {
		if time.Now().After(deadline) {
			t.Fatalf("%s did not come true within %s", what, atMost)
		}
		time.Sleep(20 * time.Millisecond) // between two looks; the event itself is what ends the loop
	}
}
