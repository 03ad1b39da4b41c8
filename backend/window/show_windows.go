package window

import (
	"errors"
	"os/exec"
	"syscall"
)

// showCommands are the ways to show a file. Explorer reads its command line by rules of its own; no name on Windows holds a
// quote.
func showCommands(path string) []*exec.Cmd {
	cmd := exec.Command("explorer.exe")
	cmd.SysProcAttr = &syscall.SysProcAttr{CmdLine: `explorer.exe /select,"` + path + `"`}
	return []*exec.Cmd{cmd}
}

// ignorable leaves out failures that mean nothing: Explorer ends with 1 when it has shown the file.
func ignorable(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return nil
	}
	return err
}
