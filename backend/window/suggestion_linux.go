package window

import (
	"path/filepath"
	"strings"
)

// picturesFolder is the person's folder for pictures, by xdg-user-dirs: what user-dirs.dirs says, else Pictures in the home
// folder. Empty: there is none.
func picturesFolder(getenv func(string) string, readFile func(string) ([]byte, error)) string {
	home := getenv("HOME")
	if !filepath.IsAbs(home) {
		return ""
	}
	dir := getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(home, ".config")
	}
	text, err := readFile(filepath.Join(dir, "user-dirs.dirs"))
	if err != nil {
		return filepath.Join(home, "Pictures")
	}
	found := filepath.Join(home, "Pictures")
	for line := range strings.Lines(string(text)) {
		name, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if !ok || strings.TrimSpace(name) != "XDG_PICTURES_DIR" {
			continue
		}
		found = userDirectory(strings.TrimSpace(value), home)
	}
	return found
}

// userDirectory reads a value of user-dirs.dirs: "$HOME/…" or an absolute path, in quotes, with the shell's backslashes.
// The home folder itself means that there is no such folder.
func userDirectory(value, home string) string {
	value, ok := strings.CutPrefix(value, `"`)
	if !ok {
		return ""
	}
	var b strings.Builder
	if rest, below := strings.CutPrefix(value, "$HOME"); below {
		b.WriteString(home)
		value = rest
	}
	for i := 0; i < len(value); i++ {
		switch value[i] {
		case '\\':
			if i++; i == len(value) {
				return ""
			}
		case '"':
			path := filepath.Clean(b.String())
			if !filepath.IsAbs(path) || path == filepath.Clean(home) {
				return ""
			}
			return path
		}
		b.WriteByte(value[i])
	}
	return ""
}
