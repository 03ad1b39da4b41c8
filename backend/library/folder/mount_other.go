//go:build !linux

package folder

import (
	"path/filepath"
	"strings"
)

// nothingMounted says whether an empty directory looks like a mount point with nothing mounted.
func nothingMounted(path string, _ identity, _ map[string]bool) bool {
	return filepath.ToSlash(filepath.Dir(path)) == "/Volumes"
}

// mountTable is the list of places for drives that a system keeps; these systems keep none.
func mountTable() map[string]bool { return nil }

// networkFileSystem names the kind of a file system whose changes by other computers cannot be watched; "" for others.
func networkFileSystem(path string) string {
	if strings.HasPrefix(path, `\\`) {
		return "a network share"
	}
	return ""
}
