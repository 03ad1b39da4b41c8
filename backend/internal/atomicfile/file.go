// Package atomicfile writes files that are there whole or not at all, on every system.
package atomicfile

import "os"

// Write puts data in the place of the file of this name, whole or not at all, also through a loss of power.
func Write(path string, data []byte, mode os.FileMode) error {
	f, err := Create(path, mode)
	if err != nil {
		return err
	}
	defer f.Abort()
	if _, err := f.Write(data); err != nil {
		return err
	}
	return f.Commit()
}
