package store

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"testing"
	"time"
)

// child is what the test binary does as another process on the same library. Where it waits, it does so until its standard
// input closes, which the parent's death does too.
func child(role, dir string) int {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
		if role == "index" || role == "favourites" {
			os.Exit(0)
		}
	}()
	s, err := Open(ctx, Options{Dir: dir})
	if err == nil {
		defer s.closeFiles()
		err = childRole(ctx, s, role)
	}
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Println("error:", err)
		return 1
	}
	return 0
}

func childRole(ctx context.Context, s *Store, role string) error {
	switch role {
	case "open":
		fmt.Println("open")
		return nil
	case "lease":
		if _, err := s.Lease(ctx, "testing"); err != nil {
			return err
		}
		fmt.Println("held")
		<-ctx.Done()
		return nil
	case "follow":
		return s.Follow(ctx, 5*time.Millisecond, func(seq int64) error {
			fmt.Println(seq)
			return nil
		})
	case "block":
		return s.index.write(ctx, "block", func(t *tx) error {
			fmt.Println("blocked")
			<-ctx.Done()
			return nil
		})
	case "favourites":
		for i := 0; ; i++ {
			if err := s.SetFavourite(ctx, idOf(fmt.Sprint(i%50)), i%2 == 0); err != nil {
				return err
			}
			if err := s.AddCounter(ctx, "favourites", 1); err != nil {
				return err
			}
			fmt.Println(i)
		}
	case "index":
		return indexForever(ctx, s)
	}
	return fmt.Errorf("no role %q", role)
}

// indexForever changes, scans and indexes a folder over and over, until it is killed.
func indexForever(ctx context.Context, s *Store) error {
	f, err := s.AddFolder(ctx, "/photos")
	if err != nil {
		return err
	}
	for round := int(time.Now().UnixNano() % 1000); ; round++ {
		r, err := s.BeginReconcile(ctx, f.ID, "")
		if err != nil {
			return err
		}
		for d := range 6 {
			var entries []Entry
			for i := range 20 {
				if (i+d+round)%7 != 0 {
					entries = append(entries, entry(fmt.Sprintf("%02d.jpg", i), (round+i)/9%5))
				}
			}
			if err := r.Directory(ctx, fmt.Sprintf("dir %d", (d+round)%9), entries); err != nil {
				return err
			}
		}
		if _, err := r.Finish(ctx); err != nil {
			return err
		}
		for {
			waiting, err := s.NewestPending(ctx, nil, 8)
			if err != nil {
				return err
			}
			if len(waiting) == 0 {
				break
			}
			var done []Indexed
			var failed []Failed
			for i, p := range waiting {
				if i == 7 {
					failed = append(failed, Failed{Pending: p, Reason: "broken", Kind: FailureRefused})
					continue
				}
				done = append(done, decoded(p, fmt.Sprint(p.Rel[len(p.Rel)-6:], p.Size)))
			}
			if _, err := s.Commit(ctx, done, failed); err != nil {
				return err
			}
			fmt.Println("committed")
		}
	}
}

// process is a child of a test.
type process struct {
	t     testing.TB
	cmd   *exec.Cmd
	stdin io.Closer
	lines chan string
}

func spawn(t testing.TB, role, dir string) *process {
	t.Helper()
	cmd := exec.Command(value(os.Executable())(t))
	cmd.Env = append(os.Environ(), childVariable+"="+role, "STORE_TEST_DIR="+dir)
	cmd.Stderr = os.Stderr
	stdin := value(cmd.StdinPipe())(t)
	stdout := value(cmd.StdoutPipe())(t)
	must(t, cmd.Start())
	p := &process{t: t, cmd: cmd, stdin: stdin, lines: make(chan string, 100_000)}
	go func() {
		defer close(p.lines)
		sc := bufio.NewScanner(stdout)
		for sc.Scan() {
			p.lines <- sc.Text()
		}
	}()
	t.Cleanup(func() {
		_ = stdin.Close()
		_ = cmd.Process.Kill()
		for range p.lines {
		}
		_ = cmd.Wait()
	})
	return p
}

// line returns the next line that the child writes.
func (p *process) line() string {
	p.t.Helper()
	select {
	case l, ok := <-p.lines:
		if !ok {
			p.t.Fatal("the child ended")
		}
		return l
	case <-time.After(20 * time.Second):
		p.t.Fatal("the child says nothing")
	}
	return ""
}

func (p *process) expect(want string) {
	p.t.Helper()
	if got := p.line(); got != want {
		p.t.Fatalf("the child says %q, want %q", got, want)
	}
}

// end closes the child's standard input and waits for it.
func (p *process) end() error {
	_ = p.stdin.Close()
	for range p.lines {
	}
	return p.cmd.Wait()
}

// kill ends the child at once.
func (p *process) kill() {
	_ = p.cmd.Process.Kill()
	for range p.lines {
	}
	_ = p.cmd.Wait()
}
