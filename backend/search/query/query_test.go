package query

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestParse(t *testing.T) {
	for text, want := range map[string][]Term{
		"":                     nil,
		"  \t ":                nil,
		"dog":                  {{Text: "dog"}},
		"two dogs":             {{Text: "two"}, {Text: "dogs", At: 4}},
		`"red  car" -snow`:     {{Text: "red car", Phrase: true}, {Text: "snow", Not: true, At: 11}},
		`-"at night" sea`:      {{Text: "at night", Phrase: true, Not: true}, {Text: "sea", At: 12}},
		"“stop sign”":          {{Text: "stop sign", Phrase: true}},
		"t-shirt":              {{Text: "t-shirt"}},
		"cats - and dogs":      {{Text: "cats"}, {Text: "and", At: 7}, {Text: "dogs", At: 11}},
		"--x":                  {{Text: "x", Not: true, At: 1}},
		`""`:                   nil,
		"größe −nacht":         {{Text: "größe"}, {Text: "nacht", Not: true, At: 6}},
		"date:2023 iso>=1600":  {{Text: "date:2023"}, {Text: "iso>=1600", At: 10}},
		"a\x00b\xffc":          {{Text: "a"}, {Text: "b", At: 2}, {Text: "c", At: 4}},
		`'; DROP TABLE photo;`: {{Text: "';"}, {Text: "DROP", At: 3}, {Text: "TABLE", At: 8}, {Text: "photo;", At: 14}},
	} {
		got, err := Parse(text)
		if err != nil || !reflect.DeepEqual(got.Terms, want) {
			t.Errorf("%q: %+v, %v, want %+v", text, got.Terms, err, want)
		}
	}
}

func TestErrorsPointAtTheCharacter(t *testing.T) {
	for text, at := range map[string]int{
		`sea "at night`:                  4,
		`größe "x`:                       6,
		`cat -""`:                        5,
		strings.Repeat("ab ", MaxLength): MaxLength,
	} {
		_, err := Parse(text)
		var e *Error
		if !errors.As(err, &e) || e.At != at || e.Message == "" {
			t.Errorf("%.20q: %v, want an error at %d", text, err, at)
		}
	}
}

func TestMeaningLeavesOutWhatIsExcluded(t *testing.T) {
	x, err := Parse(`dog "on a beach" -snow`)
	if err != nil || x.Meaning() != "dog on a beach" || len(x.Excluded()) != 1 || len(x.Wanted()) != 2 {
		t.Errorf("%+v, %v, meaning %q", x, err, x.Meaning())
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"", "dog", `"a b" -c`, `-"x y"`, "“a”", "- -", "--a", "a-b", "\xff\"", "−a −", "日本 -語", `"` + strings.Repeat("a ", 500) + `"`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || e.At < 0 || e.At > utf8.RuneCountInString(text) {
				t.Fatalf("%q: error %v", text, err)
			}
			return
		}
		for _, term := range x.Terms {
			if term.Text == "" || !utf8.ValidString(term.Text) || term.Text != strings.Join(strings.Fields(term.Text), " ") || term.At < 0 {
				t.Fatalf("%q: term %+v", text, term)
			}
		}
		again, err := Parse(x.String())
		if err != nil {
			t.Fatalf("%q: its own form %q: %v", text, x.String(), err)
		}
		if again.String() != x.String() || again.Meaning() != x.Meaning() {
			t.Fatalf("%q: %q is read as %q", text, x.String(), again.String())
		}
	})
}
