package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// ValueError says that a setting cannot have a value. It is a sentence for people.
type ValueError struct {
	Key, Value, Reason string
}

func (e *ValueError) Error() string {
	if e.Value == "" {
		return fmt.Sprintf("%s cannot be empty: %s", e.Key, e.Reason)
	}
	return fmt.Sprintf("%s cannot be %q: %s", e.Key, shorten(e.Value), e.Reason)
}

// Set gives a setting a value, as Row.Value has it, in the settings file at path, and returns what the file says then. The
// person's other lines and comments stay as they are. Errors: *ValueError, *InvalidError where the file is not understood
// already, and those of writing.
func Set(path, key, value string) (Settings, error) {
	row, ok := find(key)
	if !ok {
		return Settings{}, fmt.Errorf("there is no setting %q", shorten(key))
	}
	v, err := row.parseText(value)
	if err != nil {
		return Settings{}, &ValueError{Key: key, Value: value, Reason: err.Error()}
	}
	return change(path, row, v)
}

// Reset gives a setting its default, as Set does; a line of its own becomes a comment.
func Reset(path, key string) (Settings, error) {
	row, ok := find(key)
	if !ok {
		return Settings{}, fmt.Errorf("there is no setting %q", shorten(key))
	}
	return change(path, row, row.standard)
}

// change writes one value into the file.
func change(path string, row setting, v any) (Settings, error) {
	have, err := Load(path)
	if err != nil {
		return have, err
	}
	want := have
	row.set(&want, v)
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return want, want.Save(path)
	case err != nil:
		return have, fmt.Errorf("reading the settings: %w", err)
	}
	edited, ok := edit(text, row, v, want)
	if !ok {
		return have, fmt.Errorf("the settings file %q is written in a way that only you can change; set %s = %s there", path, row.name(), row.write(v))
	}
	if string(edited) == string(text) {
		return want, nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return have, fmt.Errorf("saving the settings: %w", err)
	}
	if err := write(path, edited); err != nil {
		return have, err
	}
	return want, nil
}
