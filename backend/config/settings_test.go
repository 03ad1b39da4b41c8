package config

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDefaultsAreTheDesigns(t *testing.T) {
	s := Default()
	want := Settings{
		Supervisor: Supervisor{BackgroundLoads: 2, LoadTimeout: 60 * time.Second, CallTimeout: 30 * time.Second,
			IdleUnload: 10 * time.Minute, MemoryThreshold: .8},
		Indexing: Indexing{MaxFileBytes: 256 << 20, MaxPixels: 200e6, ThumbnailSide: 320, BatchSize: 8, BatchWhileSearching: 4,
			QueueBytes: 256 << 20, ReconcileEvery: time.Hour, RescanEvery: 3 * time.Second, SettleAfter: 2 * time.Second},
		Search: Search{Limit: 50},
		Window: Window{Theme: "system"},
		Log:    Log{MaxMegabytes: 10, Backups: 3},
	}
	if s != want {
		t.Errorf("have %+v\nwant %+v", s, want)
	}
	if err := s.Validate(); err != nil {
		t.Error(err)
	}
}

func TestEveryRowOfTheTableIsWhole(t *testing.T) {
	seen := map[string]bool{}
	for _, row := range table() {
		if seen[row.name()] || row.sentence == "" || !strings.HasSuffix(row.sentence, ".") || !row.inRange(row.standard) {
			t.Errorf("%s: a duplicate, no sentence, or a default out of range", row.name())
		}
		seen[row.name()] = true
		// Each row moves a field of its own, and no other.
		s := Default()
		other := row.other()
		row.set(&s, other)
		if row.get(&s) != other {
			t.Errorf("%s: set and get differ", row.name())
		}
		for _, rest := range table() {
			if rest.name() != row.name() && rest.get(&s) != rest.standard {
				t.Errorf("%s also changes %s", row.name(), rest.name())
			}
		}
	}
}

// other is a value in range that is not the default.
func (s setting) other() any {
	switch v := s.standard.(type) {
	case bool:
		return !v
	case string:
		if s.kind == kindChoice {
			return s.choices[len(s.choices)-1]
		}
		return v + "cuda"
	case float64:
		return s.low
	}
	if s.standard == s.low {
		return s.high
	}
	return s.low
}

func TestLoadOfAnAbsentFileGivesTheDefaults(t *testing.T) {
	s, err := Load(filepath.Join(t.TempDir(), "settings.toml"))
	if err != nil || s != Default() {
		t.Errorf("have %+v, %v", s, err)
	}
}

func TestParseValues(t *testing.T) {
	for text, check := range map[string]func(Settings) bool{
		"[indexing]\nmax_file_bytes = \"1.5 GiB\"":          func(s Settings) bool { return s.Indexing.MaxFileBytes == 3<<29 },
		"[indexing]\nmax_file_bytes = 2000000":              func(s Settings) bool { return s.Indexing.MaxFileBytes == 2e6 },
		"[indexing]\nmax_file_bytes = \"2MB\"":              func(s Settings) bool { return s.Indexing.MaxFileBytes == 2e6 },
		"[indexing]\nmax_pixels = 1e9":                      func(s Settings) bool { return s.Indexing.MaxPixels == 1e9 },
		"[supervisor]\nidle_unload = \"1h 30m\"":            func(s Settings) bool { return s.Supervisor.IdleUnload == 90*time.Minute },
		"[supervisor]\nmemory_threshold = 1":                func(s Settings) bool { return s.Supervisor.MemoryThreshold == 1 },
		"[supervisor]\nkeep_loaded = true\ndevice='cpu'":    func(s Settings) bool { return s.Supervisor.KeepLoaded && s.Supervisor.Device == "cpu" },
		"[search]\nlimit = 7":                               func(s Settings) bool { return s.Search.Limit == 7 && s.Log == Default().Log },
		"search.limit = 7":                                  func(s Settings) bool { return s.Search.Limit == 7 },
		"# nothing\n":                                       func(s Settings) bool { return s == Default() },
		"[indexing]\nsettle_after = \"0s\"":                 func(s Settings) bool { return s.Indexing.SettleAfter == 0 },
		"[indexing]\nreconcile_every = \"24h\"\n[search]\n": func(s Settings) bool { return s.Indexing.ReconcileEvery == 24*time.Hour },
	} {
		if s, err := parse([]byte(text)); err != nil || !check(s) {
			t.Errorf("%q: %+v, %v", text, s, err)
		}
	}
}

func TestWrongSettingsAreNamed(t *testing.T) {
	for text, want := range map[string][]string{
		"[search]\nlimt = 3":                           {"search.limt", "no such setting", `"search.limit"`},
		"[serach]\nlimit = 3":                          {"serach", `"search"`},
		"limit = 3":                                    {"limit", "section [search]"},
		"search = 3":                                   {"search"},
		"[search]\nlimit = 0":                          {"search.limit", "from 1 to 100000", "0"},
		"[search]\nlimit = \"many\"":                   {"search.limit", "many", "a whole number"},
		"[search]\nlimit = 1.5":                        {"search.limit", "1.5"},
		"[supervisor]\nload_timeout = 60":              {"supervisor.load_timeout", "60", "a time from"},
		"[supervisor]\nload_timeout = \"60\"":          {"supervisor.load_timeout", "a time from"},
		"[supervisor]\nload_timeout = \"2h\"":          {"supervisor.load_timeout", "2h", `"1h"`},
		"[supervisor]\nmemory_threshold = nan":         {"supervisor.memory_threshold"},
		"[supervisor]\nmemory_threshold = 2":           {"supervisor.memory_threshold", "from 0.1 to 1"},
		"[supervisor]\nkeep_loaded = \"yes\"":          {"supervisor.keep_loaded", "true or false"},
		"[supervisor]\nkeep_loaded = 1":                {"supervisor.keep_loaded", "true or false"},
		"[supervisor]\ndevice = \"\\u001b[31m\"":       {"supervisor.device"},
		"[indexing]\nmax_file_bytes = \"9 XB\"":        {"indexing.max_file_bytes", "a size from"},
		"[indexing]\nmax_file_bytes = -1":              {"indexing.max_file_bytes", "-1"},
		"[indexing]\nmax_file_bytes = \"99999999 TB\"": {"indexing.max_file_bytes"},
		"[indexing\n":                                  {"line 1"},
		"[search]\nlimit = 3\nlimit = 4":               {"line 3"},
		"\xff\xfe":                                     {"line 1"},
	} {
		path := filepath.Join(t.TempDir(), "settings.toml")
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		s, err := Load(path)
		var invalid *InvalidError
		if !errors.As(err, &invalid) || s != Default() {
			t.Errorf("%q: have %+v, %v", text, s, err)
			continue
		}
		for _, part := range append(want, path) {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%q: %q does not name %q", text, err, part)
			}
		}
	}
}

func TestSettingsFilesThatAreNone(t *testing.T) {
	dir := t.TempDir()
	if _, err := Load(dir); err == nil {
		t.Error("a folder was read as settings")
	}
	large := filepath.Join(dir, "large")
	if err := os.WriteFile(large, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(large, 1<<40); err != nil {
		t.Skip(err)
	}
	if _, err := Load(large); err == nil {
		t.Error("an endless file was read as settings")
	}
}

func TestSaveAndLoadAgain(t *testing.T) {
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		s := Default()
		for _, row := range table() {
			if rapid.Bool().Draw(rt, row.name()) {
				switch low := row.low.(type) {
				case int64:
					row.set(&s, rapid.Int64Range(low, row.high.(int64)).Draw(rt, "value"))
				case float64:
					row.set(&s, rapid.Float64Range(low, row.high.(float64)).Draw(rt, "value"))
				default:
					row.set(&s, row.other())
				}
			}
		}
		path := filepath.Join(dir, "below", "settings.toml")
		if err := s.Save(path); err != nil {
			rt.Fatal(err)
		}
		if again, err := Load(path); err != nil || again != s {
			rt.Fatalf("saved %+v\nloaded %+v\n%v\n%s", s, again, err, s.String())
		}
	})
	left, err := os.ReadDir(filepath.Join(dir, "below"))
	if err != nil || len(left) != 1 {
		t.Errorf("saving left files behind: %v, %v", left, err)
	}
}

func TestSavedFileExplainsItself(t *testing.T) {
	s := Default()
	s.Search.Limit = 9
	text := s.String()
	for _, row := range table() {
		if !strings.Contains(text, row.sentence) {
			t.Errorf("%s has no sentence in the file", row.name())
		}
	}
	for _, want := range []string{"\nlimit = 9\n", "\n# load_timeout = \"1m\"\n", "\n# max_file_bytes = \"256 MiB\"\n", "0 means half of this machine's memory"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is missing in\n%s", want, text)
		}
	}
	// A person who removes every # before a default gets the same settings.
	free := strings.NewReplacer("\n# load_timeout", "\nload_timeout", "\n# decoders", "\ndecoders", "\n# device", "\ndevice").Replace(text)
	if again, err := parse([]byte(free)); err != nil || again != s {
		t.Errorf("%+v, %v", again, err)
	}
}

func TestSaveRefusesWhatLoadWould(t *testing.T) {
	path := filepath.Join(t.TempDir(), "settings.toml")
	s := Default()
	s.Indexing.BatchSize = 0
	if err := s.Save(path); err == nil || !strings.Contains(err.Error(), "indexing.batch_size") {
		t.Errorf("have %v", err)
	}
	if _, err := os.Stat(path); err == nil {
		t.Error("a file was written")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(Default().String()))
	f.Add([]byte("[search]\nlimit = 1e300\n"))
	f.Add([]byte("[supervisor]\nload_timeout = 07:32:00\ndevice = [[1]]\n"))
	f.Add([]byte("indexing.max_file_bytes = \"0.0000001 B\""))
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := parse(data)
		if err != nil {
			if s != Default() {
				t.Errorf("settings with an error are no defaults: %+v", s)
			}
			return
		}
		if err := s.Validate(); err != nil {
			t.Errorf("out of range: %v", err)
		}
		if again, err := parse([]byte(s.String())); err != nil || again != s {
			t.Errorf("written and read: %+v, %v", again, err)
		}
	})
}
