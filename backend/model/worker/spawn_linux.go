package worker

import (
	"fmt"
	"os"
	"syscall"

	"golang.org/x/sys/unix"

	"pixeldetective/backend/model/worker/internal/pipe"
)

// childAttributes puts the child into a process group of its own: its priority can be set for all its threads, and a
// Ctrl-C in the terminal reaches the parent alone, which ends its children in order.
func childAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// lowerPriority sets the nice value of every thread of the child, and so of those that it starts later.
func lowerPriority(pid, nice int) error {
	if err := unix.Setpriority(unix.PRIO_PGRP, pid, nice); err != nil {
		return fmt.Errorf("set priority of process %d: %w", pid, err)
	}
	return nil
}

// widen asks the kernel for a larger pipe. Where it refuses (a user has a quota of such), the pipe is slower and works.
func widen(f *os.File) {
	raw, err := f.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		_, _ = unix.FcntlInt(fd, unix.F_SETPIPE_SZ, pipe.Size)
	})
}

// exitStatus returns the signal that ended a process, or "" and its exit code.
func exitStatus(state *os.ProcessState) (signal string, code int) {
	if state == nil {
		return "", -1
	}
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return fmt.Sprintf("%d (%s)", int(ws.Signal()), unix.SignalName(ws.Signal())), -1
	}
	return "", state.ExitCode()
}
