package query

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind int

const (
	kindWord kind = iota
	kindPhrase
	kindMinus
)

// token is one lexeme. At is the position of its first character, in runes.
type token struct {
	kind kind
	text string
	at   int
}

// isQuote says whether r opens or closes a phrase: straight and typographic double quotes.
func isQuote(r rune) bool {
	switch r {
	case '"', '“', '”', '„', '«', '»':
		return true
	}
	return false
}

// isMinus says whether r negates: the hyphen and the minus sign.
func isMinus(r rune) bool { return r == '-' || r == '−' }

// lex cuts text into tokens. Invalid UTF-8 and control characters count as spaces.
func lex(text string) ([]token, error) {
	runes := []rune(clean(text))
	var out []token
	for i := 0; i < len(runes); {
		r := runes[i]
		switch {
		case unicode.IsSpace(r):
			i++
		case isQuote(r):
			end := i + 1
			for end < len(runes) && !isQuote(runes[end]) {
				end++
			}
			if end == len(runes) {
				return nil, &Error{At: i, Message: "this quote is not closed; add another \" where the phrase ends"}
			}
			phrase := strings.Join(strings.Fields(string(runes[i+1:end])), " ")
			if phrase != "" {
				out = append(out, token{kindPhrase, phrase, i})
			} else if len(out) > 0 && out[len(out)-1].kind == kindMinus {
				return nil, &Error{At: i, Message: "there is nothing between these quotes to leave out"}
			}
			i = end + 1
		case isMinus(r) && i+1 < len(runes) && !unicode.IsSpace(runes[i+1]) && !isMinus(runes[i+1]):
			out = append(out, token{kindMinus, "-", i})
			i++
		case isMinus(r):
			// A lone dash is punctuation ("cats - and dogs"), never a command.
			i++
		default:
			end := i
			for end < len(runes) && !unicode.IsSpace(runes[end]) && !isQuote(runes[end]) {
				end++
			}
			out = append(out, token{kindWord, string(runes[i:end]), i})
			i = end
		}
	}
	return out, nil
}

// clean replaces what cannot be part of a word by a space, rune for rune, so that positions stay.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if r == utf8.RuneError || unicode.IsControl(r) {
			return ' '
		}
		return r
	}, text)
}
