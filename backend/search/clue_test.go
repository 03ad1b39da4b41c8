package search

import (
	"slices"
	"testing"

	"pixeldetective/backend/search/query"
)

func TestContentWords(t *testing.T) {
	for text, want := range map[string][]string{
		"a photo of the dog":            {"dog"},
		"Two DOGS, two cats":            {"two", "dogs", "cats"},
		`"at the beach" -snow children`: {"beach", "children"},
		"man's t-shirt":                 {"man's", "t-shirt"},
		"of the and":                    nil,
		"größe 2019":                    {"größe", "2019"},
	} {
		x, err := query.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		runes := []rune(text)
		for _, c := range contentWords(x) {
			got = append(got, c.word)
			if at := string(runes[c.at : c.at+len([]rune(c.word))]); lower(at) != c.word {
				t.Errorf("%q: %q is said to be at %d, where %q is", text, c.word, c.at, at)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestSingular(t *testing.T) {
	for plural, want := range map[string]string{"dogs": "dog", "berries": "berry", "beaches": "beach", "boxes": "box", "glasses": "glass", "grass": "grass", "bus": "bus", "tennis": "tennis", "cat": "cat"} {
		if got := singular(plural); got != want {
			t.Errorf("%q: %q, want %q", plural, got, want)
		}
	}
}

func TestOneInIsRoundedToTwoDigits(t *testing.T) {
	for n, want := range map[float64]float64{0.5: 1, 1: 1, 7.4: 7, 42.3: 42, 2437: 2400, 98765: 99000} {
		if got := roundOneIn(n); got != want {
			t.Errorf("%v: %v, want %v", n, got, want)
		}
	}
}
