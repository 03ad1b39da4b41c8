//go:build !linux

package store

// networkFileSystem knows no way to tell here yet.
func networkFileSystem(string) (string, bool) { return "", false }
