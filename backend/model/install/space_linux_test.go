package install

import (
	"errors"
	"math"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"pixeldetective/backend/internal/testkit"
)

// TestADiskThatIsFull installs into file systems in memory.
func TestADiskThatIsFull(t *testing.T) {
	if !testkit.Confined(t, testkit.Confinement{Mounts: true}) {
		return
	}
	root := t.TempDir()
	testkit.MountTmpfs(t, root, "24m")
	m, files := published(16 << 20) // 21 MB in all
	h := newHub(t, files, nil)
	folder := filepath.Join(root, "models", m.ID)
	var full *SpaceError
	if err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil); !errors.As(err, &full) || h.requests() != 0 {
		t.Fatalf("%v, %d requests", err, h.requests())
	}
	if full.Free < 20<<20 || full.Free > 24<<20 || !strings.Contains(full.Error(), folder) {
		t.Errorf("%v", full)
	}
	// The space may go while the files come: another program takes it.
	if err := syscall.Mount("tmpfs", root, "tmpfs", syscall.MS_REMOUNT, "size=10m"); err != nil {
		t.Fatal(err)
	}
	hopeful := newTestInstaller(t, h.URL, func(o *Options) { o.FreeSpace = func(string) (int64, error) { return math.MaxInt64, nil } })
	err := hopeful.Install(t.Context(), m, folder, nil)
	if !errors.Is(err, syscall.ENOSPC) || !strings.Contains(err.Error(), "the disk is full") || !strings.Contains(err.Error(), "are kept") {
		t.Fatal(err)
	}
	if err := syscall.Mount("tmpfs", root, "tmpfs", syscall.MS_REMOUNT, "size=64m"); err != nil {
		t.Fatal(err)
	}
	if err := newTestInstaller(t, h.URL).Install(t.Context(), m, folder, nil); err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, m, folder, files)
	if len(h.parts()) == 0 {
		t.Error("what was there was fetched again")
	}
}

// TestAFolderOnAnotherFileSystemIsCopied takes a model from where no hard link can lead to.
func TestAFolderOnAnotherFileSystemIsCopied(t *testing.T) {
	if !testkit.Confined(t, testkit.Confinement{Mounts: true}) {
		return
	}
	root := t.TempDir()
	testkit.MountTmpfs(t, root, "64m")
	m, files := published(3 << 20)
	source := t.TempDir()
	lay(t, source, files, asPublished)
	folder := filepath.Join(root, m.ID)
	if err := newTestInstaller(t, "").InstallFrom(t.Context(), m, source, folder, nil); err != nil {
		t.Fatal(err)
	}
	wantInstalled(t, m, folder, files)
}
