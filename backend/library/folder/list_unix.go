//go:build unix

package folder

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/unix"
)

// directory is an open directory. Its files are looked at by their names below it, so that its path is resolved once.
type directory struct {
	*os.File
	fd int
}

// openDirectory opens a directory for listing. Anything else at path, a link to a directory too, is an error.
func openDirectory(path string) (directory, identity, error) {
	fd, err := retry(func() (int, error) {
		return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return directory{}, identity{}, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		_ = unix.Close(fd)
		return directory{}, identity{}, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return directory{os.NewFile(uintptr(fd), path), fd}, identityOf(&st), nil
}

func (d directory) stat(_, name string) fileInfo {
	var st unix.Stat_t
	_, err := retry(func() (int, error) { return 0, unix.Fstatat(d.fd, name, &st, unix.AT_SYMLINK_NOFOLLOW) })
	if err != nil || st.Mode&unix.S_IFMT != unix.S_IFREG {
		return fileInfo{}
	}
	return fileInfo{regular: true, size: st.Size, mtime: st.Mtim.Nano(), inode: st.Ino}
}

// look returns the identity of the directory at path; an error if there is none, or only a link to one.
func look(path string) (identity, error) {
	var st unix.Stat_t
	if _, err := retry(func() (int, error) { return 0, unix.Lstat(path, &st) }); err != nil {
		return identity{}, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFDIR {
		return identity{}, &fs.PathError{Op: "stat", Path: path, Err: unix.ENOTDIR}
	}
	return identityOf(&st), nil
}

func identityOf(st *unix.Stat_t) identity {
	return identity{device: uint64(st.Dev), inode: st.Ino} //nolint:unconvert // Dev is an int32 on macOS
}

// retry repeats a call that a signal interrupted.
func retry(call func() (int, error)) (int, error) {
	for {
		n, err := call()
		if !errors.Is(err, unix.EINTR) {
			return n, err
		}
	}
}

// absent says that an error means that there is no such directory (any more).
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, unix.ENOTDIR) || errors.Is(err, unix.ELOOP)
}
