package serve

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

func pid() int32 { return int32(os.Getpid()) }

// niceness returns the nice value of the process.
func niceness() int32 {
	raw, err := unix.Getpriority(unix.PRIO_PROCESS, 0)
	if err != nil {
		return 0
	}
	return int32(20 - raw) // the kernel says 20 − nice
}

// memory reads what the process holds. It is opened before the sandbox closes, and read again and again.
type memory struct{ file *os.File }

func openMemory() memory {
	f, err := os.Open("/proc/self/smaps_rollup")
	if err != nil {
		return memory{}
	}
	return memory{file: f}
}

// read returns the resident and the unique bytes.
func (m memory) read() (resident, unique uint64, err error) {
	if m.file == nil {
		return 0, 0, os.ErrNotExist
	}
	b, err := io.ReadAll(io.NewSectionReader(m.file, 0, 1<<16))
	if err != nil {
		return 0, 0, fmt.Errorf("read memory: %w", err)
	}
	for line := range bytes.Lines(b) {
		name, rest, ok := bytes.Cut(line, []byte(":"))
		if !ok {
			continue
		}
		kb, err := strconv.ParseUint(string(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte(" kB"))), 10, 64)
		if err != nil {
			continue
		}
		switch string(name) {
		case "Rss":
			resident = kb << 10
		case "Private_Clean", "Private_Dirty":
			unique += kb << 10
		}
	}
	return resident, unique, nil
}
