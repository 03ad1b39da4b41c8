//go:build !unix

package vector

import (
	"errors"
	"io"
	"os"
	"unsafe"
)

// mapFile reads a whole file, where files cannot be mapped.
func mapFile(file *os.File) (data []byte, release func() error, err error) {
	info, err := file.Stat()
	if err != nil {
		return nil, nil, err
	}
	if !info.Mode().IsRegular() || info.Size() == 0 || int64(int(info.Size())) != info.Size() {
		return nil, nil, errors.New("it is empty or not a file")
	}
	data = aligned(int(info.Size()))
	if _, err := io.ReadFull(file, data); err != nil {
		return nil, nil, err
	}
	return data, func() error { return nil }, nil
}

// aligned returns n bytes whose first is aligned to a cache line.
func aligned(n int) []byte {
	raw := make([]byte, n+align)
	skip := (align - int(uintptr(unsafe.Pointer(&raw[0]))%align)) % align
	return raw[skip : skip+n]
}
