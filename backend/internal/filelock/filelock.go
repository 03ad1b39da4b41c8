// Package filelock takes locks on files that the operating system lets go of when the process ends, however it ends. So no
// lock is ever stale.
package filelock

import "os"

// Lock is an exclusive lock on a file.
type Lock struct{ file *os.File }

// Try takes the lock on the file at path, which is made if it is not there; nil without an error: another has it.
func Try(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	free, err := On(f, false)
	if err != nil || !free {
		f.Close()
		return nil, err
	}
	return &Lock{f}, nil
}

// Release lets go of the lock. The file stays: were it removed, two could each hold a lock on a file of that name.
func (l *Lock) Release() error { return l.file.Close() }
