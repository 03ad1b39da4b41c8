package query

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// MaxLength is the longest query, in characters. Longer ones are refused, not cut.
const MaxLength = 2000

// Term is one thing that a photo should, or must not, have to do with.
type Term struct {
	// Text is a word, or the words of a phrase with single spaces between them.
	Text string
	// Phrase is set for a text in quotes: its words must stand side by side where text is matched.
	Phrase bool
	// Not is set where the term excludes.
	Not bool
	// At is the position of the term's first character in the query, in runes.
	At int
}

// Expression is a parsed query.
type Expression struct {
	Terms []Term
}

// Error says what is wrong with a query, and where.
type Error struct {
	// At is the position of the character that it is about, in runes from 0.
	At int
	// Message is a sentence for people, without the position.
	Message string
}

// Error returns the sentence with the position counted from 1.
func (e *Error) Error() string { return fmt.Sprintf("character %d: %s", e.At+1, e.Message) }

// Parse reads a query. The error, if any, is an *Error.
func Parse(text string) (Expression, error) {
	if n := utf8.RuneCountInString(text); n > MaxLength {
		return Expression{}, &Error{At: MaxLength, Message: fmt.Sprintf("a query has at most %d characters, this one has %d", MaxLength, n)}
	}
	tokens, err := lex(text)
	if err != nil {
		return Expression{}, err
	}
	var e Expression
	for i := 0; i < len(tokens); i++ {
		t := tokens[i]
		not, at := false, t.at
		if t.kind == kindMinus {
			if i+1 == len(tokens) || tokens[i+1].kind == kindMinus {
				return Expression{}, &Error{At: t.at, Message: "a minus needs a word after it, as in -snow"}
			}
			i++
			t, not = tokens[i], true
		}
		e.Terms = append(e.Terms, Term{Text: t.text, Phrase: t.kind == kindPhrase, Not: not, At: at})
	}
	return e, nil
}

// Meaning returns the text whose meaning is looked for: all words and phrases that are not excluded, in their order.
func (e Expression) Meaning() string { return e.join(false) }

// Excluded returns the terms that exclude.
func (e Expression) Excluded() []Term {
	var out []Term
	for _, t := range e.Terms {
		if t.Not {
			out = append(out, t)
		}
	}
	return out
}

// Wanted returns the terms that do not exclude.
func (e Expression) Wanted() []Term {
	var out []Term
	for _, t := range e.Terms {
		if !t.Not {
			out = append(out, t)
		}
	}
	return out
}

func (e Expression) join(not bool) string {
	var parts []string
	for _, t := range e.Terms {
		if t.Not == not {
			parts = append(parts, t.Text)
		}
	}
	return strings.Join(parts, " ")
}

// String writes the expression in the language; Parse reads it back.
func (e Expression) String() string {
	var b strings.Builder
	for i, t := range e.Terms {
		if i > 0 {
			b.WriteByte(' ')
		}
		if t.Not {
			b.WriteByte('-')
		}
		if t.Phrase {
			b.WriteString(`"` + t.Text + `"`)
		} else {
			b.WriteString(t.Text)
		}
	}
	return b.String()
}
