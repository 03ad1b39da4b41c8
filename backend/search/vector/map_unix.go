//go:build unix

package vector

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// mapFile maps a whole file for reading. release unmaps it.
func mapFile(file *os.File) (data []byte, release func() error, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() || info.Size() == 0 || int64(int(info.Size())) != info.Size() {
		return nil, nil, errors.New("it is empty or not a file")
	}
	data, err = unix.Mmap(int(file.Fd()), 0, int(info.Size()), unix.PROT_READ, unix.MAP_SHARED)
	if err != nil {
		return nil, nil, err
	}
	return data, func() error { return unix.Munmap(data) }, nil
}
