package command

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"

	"golang.org/x/term"

	"pixeldetective/backend/logging"
)

// printJSON prints one document on one line.
func (c *console) printJSON(v any) error {
	encoder := json.NewEncoder(c.out)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(v)
}

// say prints a line for people; not with --json or --quiet.
func (c *console) say(format string, args ...any) {
	if !c.json && !c.quiet {
		fmt.Fprintf(c.out, format+"\n", args...)
	}
}

// shown is a name that is safe on a terminal.
func shown(name string) string { return logging.Escape(name) }

// sentence is a sentence that is safe on a terminal; the names in it are quoted.
func sentence(text string) string { return logging.EscapeSentence(text) }

// utf8 is a name as JSON can hold it.
func utf8(name string) string { return strings.ToValidUTF8(name, "\uFFFD") }

// onTerminal says whether standard output is a terminal.
func (c *console) onTerminal() bool {
	file, ok := c.out.(*os.File)
	return ok && term.IsTerminal(int(file.Fd()))
}

// count writes a number with its noun: 1 photo, 2 photos.
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
