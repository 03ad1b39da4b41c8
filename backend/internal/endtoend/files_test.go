package endtoend

import (
	"os"
	"path/filepath"
	"testing"
)

// copyFile copies a file and adds bytes at its end.
func copyFile(t *testing.T, from, to string, more []byte) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(to, append(data, more...), 0o644); err != nil {
		t.Fatal(err)
	}
}
