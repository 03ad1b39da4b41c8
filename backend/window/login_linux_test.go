package window

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pixeldetective/backend/config"
)

// loginAt is the entry of a program and a library below a home folder, both with names that break naive entries.
func loginAt(t *testing.T, home string) (loginEntry, config.Paths) {
	t.Helper()
	program := filepath.Join(home, `pro gram 100% "of" $it\`)
	paths := config.Paths{Library: filepath.Join(home, "lib`rary`;&|<>'*?#()~"), Worker: filepath.Join(program, "pixel-detective-worker")}
	for _, dir := range []string{program, paths.Library} {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	script := "#!/bin/sh\nprintf '%s\\n' \"$@\"\n"
	if err := os.WriteFile(filepath.Join(program, "pixel-detective"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	return newLoginEntry(paths, func(name string) string { return map[string]string{"HOME": home}[name] }), paths
}

func TestLoginEntryRunsWatch(t *testing.T) {
	e, paths := loginAt(t, t.TempDir())
	if err := e.set(true); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(e.file)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(string(text), "[Desktop Entry]\n") || filepath.Base(filepath.Dir(e.file)) != "autostart" {
		t.Errorf("%s:\n%s", e.file, text)
	}
	for line := range strings.Lines(string(text)) {
		if run, ok := strings.CutPrefix(line, "Exec="); ok {
			arguments := readExec(t, strings.TrimSuffix(run, "\n"))
			out, err := exec.Command(arguments[0], arguments[1:]...).Output()
			if want := "watch\n--quiet\n--library\n" + paths.Library + "\n"; err != nil || string(out) != want {
				t.Errorf("%s\nran with %q, %v", line, out, err)
			}
		}
	}
	if check, err := exec.LookPath("desktop-file-validate"); err == nil {
		if out, err := exec.Command(check, e.file).CombinedOutput(); err != nil {
			t.Errorf("%v: %s", err, out)
		}
	}
	if err := e.set(false); err != nil {
		t.Fatal(err)
	}
	if err := e.set(false); err != nil {
		t.Errorf("removing what is not there: %v", err)
	}
	if left, _ := os.ReadDir(filepath.Dir(e.file)); len(left) > 0 {
		t.Errorf("%v is left", left)
	}
}

// readExec reads an Exec line as the Desktop Entry Specification says: first the escapes of a string, then quotes, then
// field codes.
func readExec(t *testing.T, line string) []string {
	t.Helper()
	line = strings.NewReplacer(`\\`, `\`, `\s`, " ", `\n`, "\n", `\t`, "\t", `\r`, "\r").Replace(line)
	var all []string
	var word strings.Builder
	quoted, begun := false, false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '"':
			quoted, begun = !quoted, true
		case c == '\\' && quoted:
			i++
			word.WriteByte(line[i])
		case c == ' ' && !quoted:
			if begun {
				all = append(all, word.String())
			}
			word.Reset()
			begun = false
		case c == '%':
			if i++; line[i] != '%' {
				t.Fatalf("a field code %%%c", line[i])
			}
			word.WriteByte('%')
			begun = true
		default:
			word.WriteByte(c)
			begun = true
		}
	}
	if quoted {
		t.Fatalf("an open quote in %q", line)
	}
	return append(all, word.String())
}

func TestLoginEntryFollowsTheProgram(t *testing.T) {
	home := t.TempDir()
	e, paths := loginAt(t, home)
	if err := e.refresh(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(e.file); err == nil {
		t.Fatal("an entry that nobody asked for was written")
	}
	if err := e.set(true); err != nil {
		t.Fatal(err)
	}
	switched := append(e.content, "Hidden=true\n"...) // by the desktop's own settings
	if err := os.WriteFile(e.file, switched, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := e.refresh(); err != nil {
		t.Fatal(err)
	}
	if text, _ := os.ReadFile(e.file); string(text) != string(switched) {
		t.Errorf("what the desktop wrote was lost:\n%s", text)
	}
	moved := filepath.Join(home, "moved")
	if err := os.Rename(filepath.Dir(paths.Worker), moved); err != nil {
		t.Fatal(err)
	}
	if err := e.set(true); err == nil {
		t.Error("an entry that starts nothing was written")
	}
	paths.Worker = filepath.Join(moved, "pixel-detective-worker")
	now := newLoginEntry(paths, func(name string) string { return map[string]string{"HOME": home}[name] })
	if err := now.refresh(); err != nil || now.file != e.file {
		t.Fatal(now.file, err)
	}
	if text, _ := os.ReadFile(now.file); !strings.Contains(string(text), moved) {
		t.Errorf("it starts the old place:\n%s", text)
	}
}

func TestNoLoginEntryWithoutAPlace(t *testing.T) {
	for _, e := range []loginEntry{{}, newLoginEntry(config.Paths{Library: "/l", Worker: "/w"}, func(string) string { return "" })} {
		if err := e.set(true); err == nil {
			t.Error("an entry was written nowhere")
		}
		if err := e.refresh(); err != nil {
			t.Error(err)
		}
	}
}
