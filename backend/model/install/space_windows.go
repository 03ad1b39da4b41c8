package install

import "golang.org/x/sys/windows"

// freeSpace returns how many bytes a person may write to the volume of a folder.
func freeSpace(folder string) (int64, error) {
	path, err := windows.UTF16PtrFromString(folder)
	if err != nil {
		return 0, err
	}
	var free uint64
	if err := windows.GetDiskFreeSpaceEx(path, &free, nil, nil); err != nil {
		return 0, err
	}
	return int64(min(free, 1<<62)), nil
}

// syncFolder does nothing: NTFS keeps the order of its names itself.
func syncFolder(string) error { return nil }
