package install

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
)

func TestTheCatalogSeesAModelWhenItIsWhole(t *testing.T) {
	m, files := published(300_000)
	h := newHub(t, files, nil)
	user := t.TempDir()
	folder := filepath.Join(user, m.ID)
	var last Progress
	calls := 0
	if err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, func(p Progress) { last = p; calls++ }); err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, m, folder, files)
	if last.Phase != PhaseDone || last.Done != last.Total || last.FilesDone != 4 || last.Files != 4 || last.Waiting != "" || calls < 2 {
		t.Errorf("after %d calls: %+v", calls, last)
	}
	// A second one asks for nothing.
	before := h.requests()
	if err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil); err != nil || h.requests() != before {
		t.Errorf("%v, %d requests more", err, h.requests()-before)
	}
	// An altered file is mended, and nothing else is fetched.
	if err := os.WriteFile(filepath.Join(folder, "text.onnx"), make([]byte, m.Files[1].Bytes), 0o600); err != nil {
		t.Fatal(err)
	}
	states, err := newTestInstaller(t, h.URL).Verify(t.Context(), m, folder)
	var altered *catalog.AlteredError
	if err != nil || len(states) != 4 || states[0].Err != nil || !errors.As(states[1].Err, &altered) {
		t.Errorf("%+v, %v", states, err)
	}
	if err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil); err != nil || h.requests() != before+1 {
		t.Errorf("%v, %d requests more", err, h.requests()-before)
	}
	wantInstalled(t, m, folder, files)
}

// slowly sends one file piece by piece.
func slowly(path string, piece int, every time.Duration) func(*hub, http.ResponseWriter, *http.Request, int) bool {
	return func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
		if !strings.HasSuffix(r.URL.Path, path) {
			return false
		}
		h.right(&slowWriter{ResponseWriter: w, r: r, piece: piece, every: every}, r)
		return true
	}
}

type slowWriter struct {
	http.ResponseWriter
	r     *http.Request
	piece int
	every time.Duration
}

func (s *slowWriter) Write(p []byte) (n int, err error) {
	for len(p) > 0 && err == nil {
		var k int
		k, err = s.ResponseWriter.Write(p[:min(s.piece, len(p))])
		_ = http.NewResponseController(s.ResponseWriter).Flush()
		n, p = n+k, p[k:]
		select {
		case <-time.After(s.every):
		case <-s.r.Context().Done():
			return n, s.r.Context().Err()
		}
	}
	return n, err
}

func TestCancellingKeepsWhatCame(t *testing.T) {
	m, files := published(4 << 20)
	var quick atomic.Bool
	slow := slowly("image.onnx", 32<<10, 10*time.Millisecond)
	h := newHub(t, files, func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
		return !quick.Load() && slow(h, w, r, n)
	})
	folder := filepath.Join(t.TempDir(), m.ID)
	ctx, cancel := context.WithCancel(t.Context())
	var asked time.Time
	err := newTestInstaller(t, h.URL).Install(ctx, m, folder, func(p Progress) {
		if p.Phase == PhaseTransfer && p.Done > 2_000_000 && p.Rate > 0 && asked.IsZero() {
			if p.Remaining <= 0 || p.FilesDone > 3 {
				t.Errorf("%+v", p)
			}
			asked = time.Now()
			cancel()
		}
	})
	if took := time.Since(asked); !errors.Is(err, context.Canceled) || took > time.Second {
		t.Fatalf("%v, after %s", err, took)
	}
	info, err := os.Stat(filepath.Join(folder, "image.onnx.part"))
	if err != nil || info.Size() == 0 {
		t.Fatal("nothing was kept", err)
	}
	quick.Store(true)
	before := h.bytes()
	if err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil); err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, m, folder, files)
	if len(h.parts()) != 1 || h.bytes()-before > m.Files[0].Bytes-info.Size() {
		t.Errorf("parts: %q; %d bytes were sent again", h.parts(), h.bytes()-before)
	}
}

// TestAKilledInstallGoesOn kills a process that installs, ten times at random moments, and looks at what it leaves each time.
func TestAKilledInstallGoesOn(t *testing.T) {
	const size = 8 << 20
	m, files := published(size)
	h := newHub(t, files, slowly(".onnx", 64<<10, 2*time.Millisecond))
	shipped, user := t.TempDir(), t.TempDir()
	folder := filepath.Join(user, m.ID)
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shipped, "catalog.json"), list(t, m), 0o600); err != nil {
		t.Fatal(err)
	}
	c, err := catalog.Open(shipped, user)
	if err != nil || len(c.Problems()) > 0 {
		t.Fatal(err, c.Problems())
	}
	run := func() *exec.Cmd {
		cmd := exec.Command(exe)
		cmd.Env = append(os.Environ(), envChild+"="+folder, envServer+"="+h.URL, envSizes+"="+strconv.Itoa(size))
		cmd.Stdout = os.Stderr
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		return cmd
	}
	var kept int64
	for n := range 10 {
		cmd := run()
		// The moment is when a random number of bytes more is on disk, so that each has something to lose.
		until := onDiskIn(folder) + rand.Int64N(600_000) + 10_000
		for deadline := time.Now().Add(30 * time.Second); onDiskIn(folder) < until; {
			if time.Now().After(deadline) {
				t.Fatal("nothing comes any more")
			}
			time.Sleep(time.Millisecond)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait()
		if c.Installed(m).Installed {
			t.Fatalf("after %d kills, %d bytes: half a model counts as installed", n+1, h.bytes())
		}
		if info, err := os.Stat(filepath.Join(folder, "image.onnx.part")); err == nil {
			if info.Size() < kept {
				t.Errorf("kill %d: %d bytes are kept, fewer than the %d before", n+1, info.Size(), kept)
			}
			kept = info.Size()
		}
	}
	if err := run().Wait(); err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, m, folder, files)
	if !c.Installed(m).Installed {
		t.Error(c.Installed(m).Reason)
	}
	// What was on its way in the connections at a kill is sent twice, nothing else.
	total := int64(0)
	for _, f := range m.Files {
		total += f.Bytes
	}
	if len(h.parts()) < 5 || h.bytes() > total+20*(1<<20) {
		t.Errorf("%d parts were asked for; %d bytes sent for a model of %d", len(h.parts()), h.bytes(), total)
	}
	t.Logf("%d bytes sent for a model of %d, in %d parts", h.bytes(), total, len(h.parts()))
}

// onDiskIn returns how many bytes the files of a folder have.
func onDiskIn(folder string) (n int64) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
	}
	return n
}

func TestTwoInstallsIntoOneFolderExcludeEachOther(t *testing.T) {
	m, files := published(100_000)
	inside, leave := make(chan struct{}), make(chan struct{})
	h := newHub(t, files, func(_ *hub, _ http.ResponseWriter, r *http.Request, _ int) bool {
		if strings.HasSuffix(r.URL.Path, "image.onnx") {
			close(inside)
			<-leave
		}
		return false
	})
	folder := filepath.Join(t.TempDir(), m.ID)
	first := make(chan error, 1)
	go func() { first <- newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil) }()
	<-inside
	var busy *BusyError
	if err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil); !errors.As(err, &busy) {
		t.Errorf("a second install: %v", err)
	}
	if _, err := newTestInstaller(t, h.URL).Remove(t.Context(), m, folder); !errors.As(err, &busy) {
		t.Errorf("removing meanwhile: %v", err)
	}
	close(leave)
	if err := <-first; err != nil {
		t.Error(err)
	}
	wantInstalled(t, m, folder, files)
}

func TestNoMoreThanThreeFilesComeAtATime(t *testing.T) {
	m, files := published(100_000)
	m.Files = append(m.Files, m.Files[3], m.Files[3])
	m.Files[4].Name, m.Files[5].Name = "a.txt", "b.txt"
	now := make(chan int, 1)
	now <- 0
	most := 0
	h := newHub(t, files, func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
		n := <-now + 1
		most = max(most, n)
		now <- n
		time.Sleep(20 * time.Millisecond) // as long as an answer takes
		h.right(w, r)
		now <- <-now - 1
		return true
	})
	if err := newTestInstaller(t, h.URL).Install(t.Context(), m, filepath.Join(t.TempDir(), m.ID), nil); err != nil {
		t.Fatal(err)
	}
	if most != 3 {
		t.Errorf("%d at a time", most)
	}
}

func TestFilesOfUnknownHashAreRecorded(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*catalog.File)
		answer func(*hub, http.ResponseWriter, *http.Request, int) bool
		says   string
	}{
		"size and hash unknown": {change: func(f *catalog.File) { f.Bytes, f.SHA256 = 90_000, "" }},
		"size unknown":          {change: func(f *catalog.File) { f.Bytes = 90_000 }},
		"not announced": {change: func(f *catalog.File) { f.Bytes, f.SHA256 = 90_000, "" }, answer: func(h *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			w.(http.Flusher).Flush()
			_, _ = w.Write(h.files[r.URL.Path])
			return true
		}},
		"cut off": {change: func(f *catalog.File) { f.SHA256 = "" }, answer: func(h *hub, w http.ResponseWriter, r *http.Request, n int) bool {
			if n < 2 && strings.HasSuffix(r.URL.Path, "image.onnx") {
				h.cutAfter(w, r, 30_000)
			}
			return false
		}},
		"another hash than one that is known": {change: func(f *catalog.File) { f.SHA256 = sumOfBytes(nil) }, says: "published anew"},
		"too much": {change: func(f *catalog.File) { f.SHA256 = "" }, answer: func(_ *hub, w http.ResponseWriter, r *http.Request, _ int) bool {
			if strings.HasSuffix(r.URL.Path, "image.onnx") {
				w.Header().Set("Content-Length", strconv.Itoa(1<<30))
				return true
			}
			return false
		}, says: "offers 1073741824 bytes"},
	} {
		t.Run(name, func(t *testing.T) {
			m, files := published(100_000)
			m.Files[0].Unverified = true
			c.change(&m.Files[0])
			h := newHub(t, files, c.answer)
			shipped, user := t.TempDir(), t.TempDir()
			folder := filepath.Join(user, m.ID)
			if err := os.WriteFile(filepath.Join(shipped, "catalog.json"), list(t, m), 0o600); err != nil {
				t.Fatal(err)
			}
			known, err := catalog.Open(shipped, user)
			if err != nil || len(known.Problems()) > 0 {
				t.Fatal(err, known.Problems())
			}
			err = newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil)
			if c.says != "" {
				if err == nil || !strings.Contains(err.Error(), c.says) || known.Installed(m).Installed {
					t.Fatalf("%v, want %q", err, c.says)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			wantInstalled(t, m, folder, files)
			active, _, err := known.Active(catalog.RoleImageText)
			if err != nil || active.Files[0].SHA256 != sumOfBytes(files["/who/sample/resolve/abc/onnx/image.onnx"]) {
				t.Fatalf("%+v, %v", active.Files, err)
			}
			// What it was, it has to stay: also for the next download.
			content := files["/who/sample/resolve/abc/onnx/image.onnx"]
			if err := os.WriteFile(filepath.Join(folder, "image.onnx"), make([]byte, len(content)), 0o600); err != nil {
				t.Fatal(err)
			}
			states, err := newTestInstaller(t, h.URL).Verify(t.Context(), m, folder)
			if err != nil || states[0].Err == nil {
				t.Errorf("an altered file: %+v, %v", states, err)
			}
			if err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil); err != nil {
				t.Error(err)
			}
			wantInstalled(t, m, folder, files)
		})
	}
}

func TestSpaceIsLookedAtBeforeTheFirstByte(t *testing.T) {
	m, files := published(100_000)
	h := newHub(t, files, nil)
	folder := filepath.Join(t.TempDir(), m.ID)
	free := int64(100_000 + spare)
	i := newTestInstaller(t, h.URL, func(o *Options) {
		o.FreeSpace = func(at string) (int64, error) {
			if at != folder {
				t.Errorf("the space of %q is asked for", at)
			}
			return free, nil
		}
	})
	var full *SpaceError
	if err := i.Install(t.Context(), m, folder, nil); !errors.As(err, &full) || full.Free != free || h.requests() != 0 {
		t.Fatalf("%v, %d requests", err, h.requests())
	}
	free += 50_000
	if err := i.Install(t.Context(), m, folder, nil); err != nil {
		t.Fatal(err)
	}
	free = 0 // all is there
	if err := i.Install(t.Context(), m, folder, nil); err != nil {
		t.Fatal(err)
	}
}

func TestAFileThatIsNotPublishedIsNotAskedFor(t *testing.T) {
	m, files := published(1000)
	m.Files[0].URL = ""
	h := newHub(t, files, nil)
	err := newTestInstaller(t, h.URL).Install(t.Context(), m, filepath.Join(t.TempDir(), m.ID), nil)
	if err == nil || !strings.Contains(err.Error(), "models/export") || !strings.Contains(err.Error(), "image.onnx") {
		t.Error(err)
	}
}

func TestOptionalFilesComeWhenTheyAreAskedFor(t *testing.T) {
	m, files := published(10_000)
	large := []byte("the same in another precision")
	files["/who/large.onnx"] = large
	m.Image.Variants[catalog.FP16] = "large.onnx"
	m.Files = append(m.Files, catalog.File{Name: "large.onnx", Bytes: int64(len(large)), SHA256: sumOfBytes(large), URL: "https://example.org/who/large.onnx", Optional: true})
	h := newHub(t, files, nil)
	i := newTestInstaller(t, h.URL)
	folder := filepath.Join(t.TempDir(), m.ID)
	if err := i.Install(t.Context(), m, folder, nil); err != nil || h.requests() != 4 {
		t.Fatalf("%v, %d requests", err, h.requests())
	}
	if states, err := i.Verify(t.Context(), m, folder); err != nil || len(states) != 4 {
		t.Errorf("%+v, %v", states, err)
	}
	if err := i.Install(t.Context(), m.With(catalog.FP16), folder, nil); err != nil || h.requests() != 5 {
		t.Fatalf("%v, %d requests", err, h.requests())
	}
	wantInstalled(t, m, folder, files)
	if states, err := i.Verify(t.Context(), m, folder); err != nil || len(states) != 5 || states[4].Err != nil {
		t.Errorf("%+v, %v", states, err)
	}
	if done, err := i.Remove(t.Context(), m, folder); err != nil || done.Files != 6 {
		t.Errorf("%+v, %v", done, err)
	}
}

func TestRatesAreOfTheLastSeconds(t *testing.T) {
	m, _ := published(1000)
	tr := newTracker(m)
	tr.phase(PhaseTransfer)
	begin := time.Now()
	for s := range 20 {
		p := tr.now(begin.Add(time.Duration(s) * time.Second))
		if s > 1 && s < 10 && (p.Rate < 99 || p.Rate > 101) {
			t.Errorf("second %d: %v a second", s, p.Rate)
		}
		if s > 17 && p.Rate != 0 {
			t.Errorf("second %d: %v a second", s, p.Rate)
		}
		if s < 10 {
			tr.received(0, int64(s*10), 100)
		}
	}
	tr.waiting(0, "the server answers 503")
	if p := tr.now(begin.Add(time.Minute)); p.Waiting == "" || p.Remaining != 0 {
		t.Errorf("%+v", p)
	}
}
