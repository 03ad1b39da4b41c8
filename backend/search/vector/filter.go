package vector

import (
	"sort"

	"github.com/RoaringBitmap/roaring/v2"
)

// filter holds the numbers that a search may return.
type filter struct {
	allow *roaring.Bitmap
	share float64 // of the rows, about
}

// newFilter returns nil where everything is allowed.
func newFilter(allow *roaring.Bitmap, s *state) *filter {
	if allow == nil {
		return nil
	}
	return &filter{allow: allow, share: float64(allow.GetCardinality()) / float64(max(1, s.live))}
}

// sparse says whether so few rows are allowed that looking at their full codes is cheapest.
func (f *filter) sparse() bool { return f != nil && f.share < 0.1 }

// rows returns the live rows of a block that are allowed, rising, or all=true where every row of it is.
func (f *filter) rows(b *part) (rows []uint32, all bool) {
	if b.rows == 0 {
		return nil, b.dead == nil
	}
	if !b.sorted {
		for i, num := range b.nums[:b.rows] {
			if f.allow.Contains(num) && !b.isDead(i) {
				rows = append(rows, uint32(i))
			}
		}
		return rows, len(rows) == b.rows
	}
	nums := b.nums[:b.rows]
	iterator := f.allow.Iterator()
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
	return rows, len(rows) == b.rows
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
