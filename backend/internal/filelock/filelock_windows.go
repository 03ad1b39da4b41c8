package filelock

import (
	"errors"
	"os"

	"golang.org/x/sys/windows"
)

// On takes a lock on an open file without waiting, beside others of its kind where it is shared, and says whether it got it.
// The lock ends when the file is closed. What is locked lies
// beyond the content, which others may still read.
func On(f *os.File, shared bool) (bool, error) {
	how := uint32(windows.LOCKFILE_FAIL_IMMEDIATELY)
	if !shared {
		how |= windows.LOCKFILE_EXCLUSIVE_LOCK
	}
	err := windows.LockFileEx(windows.Handle(f.Fd()), how, 0, 1, 0, &windows.Overlapped{OffsetHigh: 1})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) {
		return false, nil
	}
	return err == nil, err
}
