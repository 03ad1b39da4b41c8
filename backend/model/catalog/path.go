package catalog

import (
	"errors"
	"syscall"
)

// isNotDirectory says whether a path could not be looked up because one of its parents is a file.
func isNotDirectory(err error) bool { return errors.Is(err, syscall.ENOTDIR) }
