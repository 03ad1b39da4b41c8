//go:build unix

package indexer

import (
	"os"
	"syscall"
)

// openPlain opens a file for reading without following a link at its end and without waiting for a pipe's other side.
func openPlain(path string) (*os.File, error) {
	return os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
}
