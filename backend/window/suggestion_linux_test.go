package window

import (
	"errors"
	"testing"
)

func TestPicturesFolderIsTheOneOfTheDesktop(t *testing.T) {
	for text, want := range map[string]string{
		"XDG_PICTURES_DIR=\"$HOME/Bilder\"\n":                                                   "/home/me/Bilder",
		"# a comment\nXDG_DOWNLOAD_DIR=\"$HOME/x\"\n XDG_PICTURES_DIR = \"/data/Photos of us\"": "/data/Photos of us",
		"XDG_PICTURES_DIR=\"$HOME/a \\\"b\\\" \\$c\"":                                           "/home/me/a \"b\" $c",
		"XDG_PICTURES_DIR=\"$HOME/\"\n":                                                         "",
		"XDG_PICTURES_DIR=\"$HOME\"\n":                                                          "",
		"XDG_PICTURES_DIR=\"relative\"\n":                                                       "",
		"XDG_PICTURES_DIR=$HOME/Bilder\n":                                                       "",
		"XDG_PICTURES_DIR=\"$HOME/open":                                                         "",
		"XDG_PICTURES_DIR=\"$HOME/open\\":                                                       "",
		"XDG_PICTURES_DIR=\"$HOME/../../etc\"":                                                  "/etc",
		"":                                                                                      "/home/me/Pictures",
	} {
		environment := map[string]string{"HOME": "/home/me", "XDG_CONFIG_HOME": "relative"}
		have := picturesFolder(func(n string) string { return environment[n] }, func(name string) ([]byte, error) {
			if name != "/home/me/.config/user-dirs.dirs" {
				t.Errorf("%s is read", name)
			}
			return []byte(text), nil
		})
		if have != want {
			t.Errorf("%q: %q, want %q", text, have, want)
		}
	}
	none := func(string) ([]byte, error) { return nil, errors.New("not there") }
	if have := picturesFolder(func(string) string { return "" }, none); have != "" {
		t.Errorf("without a home: %q", have)
	}
}
