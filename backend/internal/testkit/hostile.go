package testkit

import (
	"archive/zip"
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
	pack, err := zip.OpenReader(filepath.Join(filepath.Dir(here), "..", "..", "picture", "testdata", "hostile", "pictures.zip"))
	if err != nil {
		tb.Fatalf("the hostile pictures cannot be unpacked: %v", err)
	}
	defer pack.Close()
	dir := tb.TempDir()
	if err := os.CopyFS(dir, pack); err != nil {
		tb.Fatalf("unpacking the hostile pictures: %v", err)
	}
	return dir
}
