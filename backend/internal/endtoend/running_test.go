package endtoend

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// running is a program that was started and is not waited for.
type running struct {
	t      *testing.T
	args   []string
	cmd    *exec.Cmd
	out    text
	stderr text
	done   chan struct{} // closed when it has ended and is reaped
}

// text is what a process wrote so far.
type text struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (x *text) Write(p []byte) (int, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.Write(p)
}

func (x *text) String() string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.b.String()
}

// begin starts the program. It is killed when the test ends, if it runs still.
func (p *program) begin(args ...string) *running {
	p.t.Helper()
	r := &running{t: p.t, args: args, cmd: p.command(context.Background(), args...), done: make(chan struct{})}
	r.cmd.Stdout, r.cmd.Stderr = &r.out, &r.stderr
	if err := r.cmd.Start(); err != nil {
		p.t.Fatal(err)
	}
	go func() {
		defer close(r.done)
		_ = r.cmd.Wait() // how it ended is in ProcessState
	}()
	p.t.Cleanup(r.kill)
	return r
}

func (r *running) pid() int { return r.cmd.Process.Pid }

// ended says whether the program has ended.
func (r *running) ended() bool {
	select {
	case <-r.done:
		return true
	default:
		return false
	}
}

// kill ends it at once and reaps it.
func (r *running) kill() {
	_ = r.cmd.Process.Kill() // it may have ended
	<-r.done
}

// signal sends a signal.
func (r *running) signal(s syscall.Signal) {
	r.t.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.t.Fatalf("%s to %q: %v; it wrote:\n%s\n%s", s, r.args, err, r.out.String(), r.stderr.String())
	}
}

// wait waits for its end, for a time at most.
func (r *running) wait(atMost time.Duration) result {
	r.t.Helper()
	select {
	case <-r.done:
	case <-time.After(atMost):
		r.t.Fatalf("%q did not end within %s; it wrote:\n%s\n%s", r.args, atMost, r.out.String(), r.stderr.String())
	}
	return result{r.cmd.ProcessState.ExitCode(), r.out.String(), r.stderr.String()}
}

// mustRun fails the test if the program has ended.
func (r *running) mustRun(while string) {
	r.t.Helper()
	if r.ended() {
		r.t.Fatalf("%q ended (%s) %s; it wrote:\n%s\n%s", r.args, r.cmd.ProcessState, while, r.out.String(), r.stderr.String())
	}
}

// child is one process below the program.
type child struct {
	pid    int
	parent int
	role   string
	zombie bool
}

// below lists the processes whose parent is pid, zombies among them.
func below(t *testing.T, pid int) []child {
	t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		t.Fatal(err)
	}
	var all []child
	for _, e := range entries {
		n, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		stat, err := os.ReadFile(filepath.Join("/proc", e.Name(), "stat"))
		if err != nil {
			continue // it has ended
		}
		fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:])) // state, parent …
		parent, err := strconv.Atoi(fields[1])
		if err != nil || parent != pid {
			continue
		}
		c := child{pid: n, parent: parent, zombie: fields[0] == "Z"}
		if line, err := os.ReadFile(filepath.Join("/proc", e.Name(), "cmdline")); err == nil {
			if args := bytes.Split(line, []byte{0}); len(args) > 1 {
				c.role = string(args[1])
			}
		}
		all = append(all, c)
	}
	return all
}

// workers lists the living workers of a role below the program; an empty role means all.
func (r *running) workers(role string) []int {
	r.t.Helper()
	var pids []int
	for _, c := range below(r.t, r.pid()) {
		if !c.zombie && c.role != "" && (role == "" || c.role == role) {
			pids = append(pids, c.pid)
		}
	}
	slices.Sort(pids)
	return pids
}

// reaped says whether no zombie lies below the program.
func (r *running) reaped() bool {
	r.t.Helper()
	return !slices.ContainsFunc(below(r.t, r.pid()), func(c child) bool { return c.zombie })
}

// noOrphans fails the test if a worker of a program that has ended lives for longer than two seconds.
func noOrphans(t *testing.T, after string) {
	t.Helper()
	waitFor(t, 2*time.Second, "the end of all workers after "+after, func() bool { return len(children(t)) == 0 })
}

// settings writes the settings file of the library.
func (p *program) settings(lines ...string) {
	p.t.Helper()
	if err := os.WriteFile(filepath.Join(p.library, "settings.toml"), []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		p.t.Fatal(err)
	}
}

// open opens the library for reading, as another process would. It returns nil while there is none yet.
func (p *program) open() *store.Store {
	st, err := store.Open(p.t.Context(), store.Options{Dir: p.library, Log: zerolog.Nop(), ReadOnly: true})
	if err != nil {
		return nil
	}
	return st
}

// reader opens the library for reading until the test ends.
func (p *program) reader() *store.Store {
	p.t.Helper()
	var st *store.Store
	waitFor(p.t, 10*time.Second, "a library to read", func() bool { st = p.open(); return st != nil })
	p.t.Cleanup(func() {
		if err := st.Close(); err != nil {
			p.t.Error(err)
		}
	})
	return st
}

// starter is the model that ships.
func starter(t *testing.T) photo.ModelRef {
	t.Helper()
	c, err := catalog.Open(filepath.Join(moduleRoot(), "models"), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	model, _, err := c.Active(catalog.RoleImageText)
	if err != nil {
		t.Fatal(err)
	}
	return model.Ref()
}

// count reads the numbers of a library.
func count(t *testing.T, st *store.Store) store.Counts {
	t.Helper()
	c, err := st.Count(t.Context(), starter(t))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// counters reads the counters of a library.
func counters(t *testing.T, st *store.Store) map[string]int64 {
	t.Helper()
	all, err := st.Counters(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// row is what a library says of one file.
type row struct{ photo, vector string }

// dump reads path → photo and vector of all files that are indexed.
func (p *program) dump() map[string]row {
	p.t.Helper()
	st := p.open()
	if st == nil {
		p.t.Fatal("the library cannot be opened")
	}
	var b strings.Builder
	if err := errors.Join(st.DumpVectors(p.t.Context(), &b), st.Close()); err != nil {
		p.t.Fatal(err)
	}
	rows := map[string]row{}
	for line := range strings.Lines(b.String()) {
		f := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		path, err := strconv.Unquote(f[0])
		if err != nil || len(f) != 4 {
			p.t.Fatalf("the dump has the line %q", line)
		}
		if _, twice := rows[path]; twice {
			p.t.Errorf("the dump has %q twice", path)
		}
		rows[path] = row{f[1], f[3]}
	}
	return rows
}

// sound fails the test if the library has a problem that Check finds.
func (p *program) sound() {
	p.t.Helper()
	st, err := store.Open(p.t.Context(), store.Options{Dir: p.library, Log: zerolog.Nop()})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, notice := range st.Notices() {
		p.t.Errorf("opening the library: %v", notice)
	}
	problems, err := st.Check(p.t.Context())
	if err = errors.Join(err, st.Close()); err != nil {
		p.t.Fatal(err)
	}
	for _, problem := range problems {
		p.t.Errorf("%s: %s", problem.File, problem.What)
	}
}
