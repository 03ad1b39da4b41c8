//go:build unix

package testkit

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// WriteSpecials makes things with the names of photos below root that are no photos and that block, loop or never end for
// those who open or follow them: a pipe, a socket, links to nothing, to itself, to a device, to a file outside and to the
// folder above, and a folder. Their names are returned.
func WriteSpecials(t testing.TB, root string) []string {
	t.Helper()
	at := func(name string) string { return filepath.Join(root, name) }
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(os.MkdirAll(root, 0o755))
	must(syscall.Mkfifo(at("fifo.jpg"), 0o644))
	must(bindSocket(root, "socket.jpg"))
	must(os.Symlink("nothing.jpg", at("dangling.jpg")))
	must(os.Symlink("loop.jpg", at("loop.jpg")))
	must(os.Symlink("/etc/passwd", at("to_passwd.jpg")))
	must(os.Symlink("/dev/zero", at("to_zero.jpg")))
	must(os.Symlink("..", at("linked_folder")))
	must(os.Mkdir(at("not_a_picture.jpg"), 0o755))
	return []string{"fifo.jpg", "socket.jpg", "dangling.jpg", "loop.jpg", "to_passwd.jpg", "to_zero.jpg", "linked_folder", "not_a_picture.jpg"}
}

// bindSocket makes a socket without opening it by its path, which may be too long for one.
func bindSocket(root, name string) error {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return err
	}
	defer func() { _ = syscall.Close(fd) }()
	dir, err := os.MkdirTemp("", "s")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	short := filepath.Join(dir, name)
	if err := syscall.Bind(fd, &syscall.SockaddrUnix{Name: short}); err != nil {
		return err
	}
	return os.Rename(short, filepath.Join(root, name))
}

// WriteSparse makes a file of a size that takes no room on the disk.
func WriteSparse(t testing.TB, path string, size int64) {
	t.Helper()
	WriteFile(t, path, Picture(0))
	if err := os.Truncate(path, size); err != nil {
		t.Skipf("this file system holds no sparse file of %d bytes: %v", size, err)
	}
}
