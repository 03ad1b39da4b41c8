package testkit

import (
	"archive/tar"
	"compress/bzip2"
	"errors"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"
)

// HostilePictures unpacks the files that break naive programs, and their controls, into a folder of the test and returns
// it: control/ and image/, as backend/picture/testdata/hostile/manifest.json lists them. They are kept packed since many
// are bombs: two megabytes of hardly anything.
func HostilePictures(tb testing.TB) string {
	tb.Helper()
	_, here, _, _ := runtime.Caller(0)
	pack, err := os.Open(filepath.Join(filepath.Dir(here), "..", "..", "picture", "testdata", "hostile", "pictures.tar.bz2"))
	if err != nil {
		tb.Fatalf("the hostile pictures cannot be unpacked: %v", err)
	}
	defer pack.Close()
	dir := tb.TempDir()
	archive := tar.NewReader(bzip2.NewReader(pack))
	for {
		entry, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return dir
		}
		if err == nil {
			err = unpack(filepath.Join(dir, filepath.FromSlash(entry.Name)), archive)
		}
		if err != nil {
			tb.Fatalf("unpacking the hostile pictures: %v", err)
		}
	}
}

func unpack(path string, data io.Reader) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, data)
	return errors.Join(err, file.Close())
}
