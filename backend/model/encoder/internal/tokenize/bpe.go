package tokenize

import (
	"fmt"
	"math"
)

// pair is two neighbouring symbols, the left one's id in the upper half.
type pair uint64

func pairOf(left, right int32) pair { return pair(uint64(uint32(left))<<32 | uint64(uint32(right))) }

// merge is what becomes of a pair: the symbol id, in the order of rank, the lowest first.
type merge struct{ rank, id int32 }

// merges are the rules of a byte-pair encoding.
type merges map[pair]merge

// add adds the rule that left and right become whole. All three are names of symbols; the first rule of a pair counts.
func (m merges) add(ids map[string]int32, left, right string, rank int) error {
	l, ok1 := ids[left]
	r, ok2 := ids[right]
	whole, ok3 := ids[left+right]
	if !ok1 || !ok2 || !ok3 {
		return fmt.Errorf("its merge %d (%.40q and %.40q) is of tokens that it does not list", rank+1, left, right)
	}
	if rank > math.MaxInt32 {
		return fmt.Errorf("it has more than %d merges", math.MaxInt32)
	}
	if _, twice := m[pairOf(l, r)]; !twice {
		m[pairOf(l, r)] = merge{rank: int32(rank), id: whole}
	}
	return nil
}

// gone marks a symbol that its left neighbour has swallowed, and the end of a list.
const gone = -1

// symbol is part of a text, linked to its neighbours.
type symbol struct{ id, before, after int32 }

// candidate is a merge that can be done at a place, unless the symbols there have become others by then.
type candidate struct{ rank, at, left, right, id int32 }

// joiner merges the symbols of one word after another, in the same memory.
type joiner struct {
	merges  merges
	symbols []symbol
	heap    []candidate // least first: by rank, then from left to right
}

// reset begins a new word.
func (j *joiner) reset() { j.symbols = j.symbols[:0] }

// push appends a symbol to the word.
func (j *joiner) push(id int32) {
	n := int32(len(j.symbols))
	if n > 0 {
		j.symbols[n-1].after = n
	}
	j.symbols = append(j.symbols, symbol{id: id, before: n - 1, after: gone})
}

// appendTo merges the word until no rule fits, and appends the ids of its symbols. It takes n·log n for n symbols.
func (j *joiner) appendTo(ids []int64) []int64 {
	s := j.symbols
	for i := range len(s) - 1 {
		j.propose(int32(i))
	}
	for len(j.heap) > 0 {
		c := j.pop()
		right := s[c.at].after
		if s[c.at].id != c.left || right == gone || s[right].id != c.right {
			continue
		}
		s[c.at].id, s[c.at].after = c.id, s[right].after
		s[right].id = gone
		if after := s[c.at].after; after != gone {
			s[after].before = c.at
			j.propose(c.at)
		}
		if before := s[c.at].before; before != gone {
			j.propose(before)
		}
	}
	for i := int32(0); i != gone && len(s) > 0; i = s[i].after {
		ids = append(ids, int64(s[i].id))
	}
	return ids
}

// propose adds the merge of a symbol and the one after it to the candidates, if there is a rule for it.
func (j *joiner) propose(at int32) {
	left, right := j.symbols[at].id, j.symbols[j.symbols[at].after].id
	m, ok := j.merges[pairOf(left, right)]
	if !ok {
		return
	}
	j.heap = append(j.heap, candidate{rank: m.rank, at: at, left: left, right: right, id: m.id})
	for i := len(j.heap) - 1; i > 0; {
		up := (i - 1) / 2
		if !less(j.heap[i], j.heap[up]) {
			return
		}
		j.heap[i], j.heap[up] = j.heap[up], j.heap[i]
		i = up
	}
}

func (j *joiner) pop() candidate {
	least, last := j.heap[0], len(j.heap)-1
	j.heap[0] = j.heap[last]
	j.heap = j.heap[:last]
	for i := 0; ; {
		down := 2*i + 1
		if down >= last {
			return least
		}
		if down+1 < last && less(j.heap[down+1], j.heap[down]) {
			down++
		}
		if !less(j.heap[down], j.heap[i]) {
			return least
		}
		j.heap[i], j.heap[down] = j.heap[down], j.heap[i]
		i = down
	}
}

func less(a, b candidate) bool { return a.rank < b.rank || a.rank == b.rank && a.at < b.at }
