package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// command is the built program on a library.
func (b *bench) command(ctx context.Context, library string, args ...string) *exec.Cmd {
	return exec.CommandContext(ctx, filepath.Join(b.bin, "pixel-detective"), append([]string{"--library", library}, args...)...)
}

// output runs the program and returns what it printed.
func (b *bench) output(ctx context.Context, library string, args ...string) (string, error) {
	cmd := b.command(ctx, library, args...)
	var out, errOut bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errOut
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("pixel-detective %s: %w: %s", strings.Join(args, " "), err, errOut.String())
	}
	return out.String(), nil
}

// lastLine decodes the last line of JSON lines.
func lastLine(text string, into any) error {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return json.Unmarshal([]byte(lines[len(lines)-1]), into)
}

// library makes an empty library folder.
func (b *bench) library() (string, error) { return os.MkdirTemp(b.work, "library-") }

// timed runs fn and returns how long it took.
func timed(fn func() error) (time.Duration, error) {
	begun := time.Now()
	err := fn()
	return time.Since(begun), err
}
