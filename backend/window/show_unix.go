//go:build !windows && !darwin

package window

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
)

// showCommands are the ways to show a file: the desktop's own, which selects it, else its folder.
// See https://www.freedesktop.org/wiki/Specifications/file-manager-interface/.
func showCommands(path string) []*exec.Cmd {
	return []*exec.Cmd{
		exec.Command("dbus-send", "--session", "--print-reply", "--reply-timeout=3000", "--dest=org.freedesktop.FileManager1",
			"/org/freedesktop/FileManager1", "org.freedesktop.FileManager1.ShowItems", "array:string:"+fileURI(path), "string:"),
		exec.Command("xdg-open", filepath.Dir(path)),
	}
}

// fileURI writes a path as a URI, byte by byte; a comma too, at which dbus-send would cut.
func fileURI(path string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.~"
	var b strings.Builder
	b.WriteString("file://")
	for i := range len(path) {
		if strings.IndexByte(safe, path[i]) >= 0 {
			b.WriteByte(path[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", path[i])
		}
	}
	return b.String()
}

// ignorable leaves out failures that mean nothing: here there are none.
func ignorable(err error) error { return err }
