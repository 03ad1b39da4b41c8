//go:build unix

package atomicfile

import (
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

// File is a file on its way to its place.
type File struct{ *renameio.PendingFile }

// Create begins a file that takes the place of path when it is committed.
func Create(path string, mode os.FileMode) (File, error) {
	f, err := renameio.NewPendingFile(path, renameio.WithPermissions(mode), renameio.WithTempDir(filepath.Dir(path)))
	return File{f}, err
}

// Commit puts the file in its place.
func (f File) Commit() error { return f.CloseAtomicallyReplace() }

// Abort removes what was written, if it was not committed.
func (f File) Abort() { _ = f.Cleanup() }
