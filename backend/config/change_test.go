package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestSetKeepsWhatThePersonWrote(t *testing.T) {
	for name, c := range map[string]struct{ before, key, value, after string }{
		"over a value": {"# mine\n[search]\nlimit = 7 # many\n", "search.limit", "9", "# mine\n[search]\nlimit = 9 # many\n"},
		"over a commented default": {"[search]\n# Hits.\n# limit = 50\n\n[log]\nbackups = 2\n", "search.limit", "9",
			"[search]\n# Hits.\nlimit = 9\n\n[log]\nbackups = 2\n"},
		"not over a note": {"[search]\n# limit = 3 was too few\n", "search.limit", "9", "[search]\n# limit = 3 was too few\nlimit = 9\n"},
		"at the end of a section": {"[log]\nbackups = 2\n\n# of searching\n[search]\n", "log.max_megabytes", "5",
			"[log]\nbackups = 2\n\n# of searching\nmax_megabytes = 5\n[search]\n"},
		"a new section":        {"[log]\nbackups = 2", "window.theme", "dark", "[log]\nbackups = 2\n\n[window]\ntheme = \"dark\"\n"},
		"dotted keys":          {"search.limit = 7\n", "search.limit", "8", "search.limit = 8\n"},
		"beside dotted keys":   {"log.backups = 2\n", "log.max_megabytes", "5", "log.max_megabytes = 5\nlog.backups = 2\n"},
		"in an inline table":   {"search = { limit = 7 } # short\n", "search.limit", "8", "search = { limit = 8 } # short\n"},
		"quoted keys":          {"[\"search\"]\n'limit' = 7\n", "search.limit", "8", "[\"search\"]\n'limit' = 8\n"},
		"strings":              {"[supervisor]\nload_timeout = '30s' # slow\n", "supervisor.load_timeout", "1m30s", "[supervisor]\nload_timeout = \"1m30s\" # slow\n"},
		"switches":             {"[window]\nstart_at_login = false\n", "window.start_at_login", "true", "[window]\nstart_at_login = true\n"},
		"shares":               {"[supervisor]\nmemory_threshold = 0.7\n", "supervisor.memory_threshold", "0.5", "[supervisor]\nmemory_threshold = 0.5\n"},
		"Windows lines":        {"[search]\r\n# limit = 50\r\n", "search.limit", "9", "[search]\r\nlimit = 9\r\n"},
		"the same value":       {"[search]\nlimit = 7\n", "search.limit", "7", "[search]\nlimit = 7\n"},
		"an unwritten default": {"[search]\n", "search.limit", "50", "[search]\n"},
		"an empty file":        {"", "search.limit", "9", "\n[search]\nlimit = 9\n"},
	} {
		path := filepath.Join(t.TempDir(), "settings.toml")
		if err := os.WriteFile(path, []byte(c.before), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := Set(path, c.key, c.value)
		after, _ := os.ReadFile(path)
		if err != nil || string(after) != c.after {
			t.Errorf("%s: %v\n%q, want\n%q", name, err, after, c.after)
		}
		if row, ok := s.Row(c.key); !ok || row.Value != c.value {
			t.Errorf("%s: the row has %q", name, row.Value)
		}
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: the file's permissions became %v, %v", name, info.Mode(), err)
		}
	}
}

func TestResetMakesALineAComment(t *testing.T) {
	for name, c := range map[string]struct{ before, after string }{
		"a line":          {"[search]\nlimit = 7 # many\n", "[search]\n# limit = 50 # many\n"},
		"an inline table": {"search = {limit = 7}\n", "# search = {limit = 50}\n"},
		"nothing":         {"[log]\nbackups = 2\n", "[log]\nbackups = 2\n"},
	} {
		path := filepath.Join(t.TempDir(), "settings.toml")
		if err := os.WriteFile(path, []byte(c.before), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Reset(path, "search.limit")
		if after, _ := os.ReadFile(path); err != nil || string(after) != c.after || s.Search.Limit != 50 {
			t.Errorf("%s: %v, %q", name, err, after)
		}
	}
}

func TestSetWritesTheWholeFileWhereThereIsNone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "below", "settings.toml")
	s, err := Set(path, "window.theme", "dark")
	if err != nil || s.Window.Theme != "dark" {
		t.Fatal(s, err)
	}
	if text, _ := os.ReadFile(path); string(text) != s.String() {
		t.Errorf("have %s", text)
	}
}

func TestSetRefusesWithTheReason(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.toml")
	for key, c := range map[string][2]string{
		"search.limit":                {"0", "a whole number from 1 to 100000"},
		"indexing.batch_size":         {"many", "a whole number from 1 to 256"},
		"window.theme":                {"pink", "one of system, light, dark"},
		"window.start_at_login":       {"yes", "true or false"},
		"supervisor.device":           {"\x1b[31m", "a short word"},
		"supervisor.load_timeout":     {"60", "a time from"},
		"indexing.max_file_bytes":     {"", "a size from"},
		"supervisor.memory_threshold": {"NaN", "a number from"},
	} {
		_, err := Set(path, key, c[0])
		var wrong *ValueError
		if !errors.As(err, &wrong) || !strings.Contains(err.Error(), key) || !strings.Contains(err.Error(), c[1]) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := Set(path, "search.limt", "3"); err == nil {
		t.Error("a setting that does not exist was set")
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was written")
	}
}

func TestSetLeavesAFileThatIsNotUnderstood(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.toml")
	const text = "[search]\nlimit = 7\nlimits = 9\n"
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := Set(path, "search.limit", "8")
	var invalid *InvalidError
	if after, _ := os.ReadFile(path); !errors.As(err, &invalid) || string(after) != text {
		t.Errorf("%v, %q", err, after)
	}
}

func TestSetFollowsALinkToTheFile(t *testing.T) {
	dir := t.TempDir()
	real, path := filepath.Join(dir, "dotfiles.toml"), filepath.Join(dir, "settings.toml")
	if err := os.WriteFile(real, []byte("[search]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(real, path); err != nil {
		t.Skip(err)
	}
	if _, err := Set(path, "search.limit", "8"); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if text, _ := os.ReadFile(real); string(text) != "[search]\nlimit = 8\n" {
		t.Errorf("have %q", text)
	}
}

// Whatever is set in whatever order: the file says it, the comments stay, and a reset of all gives the defaults.
func TestSetAndResetInAnyOrder(t *testing.T) {
	dir := t.TempDir()
	rows := table()
	rapid.Check(t, func(rt *rapid.T) {
		path := filepath.Join(dir, "settings.toml")
		start := rapid.SampledFrom([]string{"", "# a note\n", Default().String(), "# a note\nsearch.limit = 3\nlog = {backups = 1, max_megabytes = 3}\n",
			"[log]\r\n# a note\r\n[search]\r\n[window]\r\n[indexing]\r\n[supervisor]"}).Draw(rt, "start")
		if err := os.WriteFile(path, []byte(start), 0o644); err != nil {
			rt.Fatal(err)
		}
		want, err := Load(path)
		if err != nil {
			rt.Fatal(err)
		}
		for range rapid.IntRange(1, 6).Draw(rt, "steps") {
			row := rapid.SampledFrom(rows).Draw(rt, "row")
			v := row.standard
			if rapid.Bool().Draw(rt, "other") {
				v = row.other()
			}
			row.set(&want, v)
			if v == row.standard && rapid.Bool().Draw(rt, "reset") {
				_, err = Reset(path, row.name())
			} else {
				_, err = Set(path, row.name(), row.text(v))
			}
			if err != nil {
				rt.Fatalf("%s: %v", row.name(), err)
			}
		}
		text, _ := os.ReadFile(path)
		if have, err := Load(path); err != nil || have != want {
			rt.Fatalf("%v\n%+v\n%+v\n%s", err, have, want, text)
		}
		if strings.Contains(start, "# a note") && !strings.Contains(string(text), "# a note") {
			rt.Fatalf("the note is gone:\n%s", text)
		}
	})
}

func FuzzEdit(f *testing.F) {
	f.Add([]byte("[search]\nlimit = 7\n"))
	f.Add([]byte("search = {limit = 7}\n# limit = 9\n"))
	f.Add([]byte(Default().String()))
	f.Fuzz(func(t *testing.T, text []byte) {
		have, err := parse(text)
		if err != nil {
			return
		}
		for _, row := range table() {
			want := have
			row.set(&want, row.other())
			if edited, ok := edit(text, row, row.other(), want); ok {
				if again, err := parse(edited); err != nil || again != want {
					t.Errorf("%s: %v\n%s", row.name(), err, edited)
				}
			}
		}
	})
}
