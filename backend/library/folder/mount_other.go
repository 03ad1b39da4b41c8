//go:build !linux

package folder

import (
	"path/filepath"
	"strings"
)

// nothingMounted says whether an empty directory looks like a mount point with nothing mounted.
func nothingMounted(path string, _ identity) bool {
	return strings.HasPrefix(path, "/Volumes/") && filepath.Dir(path) == "/Volumes"
}

// networkFileSystem names the kind of a file system whose changes by other computers cannot be watched; "" for others.
func networkFileSystem(path string) string {
	if strings.HasPrefix(path, `\\`) {
		return "a network share"
	}
	return ""
}
