//go:build !windows && !darwin

package window

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// desktopWith makes programs of a desktop that write down their arguments, one a line, and end with a code.
func desktopWith(t *testing.T, codes map[string]string) (log string) {
	t.Helper()
	dir := t.TempDir()
	log = filepath.Join(dir, "log")
	for name, code := range codes {
		script := "#!/bin/sh\nfor a in " + name + ` "$@"; do printf '%s\n' "$a"; done >> '` + log + "'\n" + code + "\n"
		if err := os.WriteFile(filepath.Join(dir, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	return log
}

func TestAFileIsShownByTheFileManager(t *testing.T) {
	log := desktopWith(t, map[string]string{"dbus-send": "exit 0", "xdg-open": "exit 0"})
	file := filepath.Join(t.TempDir(), "a, b 'c' $(d)\n\xff;–.jpg")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := New(Deps{})
	if err := b.showFile(file); err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(log)
	if err != nil {
		t.Fatal(err)
	}
	want := "array:string:file://" + filepath.Dir(file) + "/a%2C%20b%20%27c%27%20%24%28d%29%0A%FF%3B%E2%80%93.jpg\n"
	if !strings.Contains(string(said), want) || strings.Contains(string(said), "xdg-open") {
		t.Errorf("the desktop was asked for\n%swant\n%s", said, want)
	}
}

func TestTheFolderIsOpenedWhereNoFileManagerShowsFiles(t *testing.T) {
	log := desktopWith(t, map[string]string{"dbus-send": "exit 1", "xdg-open": "exit 0"})
	file := filepath.Join(t.TempDir(), "-a.jpg")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := New(Deps{})
	if err := b.showFile(file); err != nil {
		t.Fatal(err)
	}
	said, err := os.ReadFile(log)
	if err != nil || !strings.HasSuffix(string(said), "xdg-open\n"+filepath.Dir(file)+"\n") {
		t.Errorf("the desktop was asked for\n%s%v", said, err)
	}
}

func TestWhatCannotBeShownIsASentence(t *testing.T) {
	desktopWith(t, map[string]string{"dbus-send": "exit 1", "xdg-open": "exit 3"})
	b := New(Deps{})
	file := filepath.Join(t.TempDir(), "a.jpg")
	if err := b.showFile(file); err == nil || !strings.Contains(err.Error(), "not there") {
		t.Errorf("a file that is not there: %v", err)
	}
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.showFile(file); err == nil || !strings.Contains(err.Error(), filepath.Dir(file)) {
		t.Errorf("no file manager: %v", err)
	}
}

func TestALauncherThatStaysIsEndedWithTheProgram(t *testing.T) {
	log := desktopWith(t, map[string]string{"dbus-send": "exec sleep 60"})
	file := filepath.Join(t.TempDir(), "a.jpg")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	b := New(Deps{})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.Run(ctx) }()
	began := time.Now()
	shown := make(chan error, 1)
	go func() { shown <- b.showFile(file) }()
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Stat(log); err == nil {
			break
		} else if time.Now().After(deadline) {
			t.Fatal("nothing was launched")
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if err := <-shown; err == nil {
		t.Error("a launcher that was ended has shown the file")
	}
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %s", took)
	}
}
