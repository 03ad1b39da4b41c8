package window

import (
	"errors"
	"os"
	"sync"

	"pixeldetective/backend/config"
)

// settings are the person's settings: what the file says, and what the program works with until it starts anew.
type settings struct {
	path  string
	apply func(was, is config.Settings) error // what holds at once; nothing is saved if it fails

	mu      sync.Mutex
	started config.Settings
	saved   config.Settings
}

// holdsAtOnce says whether a setting needs no new start.
func holdsAtOnce(key string) bool {
	switch key {
	case "window.theme", "window.close_to_background", "window.start_at_login", "search.limit",
		"supervisor.background_loads", "supervisor.load_timeout", "supervisor.call_timeout", "supervisor.idle_unload",
		"supervisor.memory_budget", "supervisor.memory_threshold", "supervisor.keep_loaded":
		return true
	}
	return false
}

// current returns the settings as the file says them.
func (s *settings) current() config.Settings {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.saved
}

func (s *settings) list() []Setting {
	s.mu.Lock()
	defer s.mu.Unlock()
	all := []Setting{}
	for _, row := range s.saved.Rows() {
		all = append(all, s.setting(row))
	}
	return all
}

func (s *settings) setting(row config.Row) Setting {
	return Setting{
		Key: row.Key, Section: row.Section, Kind: row.Kind, Sentence: row.Sentence, Value: row.Value, Standard: row.Standard,
		Low: row.Low, High: row.High, Zero: row.Zero, Choices: append([]string{}, row.Choices...),
		Pending: !holdsAtOnce(row.Key) && !config.Same(row.Key, s.started, s.saved),
	}
}

// change has write change the file, and what holds at once hold.
func (s *settings) change(key string, write func(path string) (config.Settings, error)) (Setting, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.saved.Row(key); !ok {
		return Setting{}, errors.New("there is no such setting")
	}
	if s.path == "" {
		return Setting{}, errors.New("settings cannot be saved as long as there is no library")
	}
	is, err := write(s.path)
	if err != nil {
		return Setting{}, err
	}
	was := s.saved
	s.saved = is
	if err := s.apply(was, is); err != nil {
		// Best effort: the file says again what holds.
		if row, ok := was.Row(key); ok {
			if again, undo := config.Set(s.path, key, row.Value); undo == nil {
				s.saved = again
			}
		}
		return Setting{}, err
	}
	row, _ := is.Row(key)
	return s.setting(row), nil
}

// addSettings makes the settings, of a Bridge that was given those of the start.
func (b *Bridge) addSettings() {
	b.login = newLoginEntry(b.deps.Paths, os.Getenv)
	b.settings = &settings{
		path: b.deps.Paths.Settings, started: b.deps.Settings, saved: b.deps.Settings, apply: b.applySettings,
	}
}

// applySettings makes hold at once what can.
func (b *Bridge) applySettings(was, is config.Settings) error {
	if was.Window.StartAtLogin != is.Window.StartAtLogin {
		if err := b.login.set(is.Window.StartAtLogin); err != nil {
			return err
		}
	}
	if p := b.attached.Load(); p != nil && was.Supervisor != is.Supervisor {
		p.Supervisor.Adjust(is.Supervisor)
	}
	b.touch()
	return nil
}

// Settings returns all numbers, switches and words that a person may change.
func (b *Bridge) Settings() []Setting { return b.settings.list() }

// SetSetting gives one of them a value and keeps it in the settings file. The error is a sentence for people.
func (b *Bridge) SetSetting(key, value string) (Setting, error) {
	return b.settings.change(key, func(path string) (config.Settings, error) { return config.Set(path, key, value) })
}

// ResetSetting gives one of them its standard.
func (b *Bridge) ResetSetting(key string) (Setting, error) {
	return b.settings.change(key, func(path string) (config.Settings, error) { return config.Reset(path, key) })
}

// appearance is what the settings say of the page's looks.
func (b *Bridge) appearance() Appearance { return Appearance{Theme: b.settings.current().Window.Theme} }
