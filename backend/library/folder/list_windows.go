package folder

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// directory is an open directory.
type directory struct{ *os.File }

func openDirectory(path string) (directory, identity, error) {
	id, err := look(path)
	if err != nil {
		return directory{}, identity{}, err
	}
	f, err := os.Open(path)
	return directory{f}, id, err
}

func (d directory) stat(path, name string) fileInfo {
	info, err := os.Lstat(filepath.Join(path, name))
	if err != nil || !info.Mode().IsRegular() {
		return fileInfo{}
	}
	return fileInfo{regular: true, size: info.Size(), mtime: info.ModTime().UnixNano()}
}

// look returns the identity of the directory at path: its volume's serial number and its file index.
func look(path string) (identity, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return identity{}, err
	}
	if !info.IsDir() {
		return identity{}, &fs.PathError{Op: "stat", Path: path, Err: syscall.ENOTDIR}
	}
	name, err := syscall.UTF16PtrFromString(path)
	if err != nil {
		return identity{}, err
	}
	handle, err := syscall.CreateFile(name, 0, syscall.FILE_SHARE_READ|syscall.FILE_SHARE_WRITE|syscall.FILE_SHARE_DELETE, nil,
		syscall.OPEN_EXISTING, syscall.FILE_FLAG_BACKUP_SEMANTICS|syscall.FILE_FLAG_OPEN_REPARSE_POINT, 0)
	if err != nil {
		return identity{}, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer func() { _ = syscall.CloseHandle(handle) }()
	var data syscall.ByHandleFileInformation
	if err := syscall.GetFileInformationByHandle(handle, &data); err != nil {
		return identity{}, &fs.PathError{Op: "stat", Path: path, Err: err}
	}
	return identity{uint64(data.VolumeSerialNumber), uint64(data.FileIndexHigh)<<32 | uint64(data.FileIndexLow)}, nil
}

// absent says that an error means that there is no such directory (any more).
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}
