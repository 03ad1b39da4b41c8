//go:build unix

package window

import "syscall"

// openWithoutWaiting keeps opening a pipe from waiting for its other side.
const openWithoutWaiting = syscall.O_NONBLOCK
