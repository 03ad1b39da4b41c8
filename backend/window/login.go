package window

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"pixeldetective/backend/config"
	"pixeldetective/backend/internal/atomicfile"
)

// loginEntry is what has the system run `pixel-detective watch` when the person logs in: a file, by system.
type loginEntry struct {
	file    string // where it lies; empty: this system has no place for it
	content []byte
	runs    []byte // the part of it that says what is run
	program string
}

// newLoginEntry is the entry of one library. Each library has its own.
func newLoginEntry(paths config.Paths, getenv func(string) string) loginEntry {
	if paths.Library == "" || paths.Worker == "" {
		return loginEntry{}
	}
	program := filepath.Join(filepath.Dir(paths.Worker), consoleName)
	sum := sha256.Sum256([]byte(paths.Library))
	file, content, runs := loginFile(loginWords{
		name: "pixel-detective-watch-" + hex.EncodeToString(sum[:4]), program: program,
		arguments: []string{"watch", "--quiet", "--library", paths.Library},
	}, getenv)
	return loginEntry{file: file, content: content, runs: runs, program: program}
}

// loginWords are what each system writes in its own way.
type loginWords struct {
	name      string
	program   string
	arguments []string
}

// set writes the entry or removes it. The error is a sentence for people.
func (e loginEntry) set(on bool) error {
	if e.file == "" {
		return errors.New("this system has no known place for programs that start at login")
	}
	if !on {
		if err := os.Remove(e.file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the login entry cannot be removed: %w", err)
		}
		return nil
	}
	if strings.ContainsFunc(string(e.content), func(r rune) bool { return r == 0 }) {
		return errors.New("the login entry cannot be written: the library's path has a zero byte in it")
	}
	if _, err := os.Stat(e.program); err != nil {
		return fmt.Errorf("the login entry would start nothing: %w", err)
	}
	if err := os.MkdirAll(filepath.Dir(e.file), 0o700); err != nil {
		return fmt.Errorf("the login entry cannot be written: %w", err)
	}
	if err := atomicfile.Write(e.file, e.content, 0o644); err != nil {
		return fmt.Errorf("the login entry cannot be written: %w", err)
	}
	return nil
}

// refresh writes the entry anew if it is there and runs something else: the program may have moved. What the desktop wrote
// into it, such as that it is switched off, stays otherwise.
func (e loginEntry) refresh() error {
	have, err := os.ReadFile(e.file)
	if errors.Is(err, fs.ErrNotExist) || e.file == "" {
		return nil
	}
	if err != nil || bytes.Contains(have, e.runs) {
		return err
	}
	return e.set(true)
}
