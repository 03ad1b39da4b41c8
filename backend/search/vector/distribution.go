package vector

import "math"

// binCount is how finely scores are counted: bins of 1/2048 over [-1, 1].
const binCount = 4096

// DistributionBytes is the memory that a Distribution of a search takes.
const DistributionBytes = 4 * binCount

// Distribution is how the scores of a query are spread over the rows that were looked at. Scores are counted in bins of
// 1/2048, so that counts by score are right to that step.
type Distribution struct {
	// Count is the number of rows.
	Count int
	// Mean and Std are those of the scores; 0 where there is no row.
	Mean, Std float64

	bins []uint32
	end  int // index after the last bin that holds a row
}

// noteEnd notes where the bins end; whoever filled them calls it.
func (d *Distribution) noteEnd() {
	for d.end = binCount; d.end > 0 && d.bins[d.end-1] == 0; {
		d.end--
	}
}

func binOf(score float64) int {
	b := int((score + 1) * binCount / 2)
	return min(max(b, 0), binCount-1)
}

// edge is the least score that falls in bin b.
func edge(b int) float64 { return float64(b)*2/binCount - 1 }

// AtLeast returns how many rows score as high as score or higher, counting the score's own bin in proportion.
func (d Distribution) AtLeast(score float64) float64 {
	if d.Count == 0 || math.IsNaN(score) {
		return 0
	}
	b := binOf(score)
	var n float64
	for i := b + 1; i < d.end; i++ {
		n += float64(d.bins[i])
	}
	inside := 1 - (score-edge(b))/(edge(b+1)-edge(b))
	return n + float64(d.bins[b])*min(max(inside, 0), 1)
}

// Quantile returns the score that a share p of the rows lie below, interpolated inside its bin; 0 where there is no row.
func (d Distribution) Quantile(p float64) float64 {
	if d.Count == 0 {
		return 0
	}
	want, n := p*float64(d.Count), 0.0
	last := 0
	for b, c := range d.bins {
		if c == 0 {
			continue
		}
		last = b
		if n+float64(c) >= want {
			return edge(b) + (edge(b+1)-edge(b))*(want-n)/float64(c)
		}
		n += float64(c)
	}
	return edge(last + 1)
}

// Range returns the scores between which all rows lie, right to a bin; 0, 0 where there is no row.
func (d Distribution) Range() (low, high float64) {
	if d.Count == 0 {
		return 0, 0
	}
	first, last := -1, 0
	for b, c := range d.bins {
		if c == 0 {
			continue
		}
		if first < 0 {
			first = b
		}
		last = b
	}
	return edge(first), edge(last + 1)
}

// Histogram counts the rows in n equal bins from low to high; what lies outside goes to the first or the last. Fine bins
// that straddle a border go to the side of their middle.
func (d Distribution) Histogram(low, high float64, n int) []int {
	out := make([]int, n)
	if !(high > low) {
		if n > 0 {
			out[0] = d.Count
		}
		return out
	}
	for b, c := range d.bins {
		if c == 0 {
			continue
		}
		middle := (edge(b) + edge(b+1)) / 2
		i := int((middle - low) / (high - low) * float64(n))
		out[min(max(i, 0), n-1)] += int(c)
	}
	return out
}

// stretched returns the distribution with all scores moved away from the mean by a factor.
func (d Distribution) stretched(by float64) Distribution {
	out := Distribution{Count: d.Count, Mean: d.Mean, Std: d.Std * by, bins: make([]uint32, binCount)}
	for b, c := range d.bins {
		if c > 0 {
			middle := (edge(b) + edge(b+1)) / 2
			out.bins[binOf(d.Mean+(middle-d.Mean)*by)] += c
		}
	}
	out.noteEnd()
	return out
}

// threshold returns the greatest bin edge that at least want rows reach.
func (d Distribution) threshold(want int) float32 {
	n := 0
	for b := binCount - 1; b > 0; b-- {
		n += int(d.bins[b])
		if n >= want {
			return float32(edge(b))
		}
	}
	return float32(math.Inf(-1))
}
