package serve

import (
	"fmt"
	"os"

	"golang.org/x/sys/unix"
)

// claim moves the protocol away from descriptors 0 and 1, and points those where native code can do no harm: reading
// gives nothing, printing goes to stderr. It must come before native code can run.
func claim() (in, out *os.File, err error) {
	for fd := range 2 {
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil || st.Mode&unix.S_IFMT != unix.S_IFIFO {
			return nil, nil, fmt.Errorf("descriptor %d is not a pipe", fd)
		}
	}
	if in, err = move(0, "protocol in"); err != nil {
		return nil, nil, err
	}
	if out, err = move(1, "protocol out"); err != nil {
		return nil, nil, err
	}
	null, err := unix.Open(os.DevNull, unix.O_RDONLY|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, nil, fmt.Errorf("open %s: %w", os.DevNull, err)
	}
	if err := unix.Dup3(null, 0, 0); err != nil {
		return nil, nil, fmt.Errorf("replace stdin: %w", err)
	}
	if err := unix.Close(null); err != nil {
		return nil, nil, fmt.Errorf("close %s: %w", os.DevNull, err)
	}
	if err := unix.Dup3(2, 1, 0); err != nil {
		return nil, nil, fmt.Errorf("replace stdout: %w", err)
	}
	return in, out, nil
}

// move duplicates a descriptor out of the reach of native code and of children. It is made non-blocking before os sees
// it: else the runtime's poller leaves it alone, and a blocked read could not be ended.
func move(fd int, name string) (*os.File, error) {
	n, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
	if err != nil {
		return nil, fmt.Errorf("duplicate descriptor %d: %w", fd, err)
	}
	if err := unix.SetNonblock(n, true); err != nil {
		return nil, fmt.Errorf("make descriptor %d non-blocking: %w", fd, err)
	}
	return os.NewFile(uintptr(n), name), nil
}
