package logging

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Escape makes a text that came from outside, such as a path, safe for a terminal, a log and a list, and keeps different
// texts different: printable characters stay, everything else becomes an escape of Go's (\n, \x1b, \xe9 for a byte that
// is no UTF-8, \u202e), and a backslash becomes two.
func Escape(text string) string {
	return escape(text, true)
}

// EscapeSentence is Escape for a sentence that quotes the names in it (%q): what is escaped already is not escaped again.
func EscapeSentence(text string) string {
	return escape(text, false)
}

// escape is Escape; doubling backslashes is left out where the text is escaped already.
func escape(text string, backslashes bool) string {
	clean := true
	for i := 0; i < len(text) && clean; i++ {
		clean = text[i] >= ' ' && text[i] < 0x7f && (text[i] != '\\' || !backslashes)
	}
	if clean {
		return text
	}
	var b strings.Builder
	b.Grow(len(text) + 16)
	for i := 0; i < len(text); {
		r, size := utf8.DecodeRuneInString(text[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			const digits = "0123456789abcdef"
			b.WriteString(`\x`)
			b.WriteByte(digits[text[i]>>4])
			b.WriteByte(digits[text[i]&15])
		case r == '\\' && backslashes:
			b.WriteString(`\\`)
		case harmless(r):
			b.WriteRune(r)
		default:
			quoted := strconv.QuoteRuneToASCII(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		i += size
	}
	return b.String()
}

// harmless says whether a terminal shows the character as itself. Joiners and variation selectors are let through, since
// emoji need them.
func harmless(r rune) bool {
	const zeroWidthJoiner = '\u200d'
	return unicode.IsPrint(r) || r == zeroWidthJoiner
}

// escapeJSON replaces characters that JSON lets through but a terminal or an editor should not see, by JSON's own
// escapes. The line stays the same JSON value. Invalid UTF-8 becomes the replacement character.
func escapeJSON(line []byte) []byte {
	clean := true
	for i := 0; i < len(line) && clean; i++ {
		clean = line[i] >= ' ' && line[i] < 0x7f || line[i] == '\n' && i == len(line)-1
	}
	if clean {
		return line
	}
	out := make([]byte, 0, len(line)+32)
	for i := 0; i < len(line); {
		r, size := utf8.DecodeRune(line[i:])
		switch {
		case harmless(r), r == '\n' && i == len(line)-1:
			out = utf8.AppendRune(out, r)
		case r > 0xffff: // a pair of surrogates, as RFC 8259 section 7 asks
			r -= 0x10000
			out = appendHex(appendHex(out, 0xd800+r>>10), 0xdc00+r&0x3ff)
		default:
			out = appendHex(out, r)
		}
		i += size
	}
	return out
}

func appendHex(out []byte, r rune) []byte {
	const digits = "0123456789abcdef"
	return append(out, '\\', 'u', digits[r>>12&15], digits[r>>8&15], digits[r>>4&15], digits[r&15])
}
