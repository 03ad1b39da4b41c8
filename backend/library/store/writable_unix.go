//go:build unix

package store

import "golang.org/x/sys/unix"

// writable says whether files can be made in a folder.
func writable(dir string) bool { return unix.Access(dir, unix.W_OK) == nil }
