package catalog

import (
	"errors"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestWhatIsOnlyListedIsNotUsed looks at the models of the list that do not come with the program.
func TestWhatIsOnlyListedIsNotUsed(t *testing.T) {
	c, err := Open(filepath.Join("..", "..", "..", "models"), t.TempDir())
	if err != nil || len(c.Problems()) > 0 {
		t.Fatal(err, c.Problems())
	}
	pinned := regexp.MustCompile(`/resolve/[0-9a-f]{40}/`)
	listed := 0
	for _, m := range c.Models() {
		if c.Ships(m) {
			continue
		}
		listed++
		if s := c.Installed(m); s.Installed || len(s.Missing) != m.needed() {
			t.Errorf("%s: %+v", m.ID, s)
		}
		if active, _, err := c.Active(m.Role); err == nil && !c.Ships(active) {
			t.Errorf("%s is active", active.ID)
		}
		if m.Memory == 0 || len(m.Languages) == 0 {
			t.Errorf("%s does not say what it needs and understands", m.ID)
		}
		for _, f := range m.Files {
			// Without a hash, or at an address whose content may change, a file is unverified; it is never silently trusted.
			if !f.Unverified && f.URL != "" && (f.SHA256 == "" || !pinned.MatchString(f.URL)) {
				t.Errorf("%s: the file %s counts as verified", m.ID, f.Name)
			}
			if f.URL != "" && !strings.HasSuffix(f.URL, "/"+f.Name) {
				t.Errorf("%s: the file %s comes from %s", m.ID, f.Name, f.URL)
			}
		}
	}
	if listed == 0 {
		t.Error("only the starter is listed")
	}
	var none *NoModelError
	if _, _, err := c.Active(RoleCaption); !errors.As(err, &none) {
		t.Errorf("captions: %v", err)
	}
}
