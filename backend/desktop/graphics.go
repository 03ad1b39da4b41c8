package desktop

import (
	"os"
	"path/filepath"
	"runtime"
)

// spareGraphics tells WebKit to draw without a graphics card where there is none. It would otherwise emulate one to share
// memory with it, and the first frame comes half a second later.
func spareGraphics(getenv func(string) string) error {
	const name = "WEBKIT_DISABLE_DMABUF_RENDERER"
	if runtime.GOOS != "linux" || getenv(name) != "" {
		return nil
	}
	if cards, _ := filepath.Glob("/dev/dri/renderD*"); len(cards) > 0 {
		return nil
	}
	return os.Setenv(name, "1")
}
