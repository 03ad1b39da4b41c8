//go:build !linux

package worker

import (
	"os"
	"syscall"
)

func childAttributes() *syscall.SysProcAttr { return nil }

func lowerPriority(int, int) error { return nil }

func widen(*os.File) {}

func exitStatus(state *os.ProcessState) (signal string, code int) {
	if state == nil {
		return "", -1
	}
	return "", state.ExitCode()
}
