package config

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// edit gives a setting a value in the text of a settings file and leaves all else as it is. The ways in which that can be
// done are tried in turn; one counts if the text then means what is wanted, so none can do harm.
func edit(text []byte, row setting, v any, want Settings) ([]byte, bool) {
	isWanted := func(edited []byte) bool {
		have, err := parse(edited)
		return err == nil && have == want
	}
	if isWanted(text) && !written(text, row) { // a default that is not written down
		return text, true
	}
	ways := []func([]byte, setting, string) ([]byte, bool){overValue, overComment, underHeader, atTop, atEnd}
	if v == row.standard {
		ways = slices.Insert(ways, 0, asComment)
	}
	for _, way := range ways {
		if edited, ok := way(text, row, row.write(v)); ok && isWanted(edited) {
			return edited, true
		}
	}
	return nil, false
}

// written says whether a setting has a value in the text.
func written(text []byte, row setting) bool {
	_, ok := valueOf(text, row)
	return ok
}

// valueOf finds where the value of a setting lies in the text.
func valueOf(text []byte, row setting) (unstable.Range, bool) {
	var p unstable.Parser
	p.Reset(text)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table:
			table = keyOf(e.Key())
		case unstable.KeyValue:
			if at, ok := valueIn(&p, e, table, row); ok {
				return at, true
			}
		}
	}
	return unstable.Range{}, false
}

// valueIn looks for a setting in one key and value below a table.
func valueIn(p *unstable.Parser, e *unstable.Node, table []string, row setting) (unstable.Range, bool) {
	path := append(slices.Clone(table), keyOf(e.Key())...)
	value := e.Value()
	if value.Kind == unstable.InlineTable {
		for children := value.Children(); children.Next(); {
			if child := children.Node(); child.Kind == unstable.KeyValue {
				if at, ok := valueIn(p, child, path, row); ok {
					return at, true
				}
			}
		}
		return unstable.Range{}, false
	}
	if !slices.Equal(path, []string{row.section, row.key}) || value.Raw.Length == 0 {
		return unstable.Range{}, false
	}
	return value.Raw, true
}

func keyOf(parts unstable.Iterator) []string {
	var key []string
	for parts.Next() {
		key = append(key, string(parts.Node().Data))
	}
	return key
}

// overValue writes over the value that is there.
func overValue(text []byte, row setting, value string) ([]byte, bool) {
	at, ok := valueOf(text, row)
	if !ok {
		return nil, false
	}
	return splice(text, int(at.Offset), int(at.Offset+at.Length), value), true
}

// asComment makes a line that sets the default a comment, with what the person wrote behind it.
func asComment(text []byte, row setting, value string) ([]byte, bool) {
	at, ok := valueOf(text, row)
	if !ok {
		return nil, false
	}
	edited := splice(text, int(at.Offset), int(at.Offset+at.Length), value)
	line := bytes.LastIndexByte(text[:at.Offset], '\n') + 1
	return splice(edited, line, line, "# "), true
}

// overComment takes the # from before a default, as Settings.String writes them.
func overComment(text []byte, row setting, value string) ([]byte, bool) {
	from, to, ok := section(text, row.section)
	if !ok {
		return nil, false
	}
	commented := regexp.MustCompile(`(?m)^[ \t]*#[ \t]*` + regexp.QuoteMeta(row.key) + `[ \t]*=[ \t]*([^\r\n]*)`)
	for _, m := range commented.FindAllSubmatchIndex(text[from:to], -1) {
		// A value and nothing else: what a person noted about a setting is not touched.
		if _, err := parse(fmt.Appendf(nil, "[%s]\n%s = %s\n", row.section, row.key, text[from+m[2]:from+m[3]])); err == nil {
			return splice(text, from+m[0], from+m[1], row.key+" = "+value), true
		}
	}
	return nil, false
}

// underHeader adds a line at the end of the section.
func underHeader(text []byte, row setting, value string) ([]byte, bool) {
	_, to, ok := section(text, row.section)
	if !ok {
		return nil, false
	}
	at := len(bytes.TrimRight(text[:to], " \t\r\n"))
	return splice(text, at, at, ending(text)+row.key+" = "+value), true
}

// atTop adds a line before the first section.
func atTop(text []byte, row setting, value string) ([]byte, bool) {
	if !bytes.Contains(text, []byte(row.section)) {
		return nil, false // atEnd reads better
	}
	return splice(text, 0, 0, row.name()+" = "+value+ending(text)), true
}

// atEnd adds the section.
func atEnd(text []byte, row setting, value string) ([]byte, bool) {
	end := ending(text)
	lines := strings.Join([]string{"", "[" + row.section + "]", row.key + " = " + value, ""}, end)
	if len(text) > 0 && text[len(text)-1] != '\n' {
		lines = end + lines
	}
	return splice(text, len(text), len(text), lines), true
}

// section finds what lies between the header of a section and the next one.
func section(text []byte, name string) (from, to int, ok bool) {
	header := regexp.MustCompile(`(?m)^[ \t]*\[[^\r\n]*`)
	own := regexp.MustCompile(`^[ \t]*\[[ \t]*["']?` + regexp.QuoteMeta(name) + `["']?[ \t]*\]`)
	for _, m := range header.FindAllIndex(text, -1) {
		if ok {
			return from, m[0], true
		}
		if own.Match(text[m[0]:m[1]]) {
			from, ok = m[1], true
		}
	}
	return from, len(text), ok
}

// ending is how the lines of a text end.
func ending(text []byte) string {
	if bytes.Contains(text, []byte("\r\n")) {
		return "\r\n"
	}
	return "\n"
}

func splice(text []byte, from, to int, with string) []byte {
	out := make([]byte, 0, len(text)+len(with))
	out = append(out, text[:from]...)
	out = append(out, with...)
	return append(out, text[to:]...)
}
