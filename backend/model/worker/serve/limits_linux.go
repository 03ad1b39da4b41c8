package serve

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/unix"

	"pixeldetective/backend/model/catalog"
)

// limit forbids core dumps, bounds the data of the process if memory is not 0, and offers this process first if the
// system runs out of memory. RLIMIT_DATA counts what is writable and private, which is what a photo or a model can make
// grow; RLIMIT_AS would count the address space that the Go runtime and thread stacks only reserve.
func limit(memory uint64) error {
	err := unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	if memory > 0 {
		err = errors.Join(err, unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: memory, Max: memory}))
	}
	if adj := os.WriteFile("/proc/self/oom_score_adj", []byte("600"), 0); adj != nil {
		err = errors.Join(err, adj)
	}
	if err != nil {
		return fmt.Errorf("set limits: %w", err)
	}
	return nil
}

// bindLoad bounds the memory while a model loads and makes its test run: a graph that asks for a terabyte fails then and
// there. It returns the call that lifts the bound again. A bound from the command line stays. CUDA maps more than it
// uses, so there is none for it.
func bindLoad(model catalog.Model, device string) (unbind func(), err error) {
	nothing := func() {}
	var before unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_DATA, &before); err != nil {
		return nothing, fmt.Errorf("get limits: %w", err)
	}
	if before.Cur != unix.RLIM_INFINITY {
		return nothing, nil
	}
	if _, err := os.Stat("/dev/nvidiactl"); err == nil && device != "cpu" {
		return nothing, nil
	}
	used, err := dataBytes()
	if err != nil {
		return nothing, err
	}
	bound := used + loadAllowance(model)
	if err := unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: bound, Max: before.Max}); err != nil {
		return nothing, fmt.Errorf("set limits: %w", err)
	}
	return func() { _ = unix.Setrlimit(unix.RLIMIT_DATA, &before) }, nil
}

// loadAllowance is what a model may take to load: the bytes of its files as read, as parsed, as optimised and once more
// as written to the cache, and 1 GiB for the test run.
func loadAllowance(model catalog.Model) uint64 {
	var files uint64
	for _, f := range model.Files {
		files += uint64(max(0, f.Bytes))
	}
	return 1<<30 + 4*min(files, 64<<30)
}

// dataBytes returns what RLIMIT_DATA counts now.
func dataBytes() (uint64, error) {
	b, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, fmt.Errorf("read the process's status: %w", err)
	}
	for line := range bytes.Lines(b) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmData:")); ok {
			kb, err := strconv.ParseUint(string(bytes.TrimSuffix(bytes.TrimSpace(rest), []byte(" kB"))), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("read the process's status: %w", err)
			}
			return kb << 10, nil
		}
	}
	return 0, errors.New("the process's status does not say what data it holds")
}
