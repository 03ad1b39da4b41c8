package window

import (
	"path/filepath"
	"strings"
)

const consoleName = "pixel-detective.exe"

// loginFile is a script in the person's Startup folder, which starts the program without a console window.
func loginFile(w loginWords, getenv func(string) string) (file string, content, runs []byte) {
	roaming := getenv("APPDATA")
	if !filepath.IsAbs(roaming) {
		return "", nil, nil
	}
	parts := []string{quoteCommand(w.program)}
	for _, a := range w.arguments {
		parts = append(parts, quoteCommand(a))
	}
	command := strings.ReplaceAll(strings.Join(parts, " "), `"`, `""`)
	script := "CreateObject(\"WScript.Shell\").Run \"" + command + "\", 0, False\r\n"
	// Scripts are read as UTF-16 where they begin with its mark: names need no code page.
	text := utf16Text(script)
	return filepath.Join(roaming, "Microsoft", "Windows", "Start Menu", "Programs", "Startup", w.name+".vbs"), text, text
}

// quoteCommand writes one argument as CommandLineToArgvW reads it.
func quoteCommand(argument string) string {
	var b strings.Builder
	b.WriteByte('"')
	slashes := 0
	for _, r := range argument {
		switch r {
		case '\\':
			slashes++
			continue
		case '"':
			b.WriteString(strings.Repeat(`\`, 2*slashes+1))
		default:
			b.WriteString(strings.Repeat(`\`, slashes))
		}
		slashes = 0
		b.WriteRune(r)
	}
	b.WriteString(strings.Repeat(`\`, 2*slashes) + `"`)
	return b.String()
}
