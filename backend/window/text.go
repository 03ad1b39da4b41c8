package window

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"unicode"
	"unicode/utf8"

	"pixeldetective/backend/logging"
)

// display makes a name or path safe to be shown: valid UTF-8 without control characters.
func display(path string) string { return logging.EscapeSentence(path) }

// place makes the path of a folder or file short and safe to be shown: ~ stands for the person's own folder, where systems
// write it so.
func place(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || runtime.GOOS == "windows" || len(home) < 2 {
		return display(path)
	}
	if rest, in := strings.CutPrefix(path, home); in && (rest == "" || rest[0] == filepath.Separator) {
		return "~" + display(rest)
	}
	return display(path)
}

// Sentence makes a sentence for people of an error.
func Sentence(err error) string { return sentence(err.Error()) }

// sentence makes a sentence of an error or a half-sentence.
func sentence(text string) string {
	text = strings.TrimSpace(display(text))
	if text == "" {
		return ""
	}
	if first, size := utf8.DecodeRuneInString(text); unicode.IsLower(first) {
		text = string(unicode.ToUpper(first)) + text[size:]
	}
	switch text[len(text)-1] {
	case '.', '!', '?':
		return text
	}
	return text + "."
}
