package config

import (
	"os"
	"path/filepath"
	"testing"
)

func TestLocate(t *testing.T) {
	dir := t.TempDir()
	touch := func(path string) string {
		full := filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(full, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		return full
	}
	lib := runtimeName()
	bare := touch("bare/pixel-detective")
	beside := touch("beside/pixel-detective")
	touch("beside/models/catalog.json")
	touch("beside/lib/" + lib)
	packaged := touch("usr/bin/pixel-detective")
	touch("usr/lib/pixel-detective/models/catalog.json")
	touch("usr/lib/pixel-detective/" + lib)
	source := touch("src/build/bin/pixel-detective")
	touch("src/models/catalog.json")
	touch("src/build/runtime/" + lib)
	link := filepath.Join(dir, "link")
	if err := os.Symlink(source, link); err != nil {
		t.Fatal(err)
	}
	file := touch("file")
	at := func(path string) string { return filepath.Join(dir, path) }
	for name, c := range map[string]struct {
		library string
		env     map[string]string
		exe     string
		want    Paths // fields left out are not looked at
		fails   bool
	}{
		"beside":            {library: at("l"), exe: beside, want: Paths{Library: at("l"), Settings: at("l/settings.toml"), Log: at("l/log"), Cache: at("l/cache"), UserModels: at("l/models"), Backup: at("l/backup"), ShippedModels: at("beside/models"), RuntimeLibrary: at("beside/lib/" + lib), Worker: at("beside/" + workerName())}},
		"packaged":          {library: at("l"), exe: packaged, want: Paths{ShippedModels: at("usr/lib/pixel-detective/models"), RuntimeLibrary: at("usr/lib/pixel-detective/" + lib), Worker: at("usr/bin/" + workerName())}},
		"source tree":       {library: at("l"), exe: source, want: Paths{ShippedModels: at("src/models"), RuntimeLibrary: at("src/build/runtime/" + lib)}},
		"through a link":    {library: at("l"), exe: link, want: Paths{ShippedModels: at("src/models"), Worker: at("src/build/bin/" + workerName())}},
		"nothing there":     {library: at("l"), exe: bare, want: Paths{ShippedModels: at("bare/models"), RuntimeLibrary: at("bare/lib/" + lib), Worker: at("bare/" + workerName())}},
		"environment":       {exe: beside, env: map[string]string{EnvLibrary: at("env"), EnvModels: at("m"), EnvRuntime: at("r.so")}, want: Paths{Library: at("env"), ShippedModels: at("m"), RuntimeLibrary: at("r.so")}},
		"flag before env":   {library: at("flag"), exe: beside, env: map[string]string{EnvLibrary: at("env")}, want: Paths{Library: at("flag")}},
		"XDG":               {exe: beside, env: map[string]string{"XDG_DATA_HOME": at("data"), "HOME": at("home")}, want: Paths{Library: at("data/pixel-detective")}},
		"XDG relative":      {exe: beside, env: map[string]string{"XDG_DATA_HOME": "data", "HOME": at("home")}, want: Paths{Library: at("home/.local/share/pixel-detective")}},
		"home":              {exe: beside, env: map[string]string{"HOME": at("home")}, want: Paths{Library: at("home/.local/share/pixel-detective")}},
		"library is a file": {library: file, exe: beside, fails: true},
		"zero byte":         {library: "a\x00b", exe: beside, fails: true},
		"no executable":     {library: at("l"), fails: true},
	} {
		have, err := Locate(c.library, func(key string) string { return c.env[key] }, c.exe)
		if (err != nil) != c.fails {
			t.Errorf("%s: %v", name, err)
			continue
		}
		for _, field := range []struct{ name, have, want string }{
			{"Library", have.Library, c.want.Library}, {"Settings", have.Settings, c.want.Settings}, {"Log", have.Log, c.want.Log},
			{"Cache", have.Cache, c.want.Cache}, {"UserModels", have.UserModels, c.want.UserModels}, {"Backup", have.Backup, c.want.Backup},
			{"ShippedModels", have.ShippedModels, c.want.ShippedModels}, {"RuntimeLibrary", have.RuntimeLibrary, c.want.RuntimeLibrary},
			{"Worker", have.Worker, c.want.Worker},
		} {
			if field.want != "" && field.have != field.want {
				t.Errorf("%s: %s is %q, want %q", name, field.name, field.have, field.want)
			}
		}
	}
}

func TestARelativeLibraryBecomesAbsolute(t *testing.T) {
	t.Chdir(t.TempDir())
	here, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	p, err := Locate("lib", func(string) string { return "" }, "/x/y")
	if err != nil || p.Library != filepath.Join(here, "lib") {
		t.Errorf("%q, %v", p.Library, err)
	}
}

func TestMemoryBudget(t *testing.T) {
	const machine = "MemTotal:       16777216 kB\nMemFree: 1 kB\n"
	for name, c := range map[string]struct {
		setting int64
		files   map[string]string
		want    Budget
	}{
		"nothing known":   {0, nil, Budget{gib, "unknown machine"}},
		"half of all":     {0, map[string]string{"/proc/meminfo": machine}, Budget{8 * gib, "half of the machine's memory"}},
		"the setting":     {gib, map[string]string{"/proc/meminfo": machine}, Budget{gib, "the setting"}},
		"setting too big": {64 * gib, map[string]string{"/proc/meminfo": machine}, Budget{8 * gib, "half of the machine's memory"}},
		"version 2, above": {0, map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "0::/a/b\n",
			"/sys/fs/cgroup/a/b/memory.max": "max\n", "/sys/fs/cgroup/a/memory.max": "2147483648\n"}, Budget{2 * gib, "the container's limit"}},
		"version 2, container": {0, map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "0::/\n",
			"/sys/fs/cgroup/memory.max": "1073741824\n"}, Budget{gib, "the container's limit"}},
		"version 1": {0, map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "5:cpu,memory:/d\n4:devices:/x\n",
			"/sys/fs/cgroup/memory/d/memory.limit_in_bytes": "3221225472\n"}, Budget{3 * gib, "the container's limit"}},
		"version 1, unlimited": {0, map[string]string{"/proc/meminfo": machine, "/proc/self/cgroup": "5:memory:/d\n",
			"/sys/fs/cgroup/memory/d/memory.limit_in_bytes": "9223372036854771712\n"}, Budget{8 * gib, "half of the machine's memory"}},
		"nonsense": {0, map[string]string{"/proc/meminfo": "MemTotal: much\n", "/proc/self/cgroup": "::\nx\n0::/../../etc\n"}, Budget{gib, "unknown machine"}},
	} {
		have := MemoryBudget(c.setting, func(path string) ([]byte, error) {
			if text, there := c.files[path]; there {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		})
		if have != c.want {
			t.Errorf("%s: have %+v, want %+v", name, have, c.want)
		}
	}
	if have := MemoryBudget(0, os.ReadFile); have.Bytes < 1<<20 {
		t.Errorf("this machine: %+v", have)
	}
}
