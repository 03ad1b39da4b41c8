package windowtest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
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

	"pixeldetective/backend/desktop"
)

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

// executable is one of those that make builds; the test is skipped without it.
func executable(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join(moduleRoot(), "build", "bin", name)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("there is no %s; make build makes it", path)
	}
	return path
}

// samplePhotos is the folder of the photos that ship.
func samplePhotos() string { return filepath.Join(moduleRoot(), "build", "sample", "photos") }

// library is a library of its own, with the surroundings of a person who has nothing else.
type library struct {
	t   *testing.T
	dir string
	env []string
}

func newLibrary(t *testing.T) library {
	t.Helper()
	home := t.TempDir()
	return library{t: t, dir: t.TempDir(), env: []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + home, "LANG=C.UTF-8", "XDG_RUNTIME_DIR=" + home, "NO_AT_BRIDGE=1",
	}}
}

// index brings a folder into the library by the command line.
func (l library) index(folder string) {
	l.t.Helper()
	cmd := exec.Command(executable(l.t, "pixel-detective"), "--library", l.dir, "index", folder)
	cmd.Env = l.env
	if out, err := cmd.CombinedOutput(); err != nil {
		l.t.Fatalf("indexing %q: %v\n%s", folder, err, out)
	}
}

// set writes the library's settings.
func (l library) set(settings string) {
	l.t.Helper()
	if err := os.WriteFile(filepath.Join(l.dir, "settings.toml"), []byte(settings), 0o600); err != nil {
		l.t.Fatal(err)
	}
}

// program is a running window.
type program struct {
	t      *testing.T
	cmd    *exec.Cmd
	stderr bytes.Buffer
	ended  chan struct{}

	mu    sync.Mutex // guards marks
	marks []desktop.Mark
}

// open starts the window on a screen, under a trace.
func (l library) open(s *screen, args ...string) *program {
	l.t.Helper()
	p := &program{t: l.t, ended: make(chan struct{})}
	p.cmd = exec.Command(executable(l.t, "pixel-detective-window"), append([]string{"--library", l.dir}, args...)...)
	p.cmd.Env = append(slices.Clone(l.env), "DISPLAY="+s.display, "GDK_BACKEND=x11")
	p.cmd.Stderr = &p.stderr
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		l.t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		l.t.Fatal(err)
	}
	go func() {
		p.read(out)
		_ = p.cmd.Wait()
		close(p.ended)
	}()
	l.t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.ended
		if l.t.Failed() {
			l.t.Logf("the window's marks: %v\nits messages:\n%s", p.steps(), p.stderr.String())
		}
	})
	return p
}

func (p *program) read(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var m desktop.Mark
		if json.Unmarshal(lines.Bytes(), &m) == nil {
			p.mu.Lock()
			p.marks = append(p.marks, m)
			p.mu.Unlock()
		}
	}
}

// steps are the marks that came, in the order in which they came.
func (p *program) steps() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var steps []string
	for _, m := range p.marks {
		steps = append(steps, m.Step)
	}
	return steps
}

// count is how many marks begin with a text.
func (p *program) count(begin string) int {
	n := 0
	for _, step := range p.steps() {
		if strings.HasPrefix(step, begin) {
			n++
		}
	}
	return n
}

// wait waits for a mark that begins with a text.
func (p *program) wait(s *screen, begin string) {
	p.t.Helper()
	s.eventually("mark "+begin, func() bool { return p.count(begin) > 0 || !p.alive() })
	if p.count(begin) == 0 {
		p.t.Fatalf("the window ended before %q", begin)
	}
}

func (p *program) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// waitEnd waits for the window's end and returns its exit code.
func (p *program) waitEnd() int {
	p.t.Helper()
	select {
	case <-p.ended:
	case <-time.After(patience):
		p.t.Fatalf("the window did not end within %v", patience)
	}
	return p.cmd.ProcessState.ExitCode()
}

// process is a descendant of the window.
type process struct {
	pid  int
	name string
}

// family lists the descendants of the window.
func (p *program) family() []process {
	children := map[int][]process{}
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		text, err := os.ReadFile(filepath.Join(dir, "stat"))
		if err != nil {
			continue // it ended
		}
		pid, _ := strconv.Atoi(filepath.Base(dir))
		name, rest, _ := strings.Cut(strings.TrimPrefix(string(text), strconv.Itoa(pid)+" ("), ") ")
		var parent int
		var state string
		if _, err := fmt.Sscan(rest, &state, &parent); err == nil {
			children[parent] = append(children[parent], process{pid, name})
		}
	}
	all := children[p.cmd.Process.Pid]
	for i := 0; i < len(all); i++ {
		all = append(all, children[all[i].pid]...)
	}
	return all
}

// workers are those descendants that decode or run a model. What was forked and is not yet another program is none.
func (p *program) workers() []process {
	return slices.DeleteFunc(p.family(), func(c process) bool {
		program, err := os.Readlink(fmt.Sprintf("/proc/%d/exe", c.pid))
		return err != nil || filepath.Base(program) != "pixel-detective-worker"
	})
}

// waitGone waits until none of the processes is left.
func waitGone(s *screen, family []process) {
	s.t.Helper()
	for _, c := range family {
		s.eventually(fmt.Sprintf("%s (%d) ends", c.name, c.pid), func() bool {
			return errors.Is(syscall.Kill(c.pid, 0), syscall.ESRCH)
		})
	}
}
