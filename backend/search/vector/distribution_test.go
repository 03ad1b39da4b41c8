package vector

import (
	"math"
	"testing"
)

// spread returns a distribution of one row a score.
func spread(scores ...float64) Distribution {
	d := Distribution{Count: len(scores), bins: make([]uint32, binCount)}
	for _, s := range scores {
		d.bins[binOf(s)]++
		d.Mean += s / float64(len(scores))
	}
	d.noteEnd()
	return d
}

func TestAtLeastCountsUpToTheHighestScore(t *testing.T) {
	for name, d := range map[string]Distribution{
		"plain":     spread(-1, -0.5, 0, 0.25, 0.75, 1),
		"one":       spread(1),
		"low":       spread(-0.9, -0.8),
		"stretched": spread(-0.5, 0, 0.25).stretched(1.5),
		"squeezed":  spread(-0.5, 0, 0.75).stretched(0.5),
		"none":      {},
	} {
		for b := range binCount {
			want := 0.0
			for i := b; i < len(d.bins); i++ {
				want += float64(d.bins[i])
			}
			if got := d.AtLeast(edge(b)); math.Abs(got-want) > 1e-6 {
				t.Fatalf("%s: %v rows score %v or more, want %v", name, got, edge(b), want)
			}
		}
	}
}
