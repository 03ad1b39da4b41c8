package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"

	"pixeldetective/backend/desktop"
)

// shownWindow is a running window.
type shownWindow struct {
	cmd   *exec.Cmd
	began time.Time
	read  sync.WaitGroup

	mu       sync.Mutex // guards what follows
	marks    []desktop.Mark
	measured []measured
	said     strings.Builder
}

// measured is what measure.js tells.
type measured struct {
	Kind string
	At   int64 // milliseconds since 1970

	Gaps []float64 // between frames, in ms

	Running, Scanning bool
	Done, Total       int64
	Remaining         float64

	Name   string
	Took   []float64
	Failed string
}

// show starts a window for a person with a home folder.
func (b *bench) show(ctx context.Context, home, executable string, args ...string) (*shownWindow, error) {
	s := &shownWindow{cmd: exec.CommandContext(ctx, executable, args...)}
	s.cmd.Env = b.surroundings(home)
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	errOut, err := s.cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	s.began = time.Now()
	if err := s.cmd.Start(); err != nil {
		return nil, err
	}
	s.read.Go(func() { s.listen(out) })
	s.read.Go(func() { s.listen(errOut) })
	return s, nil
}

func (s *shownWindow) listen(r io.Reader) {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 16<<20)
	for lines.Scan() {
		s.mu.Lock()
		var mark desktop.Mark
		if json.Unmarshal(lines.Bytes(), &mark) == nil && mark.Step != "" {
			s.marks = append(s.marks, mark)
		} else if _, text, found := strings.Cut(lines.Text(), "MEASURED "); found {
			var m measured
			if json.Unmarshal([]byte(text), &m) == nil {
				s.measured = append(s.measured, m)
			}
		} else {
			s.said.WriteString(lines.Text() + "\n")
		}
		s.mu.Unlock()
	}
}

// all is what measure.js told so far.
func (s *shownWindow) all() []measured {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]measured(nil), s.measured...)
}

// await waits until a condition on the window holds.
func (s *shownWindow) await(ctx context.Context, what string, limit time.Duration, holds func() bool) error {
	end := time.Now().Add(limit)
	for !holds() {
		if time.Now().After(end) {
			s.mu.Lock()
			defer s.mu.Unlock()
			return fmt.Errorf("waited %v in vain: %s; the window said: %s", limit, what, s.said.String())
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

// at is when a step was reached, in milliseconds since 1970; 0: not yet.
func (s *shownWindow) at(step string) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range s.marks {
		if m.Step == step {
			return m.At
		}
	}
	return 0
}

// reach waits for a step of the start.
func (s *shownWindow) reach(ctx context.Context, step string) error {
	return s.await(ctx, step, 90*time.Second, func() bool { return s.at(step) > 0 })
}

// family is the window's process and all below it.
func (s *shownWindow) family() []int {
	all := []int{s.cmd.Process.Pid}
	for i := 0; i < len(all); i++ {
		for child := range childrenOf(all[i]) {
			all = append(all, child)
		}
	}
	return all
}

// end ends the window, and kills what does not end.
func (s *shownWindow) end() {
	_ = s.cmd.Process.Signal(syscall.SIGTERM)
	killed := time.AfterFunc(5*time.Second, func() { _ = syscall.Kill(-s.cmd.Process.Pid, syscall.SIGKILL) })
	s.read.Wait()
	_ = s.cmd.Wait()
	killed.Stop()
}
