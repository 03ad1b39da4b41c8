package tokenize

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// eachWord calls fn for each word of a text, after BERT's uncased normalisation, until fn returns false: control
// characters dropped, each Chinese character a word, accents stripped, lower case, words split at white space and at
// punctuation, of which each character is a word.
func eachWord(text string, fn func(word string) bool) {
	var word strings.Builder
	more := true
	flush := func() {
		if word.Len() > 0 && more {
			more = fn(word.String())
		}
		word.Reset()
	}
	alone := func(r rune) {
		flush()
		word.WriteRune(r)
		flush()
	}
	for _, r := range norm.NFD.String(clean(text)) {
		if !more {
			return
		}
		if unicode.Is(unicode.Mn, r) {
			continue
		}
		r = unicode.ToLower(r)
		switch {
		case unicode.IsSpace(r):
			flush()
		case isPunctuation(r):
			alone(r)
		default:
			word.WriteRune(r)
		}
	}
	flush()
}

// clean drops what is no text and sets Chinese characters apart. Bytes that are not UTF-8 read as U+FFFD and go.
func clean(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			b.WriteByte(' ')
		case r == 0 || r == unicode.ReplacementChar || isOther(r):
		case unicode.IsSpace(r):
			b.WriteByte(' ')
		case isChinese(r):
			b.WriteByte(' ')
			b.WriteRune(r)
			b.WriteByte(' ')
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// isOther says whether a character is a control, a format character, or for private use. Characters that are not
// assigned stay, as in the reference implementation.
func isOther(r rune) bool {
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co)
}

// isPunctuation counts all ASCII symbols in, $ and + too, as BERT's reference does.
func isPunctuation(r rune) bool {
	if r < 0x80 {
		return r >= 33 && r <= 47 || r >= 58 && r <= 64 || r >= 91 && r <= 96 || r >= 123 && r <= 126
	}
	return unicode.Is(unicode.P, r)
}

// isChinese says whether a character is in a block of CJK ideographs (those that BERT's reference names, in
// tokenization.py, _is_chinese_char).
func isChinese(r rune) bool {
	return r >= 0x4E00 && r <= 0x9FFF ||
		r >= 0x3400 && r <= 0x4DBF ||
		r >= 0x20000 && r <= 0x2A6DF ||
		r >= 0x2A700 && r <= 0x2B73F ||
		r >= 0x2B740 && r <= 0x2B81F ||
		r >= 0x2B820 && r <= 0x2CEAF ||
		r >= 0xF900 && r <= 0xFAFF ||
		r >= 0x2F800 && r <= 0x2FA1F
}
