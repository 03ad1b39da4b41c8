package main

import (
	"bytes"
	"context"
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

// library makes an empty library folder.
func (b *bench) library() (string, error) { return os.MkdirTemp(b.work, "library-") }

// timed runs fn and returns how long it took.
func timed(fn func() error) (time.Duration, error) {
	begun := time.Now()
	err := fn()
	return time.Since(begun), err
}
