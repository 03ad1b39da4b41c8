package backend

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"go.uber.org/goleak"
)

// built is the folder with the executables that TestMain built.
//
//nolint:gochecknoglobals // written once, before any test runs
var built string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "pixel-detective-backend-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	built = dir
	build := exec.Command("go", "build", "-tags", "sqlite_fts5", "-o", dir+"/", "./backend/cmd/pixel-detective", "./backend/cmd/pixel-detective-worker")
	build.Dir = moduleRoot()
	if out, err := build.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "building the program: %v\n%s", err, out)
		os.RemoveAll(dir)
		os.Exit(1)
	}
	goleak.VerifyTestMain(m, goleak.Cleanup(func(code int) {
		os.RemoveAll(dir)
		os.Exit(code)
	}))
}

// moduleRoot is the folder with go.mod: the one above this package.
func moduleRoot() string {
	dir, err := filepath.Abs("..")
	if err != nil {
		panic(err)
	}
	return dir
}

// samplePhotos is the folder of the photos that ship.
func samplePhotos() string { return filepath.Join(moduleRoot(), "build", "sample", "photos") }
