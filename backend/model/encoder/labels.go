package encoder

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// maxTags is how many tags a photo gets at most.
const maxTags = 12

// labels are the names of the columns of a model's probabilities and the least probability of a tag for each.
type labels struct {
	names, kinds []string
	least        []float32 // above 1: never a tag
}

// readLabels reads lines "kind TAB name", one for each column.
func readLabels(data []byte, columns int, rule catalog.Labels) (*labels, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("it is not UTF-8")
	}
	lines := strings.Split(strings.TrimSuffix(string(data), "\n"), "\n")
	if len(lines) != columns {
		return nil, fmt.Errorf("it has %d labels, and the graph's output %d columns", len(lines), columns)
	}
	l := &labels{}
	known := map[string]bool{}
	for i, line := range lines {
		kind, name, ok := strings.Cut(strings.TrimSuffix(line, "\r"), "\t")
		if !ok || kind == "" || name == "" || strings.ContainsFunc(name, unicode.IsControl) {
			return nil, fmt.Errorf("its line %d is not a kind, a tab and a name", i+1)
		}
		least, ok := rule.Thresholds[kind]
		if !ok {
			least = float32(math.Inf(1)) // a kind without a threshold gives no tags
		}
		key := kind + "/" + name
		if t, ok := rule.Overrides[key]; ok {
			least = t
		}
		known[key] = true
		l.names, l.kinds, l.least = append(l.names, name), append(l.kinds, kind), append(l.least, least)
	}
	for key := range rule.Overrides {
		if !known[key] {
			return nil, fmt.Errorf("it has no label %q, for which the manifest sets a threshold", key)
		}
	}
	return l, nil
}

// tags returns the labels that are probable enough, best first, each name once even if several kinds have it.
func (l *labels) tags(probabilities []float32) ([]photo.Tag, error) {
	var found []photo.Tag
	for i, p := range probabilities {
		// Rounding takes a sum of probabilities a little above 1.
		if !(p >= -0.001 && p <= 1.001) {
			return nil, fmt.Errorf("the model gave the probability %v for %q", p, l.names[i])
		}
		if p >= l.least[i] {
			found = append(found, photo.Tag{Name: l.names[i], Kind: l.kinds[i], Score: min(p, 1)})
		}
	}
	slices.SortStableFunc(found, func(a, b photo.Tag) int { return cmp.Compare(b.Score, a.Score) })
	seen := map[string]bool{}
	found = slices.DeleteFunc(found, func(t photo.Tag) bool {
		twice := seen[t.Name]
		seen[t.Name] = true
		return twice
	})
	return found[:min(len(found), maxTags):min(len(found), maxTags)], nil
}
