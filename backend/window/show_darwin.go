package window

import "os/exec"

// showCommands are the ways to show a file.
func showCommands(path string) []*exec.Cmd { return []*exec.Cmd{exec.Command("open", "-R", path)} }

// ignorable leaves out failures that mean nothing: here there are none.
func ignorable(err error) error { return err }
