package window

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pixeldetective/backend/config"
)

func withSettings(t *testing.T) *Bridge {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
	program := filepath.Join(home, "pixel-detective")
	if err := os.WriteFile(program, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	return New(Deps{Settings: config.Default(), Paths: config.Paths{
		Library: home, Settings: filepath.Join(home, "settings.toml"), Worker: filepath.Join(home, "pixel-detective-worker"),
	}})
}

func settingOf(t *testing.T, b *Bridge, key string) Setting {
	t.Helper()
	for _, s := range b.Settings() {
		if s.Key == key {
			return s
		}
	}
	t.Fatalf("there is no setting %s", key)
	return Setting{}
}

func TestEverySettingIsShownWhole(t *testing.T) {
	for _, s := range withSettings(t).Settings() {
		if s.Sentence == "" || s.Section+"."+s.Key[len(s.Section)+1:] != s.Key || s.Value != s.Standard || s.Choices == nil || s.Pending {
			t.Errorf("%+v", s)
		}
		switch s.Kind {
		case "whole", "bytes", "span", "share":
			if s.Low == "" || s.High == "" || strings.Contains(s.Low+s.High+s.Value, `"`) {
				t.Errorf("%+v", s)
			}
		case "choice":
			if len(s.Choices) < 2 {
				t.Errorf("%+v", s)
			}
		case "switch", "word":
		default:
			t.Errorf("a kind that the page does not know: %+v", s)
		}
	}
}

func TestSettingsHoldAtOnceOrSayThatTheyDoNot(t *testing.T) {
	b := withSettings(t)
	for key, c := range map[string]struct {
		value   string
		pending bool
	}{
		"window.theme": {"dark", false}, "search.limit": {"9", false}, "supervisor.idle_unload": {"1m", false},
		"supervisor.decoders": {"1", true}, "indexing.batch_size": {"2", true}, "log.backups": {"9", true},
	} {
		s, err := b.SetSetting(key, c.value)
		if err != nil || s.Value != c.value || s.Pending != c.pending || settingOf(t, b, key).Value != c.value {
			t.Errorf("%s: %+v, %v", key, s, err)
		}
	}
	if b.appearance().Theme != "dark" || b.settings.current().Search.Limit != 9 {
		t.Error("what was set does not hold")
	}
	saved, err := config.Load(b.deps.Paths.Settings)
	if err != nil || saved != b.settings.current() {
		t.Errorf("the file says %+v, %v", saved, err)
	}
	s, err := b.ResetSetting("supervisor.decoders")
	if err != nil || s.Value != s.Standard || s.Pending {
		t.Errorf("set back: %+v, %v", s, err)
	}
	for _, wrong := range [][2]string{{"search.limit", "0"}, {"search.limits", "1"}, {"window.theme", "pink"}, {"", ""}} {
		if _, err := b.SetSetting(wrong[0], wrong[1]); err == nil {
			t.Errorf("%v was taken", wrong)
		}
	}
	if again, err := config.Load(b.deps.Paths.Settings); err != nil || again.Search.Limit != 9 {
		t.Errorf("a wrong value changed the file: %+v, %v", again, err)
	}
}

func TestStartAtLoginWritesTheEntryOrNothing(t *testing.T) {
	b := withSettings(t)
	if _, err := b.SetSetting("window.start_at_login", "true"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.login.file); err != nil {
		t.Error(err)
	}
	if _, err := b.ResetSetting("window.start_at_login"); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(b.login.file); err == nil {
		t.Error("the entry is still there")
	}
	if err := os.Remove(b.login.program); err != nil {
		t.Fatal(err)
	}
	if _, err := b.SetSetting("window.start_at_login", "true"); err == nil {
		t.Error("an entry that starts nothing was written")
	}
	if saved, err := config.Load(b.deps.Paths.Settings); err != nil || saved.Window.StartAtLogin || settingOf(t, b, "window.start_at_login").Value != "false" {
		t.Errorf("the setting says that it was: %+v, %v", saved.Window, err)
	}
}

func TestSettingsWithoutALibraryCannotBeSaved(t *testing.T) {
	b := New(Deps{Settings: config.Default()})
	if _, err := b.SetSetting("window.theme", "dark"); err == nil || len(b.Settings()) == 0 {
		t.Errorf("have %v", err)
	}
}
