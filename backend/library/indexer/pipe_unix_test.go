//go:build unix

package indexer

import (
	"syscall"
	"testing"
)

// makePipe puts a named pipe, which blocks whoever opens it carelessly.
func makePipe(t *testing.T, path string) {
	t.Helper()
	if err := syscall.Mkfifo(path, 0o644); err != nil {
		t.Fatal(err)
	}
}
