package window

import (
	"path/filepath"
	"strings"
)

const consoleName = "pixel-detective"

// loginFile is a desktop entry in the person's autostart folder, by the Desktop Application Autostart Specification.
func loginFile(w loginWords, getenv func(string) string) (file string, content, runs []byte) {
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) { // the specification has relative ones ignored
		home := getenv("HOME")
		if !filepath.IsAbs(home) {
			return "", nil, nil
		}
		dir = filepath.Join(home, ".config")
	}
	exec := []string{quoteExec(w.program)}
	for _, a := range w.arguments {
		exec = append(exec, quoteExec(a))
	}
	run := "Exec=" + strings.Join(exec, " ")
	lines := []string{
		"[Desktop Entry]", "Type=Application", "Name=Pixel Detective",
		"Comment=Watches the folders of the photo library for what changes",
		run, "Icon=pixel-detective", "Terminal=false", "NoDisplay=true",
		"X-GNOME-Autostart-enabled=true", "",
	}
	return filepath.Join(dir, "autostart", w.name+".desktop"), []byte(strings.Join(lines, "\n")), []byte(run)
}

// quoteExec writes one argument of an Exec line, by the Desktop Entry Specification: quoted where it has to be, the
// backslash twice over since the value is a string too, and no field codes.
func quoteExec(argument string) string {
	const reserved = " \t\n\"'\\><~|&;$*?#()`"
	argument = strings.ReplaceAll(argument, "%", "%%")
	if argument != "" && !strings.ContainsAny(argument, reserved) {
		return argument
	}
	quoted := strings.NewReplacer(`\`, `\\`, `"`, `\"`, "`", "\\`", "$", `\$`).Replace(argument)
	return `"` + strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\t", `\t`, "\r", `\r`).Replace(quoted) + `"`
}
