package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/pelletier/go-toml/v2"

	"pixeldetective/backend/internal/atomicfile"
)

// InvalidError says which setting in which file cannot be used, and what would be right.
type InvalidError struct {
	File   string
	Key    string // "section.key"; "" if the file as a whole cannot be read
	Value  string // as it was written, shortened; "" for an unknown key
	Reason string // what is wrong and what would be right, a half-sentence
}

func (e *InvalidError) Error() string {
	switch {
	case e.Key == "":
		return fmt.Sprintf("the settings file %q cannot be read: %s. Correct it, or delete it to get the defaults", e.File, e.Reason)
	case e.Value == "":
		return fmt.Sprintf("the settings file %q has the setting %q: %s. Correct it, or delete the line to get the default", e.File, e.Key, e.Reason)
	}
	return fmt.Sprintf("the settings file %q sets %q to %s: %s. Correct it, or delete the line to get the default", e.File, e.Key, e.Value, e.Reason)
}

// maxFileBytes bounds what is read as a settings file; a written one has some 4 kB.
const maxFileBytes = 1 << 20

// Load reads the settings at path over the defaults. A file that is not there means the defaults. Anything in it that is
// not a known setting with a value in its range is an *InvalidError, and the settings returned with it are the defaults.
func Load(path string) (Settings, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Default(), nil
	}
	if err != nil {
		return Default(), fmt.Errorf("reading the settings: %w", err)
	}
	if !info.Mode().IsRegular() {
		return Default(), &InvalidError{File: path, Reason: "it is not a plain file"}
	}
	if info.Size() > maxFileBytes {
		return Default(), &InvalidError{File: path, Reason: "it is larger than any settings file"}
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return Default(), fmt.Errorf("reading the settings: %w", err)
	}
	s, err := parse(data)
	var invalid *InvalidError
	if errors.As(err, &invalid) {
		invalid.File = path
	}
	return s, err
}

// parse reads the text of a settings file.
func parse(data []byte) (Settings, error) {
	var tree map[string]any
	if err := toml.Unmarshal(data, &tree); err != nil {
		reason := err.Error()
		var syntax *toml.DecodeError
		if errors.As(err, &syntax) {
			row, column := syntax.Position()
			reason = fmt.Sprintf("line %d, column %d: %s", row, column, strings.TrimPrefix(syntax.Error(), "toml: "))
		}
		return Default(), &InvalidError{Reason: reason}
	}
	rows := map[string]setting{}
	sections := map[string]bool{}
	for _, row := range table() {
		rows[row.name()] = row
		sections[row.section] = true
	}
	s := Default()
	for _, section := range sortedKeys(tree) {
		values, isTable := tree[section].(map[string]any)
		if !isTable || !sections[section] {
			return Default(), unknown(section, rows, sections)
		}
		for _, key := range sortedKeys(values) {
			name := section + "." + key
			row, known := rows[name]
			if !known {
				return Default(), unknown(name, rows, sections)
			}
			v, err := row.parse(values[key])
			if err != nil {
				return Default(), &InvalidError{Key: name, Value: shorten(fmt.Sprintf("%#v", values[key])), Reason: err.Error()}
			}
			row.set(&s, v)
		}
	}
	return s, nil
}

// Validate says whether every setting is in its range; the error is an *InvalidError without a file.
func (s Settings) Validate() error {
	for _, row := range table() {
		if v := row.get(&s); !row.inRange(v) {
			return &InvalidError{Key: row.name(), Value: row.write(v), Reason: "want " + row.allowed()}
		}
	}
	return nil
}

// Save writes the settings to path, whole or not at all, each with its sentence, default and range above it. A setting
// that has its default is written as a comment, so that a later version may bring a better one. Settings out of range
// are refused.
func (s Settings) Save(path string) error {
	if err := s.Validate(); err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return fmt.Errorf("saving the settings: %w", err)
	}
	return write(path, []byte(s.String()))
}

// write puts a settings file in its place, whole or not at all; where path is a link, in the place of what it leads to.
func write(path string, data []byte) error {
	mode := os.FileMode(0o644)
	if real, err := filepath.EvalSymlinks(path); err == nil {
		path = real
	}
	if info, err := os.Stat(path); err == nil {
		mode = info.Mode().Perm()
	}
	if err := atomicfile.Write(path, data, mode); err != nil {
		return fmt.Errorf("saving the settings: %w", err)
	}
	return nil
}

// String returns the text of the settings file.
func (s Settings) String() string {
	var b strings.Builder
	b.WriteString("# Settings of Pixel Detective. A line that begins with # holds a default: remove the # to change it.\n")
	section := ""
	for _, row := range table() {
		if row.section != section {
			section = row.section
			fmt.Fprintf(&b, "\n[%s]\n", section)
		}
		fmt.Fprintf(&b, "# %s %s.", row.sentence, strings.ToUpper(row.allowed()[:1])+row.allowed()[1:])
		if row.zero != "" {
			fmt.Fprintf(&b, " 0 means %s.", row.zero)
		}
		b.WriteByte('\n')
		v := row.get(&s)
		if v == row.standard {
			b.WriteString("# ")
		}
		fmt.Fprintf(&b, "%s = %s\n", row.key, row.write(v))
	}
	return b.String()
}
