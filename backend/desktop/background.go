package desktop

import (
	"os"
	"path/filepath"
	"strings"
)

// Colour is what the window shows before its page has painted.
type Colour struct{ Red, Green, Blue uint8 }

// The page's --surface-0 in both themes.
var (
	light = Colour{0xf6, 0xf6, 0xf4}
	dark  = Colour{0x12, 0x13, 0x14}
)

// Background is the colour of the theme that the page will have, so that nothing flashes white in a dark room.
func (p *Program) Background() Colour {
	theme := p.setting("window.theme")
	if theme == "dark" || theme != "light" && desktopIsDark(p.getenv) {
		return dark
	}
	return light
}

// desktopIsDark says whether GTK's settings ask for dark windows; the page's engine goes by them too. Elsewhere than on a
// GTK desktop, and where they say nothing, it is false.
func desktopIsDark(getenv func(string) string) bool {
	if theme := getenv("GTK_THEME"); theme != "" {
		return strings.HasSuffix(theme, ":dark") || strings.HasSuffix(theme, "-dark")
	}
	home := getenv("XDG_CONFIG_HOME")
	if home == "" {
		home = filepath.Join(getenv("HOME"), ".config")
	}
	text, err := os.ReadFile(filepath.Join(home, "gtk-3.0", "settings.ini"))
	if err != nil {
		return false
	}
	for line := range strings.Lines(string(text)) {
		key, value, _ := strings.Cut(line, "=")
		value = strings.TrimSpace(value)
		switch strings.TrimSpace(key) {
		case "gtk-application-prefer-dark-theme":
			if value == "1" || value == "true" {
				return true
			}
		case "gtk-theme-name":
			if strings.HasSuffix(strings.ToLower(value), "-dark") {
				return true
			}
		}
	}
	return false
}
