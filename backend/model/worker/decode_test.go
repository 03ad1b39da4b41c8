package worker_test

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rs/zerolog"

	"pixeldetective/backend/model/worker"
)

func TestDecodeBringsBackWhatTheChildMade(t *testing.T) {
	p := start(t, worker.RoleDecode)
	begun := 0
	j := goodJob
	j.Data = append([]byte("ok\n"), make([]byte, 5<<20)...)
	j.Sidecar = []byte("a title")
	j.Begun = func() { begun++ }
	d, err := p.Decode(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Inputs) != 1 || len(d.Inputs[0]) != 360 || len(d.Thumbnail) == 0 || d.Metadata.Width != 40 ||
		d.Metadata.Title != "a title" || d.PixelDigest[0] != 1 || d.PerceptualHash != 7 || begun != 1 {
		t.Errorf("%+v, begun %d times", d, begun)
	}
}

func TestDecodeRefusals(t *testing.T) {
	p := start(t, worker.RoleDecode)
	var refused *worker.RefusedError
	if _, err := p.Decode(t.Context(), order("refuse")); !errors.As(err, &refused) || refused.Reason != "the file holds no picture" {
		t.Errorf("%v", err)
	}
	_, err := p.Decode(t.Context(), order("refuse oddly"))
	if !errors.As(err, &refused) || strings.Contains(refused.Reason, "\x00") || !utf8.ValidString(refused.Reason) || len(refused.Reason) > 1100 {
		t.Errorf("%.100q", err)
	}
	// The cap: a photo that is too large never reaches the child, one that just fits does.
	j := goodJob
	j.Data = make([]byte, worker.MaxPhotoBytes+1)
	if _, err := p.Decode(t.Context(), j); !errors.As(err, &refused) || !strings.Contains(refused.Reason, "256 MB") {
		t.Errorf("%v", err)
	}
	j.Data = j.Data[:worker.MaxPhotoBytes]
	copy(j.Data, "ok\n")
	if _, err := p.Decode(t.Context(), j); err != nil {
		t.Errorf("a photo of the largest size: %v", err)
	}
	for _, in := range []worker.InputSpec{
		{Width: 0, Height: 1, Fit: "stretch", Filter: "bicubic"}, {Width: 1, Height: 1 << 20, Fit: "stretch", Filter: "bicubic"},
		{Width: 1, Height: 1, Fit: "squeeze", Filter: "bicubic"}, {Width: 1, Height: 1, Fit: "stretch", Filter: "nearest"},
	} {
		j := goodJob
		j.Inputs = []worker.InputSpec{in}
		if _, err := p.Decode(t.Context(), j); err == nil {
			t.Errorf("%+v was taken", in)
		}
	}
}

func TestDecodeNonsenseIsAnErrorOfThatCallAlone(t *testing.T) {
	p := start(t, worker.RoleDecode)
	for what, want := range map[string]string{
		"short input": "input 0 has 359 bytes", "no digest": "empty pixel digest", "absurd size": "width of -1",
	} {
		var crash *worker.CrashError
		if _, err := p.Decode(t.Context(), order(what)); err == nil || errors.As(err, &crash) || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if _, err := p.Decode(t.Context(), goodJob); err != nil {
		t.Error(err)
	}
}

func TestCrashNamesSignalCodeAndLastWords(t *testing.T) {
	for what, wants := range map[string][]string{
		"abort":     {"SIGABRT"},
		"exit":      {"exit code 3"},
		"panic":     {"exit code 2", "panic: index out of range in a photo"},
		"eat":       {"SIGABRT"},
		"eat in Go": {"exit code 2", "out of memory"},
		"garbage":   {""},
	} {
		t.Run(what, func(t *testing.T) {
			if raceDetector && strings.HasPrefix(what, "eat") {
				t.Skip("the race detector does not bear a memory limit")
			}
			var log bytes.Buffer
			p := start(t, worker.RoleDecode, func(o *worker.Options) {
				o.Log = zerolog.New(&log)
				if strings.HasPrefix(what, "eat") {
					o.MemoryLimit = 600 << 20
				}
			})
			begin := time.Now()
			_, err := p.Decode(t.Context(), order(what))
			var crash *worker.CrashError
			if !errors.As(err, &crash) || !crash.Culprit || crash.PID != p.PID() || crash.Role != worker.RoleDecode {
				t.Fatalf("%v", err)
			}
			t.Logf("after %s: %v", time.Since(begin).Round(time.Millisecond), err)
			for _, want := range wants {
				if !strings.Contains(crash.Cause, want) {
					t.Errorf("cause %q does not say %q", crash.Cause, want)
				}
			}
			if !gone(p.PID()) {
				t.Error("it is still there")
			}
		})
	}
}

// Two photos are in flight. The first to be begun kills the child: it and no other is to blame, every time.
func TestCulpritIsTheOneThatWasBegun(t *testing.T) {
	for range 10 {
		p := start(t, worker.RoleDecode)
		var wg sync.WaitGroup
		var mu sync.Mutex
		culprits := map[string]bool{}
		send := func(what string, begun func()) {
			wg.Go(func() {
				j := order(what)
				j.Begun = begun
				_, err := p.Decode(context.Background(), j)
				var crash *worker.CrashError
				if !errors.As(err, &crash) {
					t.Errorf("%s: %v", what, err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				culprits[what] = crash.Culprit
			})
		}
		first := make(chan struct{})
		send("hang", func() { close(first) })
		<-first
		send("ok", func() { t.Error("a second photo was begun") })
		if err := syscall.Kill(p.PID(), syscall.SIGSEGV); err != nil {
			t.Fatal(err)
		}
		wg.Wait()
		if !culprits["hang"] || culprits["ok"] {
			t.Fatalf("culprits %v", culprits)
		}
	}
}

// A photo that kills at once, behind one that is fine: the fine one arrives, the other is to blame.
func TestAQuickCrashDoesNotTakeThePhotoBeforeAlong(t *testing.T) {
	for range 20 {
		p := start(t, worker.RoleDecode)
		done := make(chan error, 1)
		begun := make(chan struct{})
		j := goodJob
		j.Inputs = []worker.InputSpec{{Width: 2000, Height: 2000, Fit: "stretch", Filter: "bicubic"}} // 12 MB to send back
		j.Begun = func() { close(begun) }
		go func() {
			_, err := p.Decode(context.Background(), j)
			done <- err
		}()
		<-begun
		_, err := p.Decode(t.Context(), order("exit"))
		var crash *worker.CrashError
		if !errors.As(err, &crash) || !crash.Culprit {
			t.Fatalf("the bad one: %v", err)
		}
		if err := <-done; err != nil {
			t.Fatalf("the good one: %v", err)
		}
	}
}

func TestOneAtATimeInOrderOfArrival(t *testing.T) {
	p := start(t, worker.RoleDecode)
	var mu sync.Mutex
	inHand, most := 0, 0
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			j := goodJob
			j.Begun = func() {
				mu.Lock()
				defer mu.Unlock()
				inHand++
				most = max(most, inHand)
			}
			_, err := p.Decode(context.Background(), j)
			mu.Lock()
			defer mu.Unlock()
			inHand--
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if most > 2 { // the one that just arrived may not have been counted off yet
		t.Errorf("%d photos in hand", most)
	}
}

func TestCancelGivesUpAndTheNextOneIsDecoded(t *testing.T) {
	p := start(t, worker.RoleDecode)
	for range 5 {
		ctx, cancel := context.WithCancel(t.Context())
		j := order("wait")
		j.Begun = cancel
		if _, err := p.Decode(ctx, j); !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if _, err := p.Decode(t.Context(), goodJob); err != nil {
			t.Fatal(err)
		}
	}
	// Cancelled while it waits behind another one: it is never begun.
	begun := make(chan struct{})
	first, stop := context.WithCancel(t.Context())
	held := make(chan error, 1)
	go func() {
		j := order("wait")
		j.Begun = func() { close(begun) }
		_, err := p.Decode(first, j)
		held <- err
	}()
	<-begun
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	j := goodJob
	j.Begun = func() { t.Error("it was begun") }
	if _, err := p.Decode(ctx, j); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	stop()
	if err := <-held; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
}

func TestDeadlineHoldsWhateverTheChildDoes(t *testing.T) {
	for _, what := range []string{"hang", "stopped"} {
		p := start(t, worker.RoleDecode)
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		j := order(what)
		if what == "stopped" {
			if err := syscall.Kill(p.PID(), syscall.SIGSTOP); err != nil {
				t.Fatal(err)
			}
			j = order("ok")
			j.Data = append(j.Data, make([]byte, 50<<20)...) // more than the pipe holds: the writer blocks too
		}
		begin := time.Now()
		if _, err := p.Decode(ctx, j); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", what, err)
		}
		if took := time.Since(begin); took > time.Second {
			t.Errorf("%s: it took %s", what, took)
		}
		p.Kill()
		if !gone(p.PID()) {
			t.Errorf("%s: it is still there", what)
		}
	}
}

func TestPrintsDoNotHarmTheProtocol(t *testing.T) {
	var mu sync.Mutex
	var log bytes.Buffer
	p := start(t, worker.RoleDecode, func(o *worker.Options) { o.Log = zerolog.New(zerolog.SyncWriter(&locked{&mu, &log})) })
	for range 3 {
		if _, err := p.Decode(t.Context(), order("print")); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := p.Decode(t.Context(), order("long line")); err != nil {
		t.Fatal(err)
	}
	p.Stop(time.Second)
	mu.Lock()
	defer mu.Unlock()
	for _, want := range []string{"native code says hello", "Go code says hello", `"dropped_bytes":10`} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log does not say %q", want)
		}
	}
	if log.Len() > 20<<10 {
		t.Errorf("the log has %d bytes", log.Len())
	}
}

type locked struct {
	mu *sync.Mutex
	b  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func TestSandboxDenies(t *testing.T) {
	// What is tried must be possible here, or the test proves nothing.
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := os.ReadFile(file); err != nil {
		t.Fatal(err)
	}
	p := start(t, worker.RoleDecode)
	box := p.Welcome().Sandbox
	t.Logf("%+v", box)
	if !box.Seccomp && box.Reason == "" || box.LandlockABI == 0 && box.Reason == "" {
		t.Errorf("a part is missing without a reason: %+v", box)
	}
	if box.Reason != "" {
		t.Skipf("no complete sandbox here: %s", box.Reason)
	}
	j := order("escape")
	j.Sidecar = []byte(file)
	d, err := p.Decode(t.Context(), j)
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Metadata.Keywords) > 0 {
		t.Errorf("the sandbox let it %s", strings.Join(d.Metadata.Keywords, ", "))
	}
	if b, err := os.ReadFile(file); err != nil || !slices.Equal(b, []byte("secret")) {
		t.Errorf("the file was touched: %q, %v", b, err)
	}
	if _, err := p.Decode(t.Context(), goodJob); err != nil {
		t.Errorf("it does not work any more: %v", err)
	}
}
