package encoder

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// LimitMemory bounds how much memory this process may have of its own (data and private writable mappings, whether
// touched or not), in bytes, for good. A graph that asks for more then fails with an error instead of taking the
// computer down. If the Go side of the process runs into the limit, the process ends.
//
// Call it once, before the first Load, in a process that is there for one model. The file of the graph, its optimised
// form and the runtime's copy are in memory at once for a moment while loading: about 6 times the graph's file, and
// 200 MB for the rest. Address space that is only reserved, as Go and CUDA do generously, does not count.
func LimitMemory(bytes uint64) error {
	limit := unix.Rlimit{Cur: bytes, Max: bytes}
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &limit); err != nil {
		return fmt.Errorf("limit the memory of this process to %d bytes: %w", bytes, err)
	}
	return nil
}
