package window

import (
	"context"
	"os"
	"slices"
)

// Suggestions makes candidates of the person's own folders that are not in the library: Pictures, where there is one. It
// starts nothing.
func (b *Bridge) Suggestions(context.Context) []Candidate {
	var offered []Candidate
	if path := picturesFolder(os.Getenv, os.ReadFile); path != "" && b.problemOf(path) == "" {
		offered = append(offered, b.offer(path, "pictures"))
	}
	for _, c := range b.candidates.list() {
		if !slices.ContainsFunc(offered, func(o Candidate) bool { return o.ID == c.ID }) {
			offered = append(offered, c)
		}
	}
	return append([]Candidate{}, offered...)
}
