//go:build !linux

package encoder

import (
	"errors"
	"fmt"
)

// LimitMemory bounds how much memory this process may have. Only Linux has it: elsewhere it returns
// errors.ErrUnsupported.
func LimitMemory(bytes uint64) error {
	return fmt.Errorf("limit the memory of this process to %d bytes: %w", bytes, errors.ErrUnsupported)
}
