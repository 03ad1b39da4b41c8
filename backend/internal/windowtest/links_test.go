package windowtest

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// TestLinks looks at what is linked into the three executables: pictures are parsed and models run in the worker alone.
func TestLinks(t *testing.T) {
	heavy := []string{
		"github.com/davidbyttow/govips/v2/vips", "github.com/yalue/onnxruntime_go", "pixeldetective/backend/picture", "pixeldetective/backend/model/encoder",
	}
	for _, c := range []struct {
		name, pkg, tags string
		heavy           bool
	}{
		{"window", ".", "desktop,production,webkit2_41,sqlite_fts5", false},
		{"console", "./backend/cmd/pixel-detective", "sqlite_fts5", false},
		{"worker", "./backend/cmd/pixel-detective-worker", "sqlite_fts5", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			list := exec.Command("go", "list", "-deps", "-tags", c.tags, c.pkg)
			list.Dir = moduleRoot()
			out, err := list.Output()
			if err != nil {
				t.Fatal(err)
			}
			linked := strings.Fields(string(out))
			for _, pkg := range heavy {
				if slices.Contains(linked, pkg) != c.heavy {
					t.Errorf("linked into the %s: %s is %v, want %v", c.name, pkg, !c.heavy, c.heavy)
				}
			}
		})
	}
}
