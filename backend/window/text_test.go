//go:build !windows

package window

import "testing"

func TestPlaceIsShortInThePersonsOwnFolder(t *testing.T) {
	t.Setenv("HOME", "/home/ana")
	for path, want := range map[string]string{
		"/home/ana":             "~",
		"/home/ana/Pictures":    "~/Pictures",
		"/home/anatol/Photos":   "/home/anatol/Photos",
		"/media/ana/disk\x01/a": "/media/ana/disk\\x01/a",
	} {
		if got := place(path); got != want {
			t.Errorf("place(%q) = %q, want %q", path, got, want)
		}
	}
	t.Setenv("HOME", "")
	if got := place("/home/ana"); got != "/home/ana" {
		t.Errorf("without a home: %q", got)
	}
}
