package tokenize

import (
	"strings"
	"unicode/utf8"
)

// Clean takes the spaces away that tokens leave before punctuation and within contractions, in the order of
// transformers' clean_up_tokenization.
func Clean(text string) string {
	for _, rule := range [][2]string{
		{" .", "."}, {" ?", "?"}, {" !", "!"}, {" ,", ","}, {" ' ", "'"},
		{" n't", "n't"}, {" 'm", "'m"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
	} {
		text = strings.ReplaceAll(text, rule[0], rule[1])
	}
	return text
}

// Sentence makes a text fit for showing: one line, single spaces, no control or format characters, at most limit bytes.
// What is beyond is cut off at a character.
func Sentence(text string, limit int) string {
	var b strings.Builder
	space := false
	for _, r := range text { // bytes that are not UTF-8 read as U+FFFD
		switch {
		case r == ' ' || r == '\t' || r == '\n' || r == '\r' || r == 0x85 || r == 0xA0:
			space = b.Len() > 0
			continue
		case isOther(r):
			continue
		}
		size := utf8.RuneLen(r)
		if space {
			size++
		}
		if b.Len()+size > limit {
			return b.String()
		}
		if space {
			b.WriteByte(' ')
			space = false
		}
		b.WriteRune(r)
	}
	return b.String()
}
