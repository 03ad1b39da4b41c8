package vector

import (
	"sort"

	"github.com/RoaringBitmap/roaring/v2"
)

// filter holds the numbers that a search may return.
type filter struct {
	numbers *roaring.Bitmap
	share   float64 // of the rows, about
}

// newFilter returns nil where everything is allowed.
func newFilter(allow *roaring.Bitmap, s *state) *filter {
	if allow == nil {
		return nil
	}
	return &filter{numbers: allow, share: float64(allow.GetCardinality()) / float64(max(1, s.live))}
}

// sparse says whether so few rows are allowed that looking at their full codes is cheapest.
func (f *filter) sparse() bool { return f != nil && f.share < 0.1 }

// matching returns the live rows of a block whose numbers are in a set, rising.
func matching(set *roaring.Bitmap, b *part) (rows []uint32) {
	if b.rows == 0 {
		return nil
	}
	if !b.sorted {
		for i, num := range b.nums[:b.rows] {
			if set.Contains(num) && !b.isDead(i) {
				rows = append(rows, uint32(i))
			}
		}
		return rows
	}
	nums := b.nums[:b.rows]
	iterator := set.Iterator()
	iterator.AdvanceIfNeeded(b.min)
	at := 0
	for iterator.HasNext() && at < len(nums) {
		num := iterator.PeekNext()
		if num > b.max {
			break
		}
		at = gallop(nums, at, num)
		if at == len(nums) {
			break
		}
		if nums[at] == num {
			if !b.isDead(at) {
				rows = append(rows, uint32(at))
			}
			at++
			iterator.Next()
			continue
		}
		iterator.AdvanceIfNeeded(nums[at])
	}
	return rows
}

// gallop returns the first position from at on whose number is num or greater.
func gallop(nums []uint32, at int, num uint32) int {
	step := 1
	low := at
	for at < len(nums) && nums[at] < num {
		low = at + 1
		at += step
		step *= 2
	}
	high := min(at, len(nums))
	return low + sort.Search(high-low, func(i int) bool { return nums[low+i] >= num })
}

// complement returns a set bit for each row below n that is not in rows.
func complement(rows []uint32, n int) []uint64 {
	skip := make([]uint64, (n+63)/64)
	for i := range skip {
		skip[i] = ^uint64(0)
	}
	for _, r := range rows {
		skip[r/64] &^= 1 << (r % 64)
	}
	return skip
}

// without returns skip, or a copy of it, with the bits of rows set.
func without(skip []uint64, rows []uint32, n int) []uint64 {
	if len(rows) == 0 {
		return skip
	}
	out := make([]uint64, (n+63)/64)
	copy(out, skip)
	for _, r := range rows {
		out[r/64] |= 1 << (r % 64)
	}
	return out
}
