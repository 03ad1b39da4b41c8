package config

import "os"

// replaceFile puts a new file in the place of the old one, whole or not at all.
func replaceFile(path string, data []byte) error {
	beside := path + ".new"
	if err := os.WriteFile(beside, data, 0o644); err != nil {
		return err
	}
	return os.Rename(beside, path)
}
