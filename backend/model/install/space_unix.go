//go:build linux || darwin || freebsd

package install

import (
	"os"

	"golang.org/x/sys/unix"
)

// freeSpace returns how many bytes a person may write to the file system of a folder.
func freeSpace(folder string) (int64, error) {
	var st unix.Statfs_t
	if err := unix.Statfs(folder, &st); err != nil {
		return 0, err
	}
	return int64(st.Bavail) * int64(st.Bsize), nil //nolint:unconvert // the types differ by system
}

// syncFolder makes the names in a folder outlast a loss of power.
func syncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}
