package command

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"pixeldetective/backend"
	"pixeldetective/backend/desktop"
	"pixeldetective/backend/model/supervisor"
)

// startup prints the steps of a start: of the window where there is a display to open it on, else of the program that
// would stand behind it.
func (c *console) startup(ctx context.Context, began time.Time) error {
	window, reason := c.window()
	if reason != "" {
		c.say("%s, so this is the start of the program without its window.", reason)
	}
	marks := make(chan backend.Mark, 32)
	printed := make(chan []backend.Mark)
	go func() {
		list := []backend.Mark{}
		for m := range marks {
			list = append(list, m)
			if !c.json {
				fmt.Fprintf(c.out, "%8.1f ms  %s\n", m.MS, shown(m.Step))
			}
		}
		printed <- list
	}()
	mark := func(m backend.Mark) { marks <- m }
	var err error
	if reason == "" {
		err = c.traceWindow(ctx, window, mark)
	} else {
		err = c.traceHere(ctx, began, mark)
	}
	close(marks)
	list := <-printed
	if c.json {
		err = errors.Join(err, c.printJSON(list))
	}
	return err
}

// window finds the window's executable; reason says why it cannot be opened.
func (c *console) window() (path, reason string) {
	exe, err := os.Executable()
	if err != nil {
		return "", "the running program cannot be found"
	}
	if resolved, err := filepath.EvalSymlinks(exe); err == nil {
		exe = resolved
	}
	path = filepath.Join(filepath.Dir(exe), "pixel-detective-window")
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if _, err := os.Stat(path); err != nil {
		return "", "the window is not installed"
	}
	if runtime.GOOS == "linux" && c.getenv("DISPLAY") == "" && c.getenv("WAYLAND_DISPLAY") == "" {
		return "", "there is no display"
	}
	return path, ""
}

// traceHere follows the start of the process that runs now.
func (c *console) traceHere(ctx context.Context, began time.Time, mark func(backend.Mark)) error {
	b, err := c.open(ctx, backend.Services{Search: true}, supervisor.PreloadAll())
	if err != nil {
		return err
	}
	return errors.Join(b.Trace(ctx, began, mark), b.Close())
}

// traceWindow opens the window, follows its start until something is found, and closes it.
func (c *console) traceWindow(ctx context.Context, window string, mark func(backend.Mark)) error {
	args := []string{"--trace-start", "--log-level", c.logLevel}
	if c.library != "" {
		args = append(args, "--library", c.library)
	}
	cmd := exec.CommandContext(ctx, window, args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	var said bytes.Buffer
	cmd.Stderr = &said
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("opening the window: %w", err)
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("opening the window: %w", err)
	}
	mark(backend.Mark{Step: "exec"})
	answered := readMarks(out, began, mark)
	err = cmd.Wait()
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case err != nil:
		return fmt.Errorf("the window's start went wrong: %s", lastLine(said.String(), err))
	case !answered:
		return errors.New("the window was closed before its start was complete")
	}
	return nil
}

// readMarks passes on what a traced window prints, and says whether its start was complete.
func readMarks(out io.Reader, began time.Time, mark func(backend.Mark)) (complete bool) {
	start := float64(began.UnixMicro()) / 1000
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var m desktop.Mark
		if json.Unmarshal(lines.Bytes(), &m) != nil {
			continue
		}
		mark(backend.Mark{Step: m.Step, MS: m.At - start})
		complete = complete || m.Step == desktop.StepComplete
	}
	return complete
}

// lastLine is the last thing that a program said, or its error.
func lastLine(said string, err error) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return shown(last)
	}
	return err.Error()
}
