//go:build !unix

package atomicfile

import (
	"errors"
	"os"
	"path/filepath"
)

// File is a file on its way to its place.
type File struct {
	*os.File
	path string
}

// Create begins a file that takes the place of path when it is committed.
func Create(path string, mode os.FileMode) (File, error) {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return File{}, err
	}
	if err := f.Chmod(mode); err != nil {
		return File{}, errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	return File{f, path}, nil
}

// Commit puts the file in its place.
func (f File) Commit() error {
	if err := errors.Join(f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), f.path)
}

// Abort removes what was written, if it was not committed.
func (f File) Abort() {
	_ = f.Close()
	_ = os.Remove(f.Name())
}
