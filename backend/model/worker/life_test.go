package worker_test

import (
	"bufio"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"pixeldetective/backend/model/worker"
)

func TestStartTellsWhoTheChildIs(t *testing.T) {
	raw, err := syscall.Getpriority(syscall.PRIO_PROCESS, 0)
	if err != nil {
		t.Fatal(err)
	}
	own := 20 - raw // Linux gives 20 minus the nice value
	for _, test := range []struct {
		role worker.Role
		nice int
	}{{worker.RoleDecode, 10}, {worker.RoleText, own}, {worker.RoleImage, 10}} {
		p := start(t, test.role)
		w := p.Welcome()
		if p.Role() != test.role || w.Role != test.role || w.PID != p.PID() || w.Build != "test" ||
			w.Protocol != worker.ProtocolVersion || w.Nice != test.nice || w.Took <= 0 {
			t.Errorf("%s: %+v", test.role, w)
		}
		if test.role == worker.RoleDecode && !strings.HasPrefix(w.Runtime, "8.") {
			t.Errorf("runtime %q", w.Runtime)
		}
		tasks, err := os.ReadDir("/proc/" + strconv.Itoa(p.PID()) + "/task")
		if err != nil {
			t.Fatal(err)
		}
		for _, task := range tasks {
			b, err := os.ReadFile("/proc/" + strconv.Itoa(p.PID()) + "/task/" + task.Name() + "/stat")
			if err != nil {
				continue
			}
			_, rest, _ := strings.Cut(string(b), ") ")
			if nice := strings.Fields(rest)[16]; nice != strconv.Itoa(test.nice) {
				t.Errorf("%s: a thread with nice %s", test.role, nice)
			}
		}
	}
}

func TestStartSaysWhatIsWrong(t *testing.T) {
	notAProgram := filepath.Join(t.TempDir(), "worker")
	if err := os.WriteFile(notAProgram, []byte("no program"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name   string
		change func(*worker.Options)
		want   []string
	}{
		{"no such program", func(o *worker.Options) { o.Executable = "/no/such/worker" }, []string{`"/no/such/worker" is not there`, "Install Pixel Detective again"}},
		{"a folder", func(o *worker.Options) { o.Executable = "/" }, []string{"is not there"}},
		{"not a program", func(o *worker.Options) { o.Executable = notAProgram }, []string{"cannot be run"}},
		{"another program", func(o *worker.Options) { o.Executable = "/bin/cat" }, []string{"exit code 1", "decode"}},
		{"no such role", func(o *worker.Options) { o.Role = "cook" }, []string{`no role "cook"`}},
		{"another protocol", withEnv("FAULT_PROTOCOL=99"), []string{"protocol 99", "one build"}},
		{"another build", func(o *worker.Options) { o.Build = "newer" }, []string{`build "test"`, `build "newer"`, "Install"}},
		{"exits at once", withEnv("FAULT_STARTUP=exit"), []string{"exit code 3"}},
		{"cannot start its library", withEnv("FAULT_STARTUP=error"), []string{"libvips 8.14 or newer is needed"}},
		{"speaks nonsense", withEnv("FAULT_STARTUP=garbage"), []string{"could not be started"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := options(worker.RoleDecode)
			o.OnExit = func(*worker.Process) { t.Error("OnExit was called for a child that nobody got") }
			test.change(&o)
			p, err := worker.Start(t.Context(), o)
			var start *worker.StartError
			if !errors.As(err, &start) || p != nil {
				t.Fatalf("%v, %v", p, err)
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%q does not say %q", err, want)
				}
			}
		})
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	o := options(worker.RoleDecode)
	withEnv("FAULT_STARTUP=hang")(&o)
	begin := time.Now()
	if _, err := worker.Start(ctx, o); !errors.Is(err, context.DeadlineExceeded) {
		t.Fatal(err)
	}
	if took := time.Since(begin); took > 3*time.Second {
		t.Errorf("it took %s", took)
	}
}

func TestExitIsSeenAtOnceAndNamed(t *testing.T) {
	called := make(chan string, 1)
	p := start(t, worker.RoleDecode, func(o *worker.Options) {
		o.OnExit = func(p *worker.Process) { called <- p.ExitCause() }
	})
	if p.ExitCause() != "" {
		t.Errorf("cause %q while it runs", p.ExitCause())
	}
	begin := time.Now()
	if err := syscall.Kill(p.PID(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	select {
	case <-p.Exited():
	case <-time.After(2 * time.Second):
		t.Fatal("its end was not seen")
	}
	if took := time.Since(begin); took > time.Second {
		t.Errorf("it took %s", took)
	}
	if cause := <-called; !strings.Contains(cause, "signal 9 (SIGKILL)") {
		t.Errorf("cause %q", cause)
	}
	if !gone(p.PID()) {
		t.Error("it is still there")
	}
	if _, err := os.Stat("/proc/" + strconv.Itoa(p.PID())); err == nil {
		t.Error("it was not reaped")
	}
	var crash *worker.CrashError
	if _, err := p.Decode(t.Context(), goodJob); !errors.As(err, &crash) || crash.Culprit {
		t.Errorf("a call after the end: %v", err)
	}
}

func TestStopIsInTimeWhateverTheChildDoes(t *testing.T) {
	for _, what := range []string{"", "wait", "hang"} {
		p := start(t, worker.RoleDecode)
		failed := make(chan error, 1)
		if what != "" {
			begun := make(chan struct{})
			j := order(what)
			j.Begun = func() { close(begun) }
			go func() {
				_, err := p.Decode(context.Background(), j)
				failed <- err
			}()
			<-begun
		}
		begin := time.Now()
		p.Stop(5 * time.Second)
		if took := time.Since(begin); took > 2*time.Second {
			t.Errorf("%q: it took %s", what, took)
		}
		if cause := p.ExitCause(); cause != "it was told to end" {
			t.Errorf("%q: cause %q", what, cause)
		}
		if what != "" {
			var crash *worker.CrashError
			if err := <-failed; !errors.As(err, &crash) || crash.Culprit {
				t.Errorf("%q: %v", what, err)
			}
		}
		p.Stop(time.Second) // again does nothing
		p.Kill()
	}
}

func TestStopKillsAChildThatIsStopped(t *testing.T) {
	p := start(t, worker.RoleText)
	if err := syscall.Kill(p.PID(), syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	within(t, 2*time.Second, "the stop", func() bool { return state(p.PID()) == 'T' })
	p.Stop(50 * time.Millisecond)
	if !gone(p.PID()) || p.ExitCause() != "it was ended by the program" {
		t.Errorf("cause %q", p.ExitCause())
	}
}

// The child ends when its parent is killed, whatever it is doing.
func TestChildDiesWithItsParent(t *testing.T) {
	for _, env := range [][]string{
		{"ROLE=decode", "ORDER=wait"}, {"ROLE=decode", "ORDER=hang"}, {"ROLE=text"},
	} {
		parent := exec.Command(os.Args[0])
		parent.Env = append(append(os.Environ(), parentMode), env...)
		out, err := parent.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := parent.Start(); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(out).ReadString('\n')
		pid, convErr := strconv.Atoi(strings.TrimSpace(line))
		if err != nil || convErr != nil {
			t.Fatalf("%v: the parent says %q: %v", env, line, err)
		}
		if gone(pid) {
			t.Fatalf("%v: the child was gone before", env)
		}
		if err := parent.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		begin := time.Now()
		within(t, 2*time.Second, "the child's end", func() bool { return gone(pid) })
		t.Logf("%v: gone after %s", env, time.Since(begin).Round(time.Millisecond))
		_ = parent.Wait()
	}
}

func TestChildGetsASmallEnvironment(t *testing.T) {
	t.Setenv("HTTPS_PROXY", "http://secret@proxy")
	t.Setenv("API_TOKEN", "secret")
	p := start(t, worker.RoleDecode, withEnv("GIVEN=yes"))
	b, err := os.ReadFile("/proc/" + strconv.Itoa(p.PID()) + "/environ")
	if err != nil {
		t.Fatal(err)
	}
	env := string(b)
	if strings.Contains(env, "secret") || strings.Contains(env, "HOME=") {
		t.Errorf("%q", env)
	}
	for _, want := range []string{"MALLOC_ARENA_MAX=1", "VIPS_BLOCK_UNTRUSTED=1", "VIPS_CONCURRENCY=1", "GIVEN=yes"} {
		if !strings.Contains(env, want+"\x00") {
			t.Errorf("no %s in %q", want, env)
		}
	}
}

func TestMemoryIsReported(t *testing.T) {
	p := start(t, worker.RoleDecode) // also proves that the sandbox leaves it be
	for range 2 {
		m, err := p.Memory(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if m.Unique < 1<<20 || m.Resident < m.Unique || m.Resident > 1<<30 {
			t.Errorf("%+v", m)
		}
	}
}
