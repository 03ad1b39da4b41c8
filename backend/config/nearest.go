package config

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// unknown is the error for a key that no setting has, with the known key that was most likely meant.
func unknown(name string, rows map[string]setting, sections map[string]bool) error {
	known := slices.Sorted(maps.Keys(rows))
	if !strings.Contains(name, ".") {
		for _, row := range known {
			if rows[row].key == name { // a setting outside its section
				return &InvalidError{Key: shorten(name), Reason: fmt.Sprintf("it belongs into the section [%s]", rows[row].section)}
			}
		}
		known = slices.Sorted(maps.Keys(sections))
	}
	best, distance := "", 0
	for _, candidate := range known {
		if d := editDistance(name, candidate); best == "" || d < distance {
			best, distance = candidate, d
		}
	}
	reason := "there is no such setting"
	if best != "" {
		reason += fmt.Sprintf("; the nearest is %q", best)
	}
	return &InvalidError{Key: shorten(name), Reason: reason}
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// shorten keeps a foreign text from filling the screen.
func shorten(text string) string {
	const most = 80
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// editDistance is Levenshtein's, over bytes, of at most the first 100 of each.
func editDistance(a, b string) int {
	a, b = a[:min(len(a), 100)], b[:min(len(b), 100)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := diagonal
			if a[i] != b[j] {
				cost = 1 + min(diagonal, row[j], row[j+1])
			}
			diagonal, row[j+1] = row[j+1], cost
		}
	}
	return row[len(b)]
}
