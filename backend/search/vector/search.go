package vector

import (
	"context"
	"errors"
	"fmt"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/RoaringBitmap/roaring/v2"
)

// ErrClosed is returned by a search of a matrix that was closed.
var ErrClosed = errors.New("the vector matrix is closed")

// scratch is the room that one search needs: a score for each row, and a place for the rows that are picked.
type scratch struct {
	scores []float32
	picked []uint32
}

// row names a row of a state and its score.
type row struct {
	block, row int
	score      float32
}

// pass is one sweep over the blocks, with full or narrow codes.
type pass struct {
	matrix *Matrix
	state  *state
	query  code
	narrow bool
	allow  *filter
	deny   *roaring.Bitmap
	room   *scratch
	// rows[i] lists the rows of block i that were looked at where a filter is sparse in it; nil: all rows.
	rows [][]uint32
	skip [][]uint64
}

// Search scores all rows that are allowed and returns the best. The query need not have length 1; it must be finite and
// of the matrix's dimension. A zero query scores every photo 0.
func (m *Matrix) Search(ctx context.Context, query []float32, o Options) (Result, error) {
	if len(query) != m.dim {
		return Result{}, fmt.Errorf("search the vector matrix: the query has %d values, the vectors have %d", len(query), m.dim)
	}
	for _, v := range query {
		if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
			return Result{}, errors.New("search the vector matrix: the query is not finite")
		}
	}
	m.open.RLock()
	defer m.open.RUnlock()
	if m.closed {
		return Result{}, ErrClosed
	}
	s := m.state.Load().sample(o.Sample)
	room, _ := m.scratch.Get().(*scratch)
	if room == nil {
		room = &scratch{}
	}
	defer m.scratch.Put(room)

	full := encodeQuery(query, m.stride)
	p := &pass{matrix: m, state: s, query: full, allow: newFilter(o.Allow, s), deny: o.Deny, room: room}
	if s.axes != nil && !p.allow.sparse() {
		p.query, p.narrow = s.axes.query(query), true
	}
	scores, err := p.run(ctx)
	if err != nil {
		return Result{}, err
	}
	result := Result{Scores: scores}
	if p.narrow && scores.Count > 0 {
		wider, err := p.stretch(ctx, full)
		if err != nil {
			return Result{}, err
		}
		result.Scores = scores.stretched(wider)
		if wider > 1/leastSpread {
			p.query, p.narrow = full, false
			if scores, err = p.run(ctx); err != nil {
				return Result{}, err
			}
			result.Scores = scores
		}
	}
	if o.K <= 0 || scores.Count == 0 {
		return result, nil
	}
	rescore := o.Rescore
	if rescore == 0 {
		rescore = o.K + o.K/2 + 32
	}
	want := max(o.K, rescore)
	if p.narrow {
		want = max(4*want, min(scores.Count/256, 8192))
	}
	shortlist, err := p.shortlist(ctx, scores.threshold(want))
	if err != nil {
		return Result{}, err
	}
	if p.narrow {
		if err := m.scoreRows(ctx, s, full, shortlist); err != nil {
			return Result{}, err
		}
	}
	sortRows(s, shortlist)
	result.Candidates, err = m.finish(ctx, s, query, shortlist, o.K, rescore, o.Floats)
	return result, err
}

// run scores every block and counts the scores.
func (p *pass) run(ctx context.Context) (Distribution, error) {
	m, s := p.matrix, p.state
	n := len(s.blocks)
	if need := n * blockRows; cap(p.room.scores) < need {
		p.room.scores = make([]float32, need)
		p.room.picked = make([]uint32, need)
	}
	p.room.scores = p.room.scores[:n*blockRows]
	p.rows, p.skip = make([][]uint32, n), make([][]uint64, n)
	sums := make([][2]float64, n)
	threads := m.threads(n)
	bins := make([][]uint32, threads)
	err := m.parallelBy(ctx, threads, n, func(thread, i int) {
		if bins[thread] == nil {
			bins[thread] = make([]uint32, binCount)
		}
		scores := p.score(i)
		sums[i][0], sums[i][1] = count(scores, p.skip[i], bins[thread])
	})
	d := Distribution{bins: make([]uint32, binCount)}
	if err != nil {
		return d, err
	}
	for _, b := range bins {
		for i, c := range b {
			d.bins[i] += c
			d.Count += int(c)
		}
	}
	d.noteEnd()
	// In the order of the blocks, so that rounding does not depend on the threads.
	var sum, squares float64
	for _, v := range sums {
		sum, squares = sum+v[0], squares+v[1]
	}
	if d.Count > 0 {
		d.Mean = sum / float64(d.Count)
		d.Std = math.Sqrt(max(0, squares/float64(d.Count)-d.Mean*d.Mean))
	}
	return d, nil
}

// score scores one block and returns the scores; p.rows and p.skip say what they are of and which do not count.
func (p *pass) score(i int) []float32 {
	m, b := p.matrix, &p.state.blocks[i]
	out := p.room.scores[i*blockRows : i*blockRows+b.rows]
	p.skip[i] = b.dead
	if p.allow != nil {
		rows := matching(p.allow.numbers, b)
		if len(rows)*2 < b.rows {
			if p.deny != nil {
				rows = slices.DeleteFunc(rows, func(r uint32) bool { return p.deny.Contains(b.nums[r]) })
			}
			if rows == nil {
				rows = []uint32{}
			}
			p.rows[i], p.skip[i] = rows, nil
			out = out[:len(rows)]
		} else {
			p.skip[i] = complement(rows, b.rows)
		}
	}
	if p.deny != nil && p.rows[i] == nil {
		p.skip[i] = without(p.skip[i], matching(p.deny, b), b.rows)
	}
	if len(out) == 0 {
		return out
	}
	if p.narrow {
		scan(m.isa, b.narrow, b.narrowScales, p.rows[i], narrowStride, p.query, out)
	} else {
		scan(m.isa, b.codes, b.scales, p.rows[i], m.stride, p.query, out)
	}
	return out
}

// shortlist returns the rows whose score is at least threshold, in the order of the blocks.
func (p *pass) shortlist(ctx context.Context, threshold float32) ([]row, error) {
	n := len(p.state.blocks)
	found := make([][]row, n)
	err := p.matrix.parallel(ctx, n, func(i int) {
		length := p.state.blocks[i].rows
		if p.rows[i] != nil {
			length = len(p.rows[i])
		}
		if length == 0 {
			return
		}
		scores := p.room.scores[i*blockRows : i*blockRows+length]
		picked := pick(scores, p.skip[i], threshold, p.room.picked[i*blockRows:i*blockRows+length])
		list := make([]row, len(picked))
		for k, at := range picked {
			list[k] = row{block: i, row: int(at), score: scores[at]}
			if p.rows[i] != nil {
				list[k].row = int(p.rows[i][at])
			}
		}
		found[i] = list
	})
	return slices.Concat(found...), err
}

// scoreRows replaces the scores of rows, which come block by block, by those of the full codes.
func (m *Matrix) scoreRows(ctx context.Context, s *state, q code, rows []row) error {
	var spans [][2]int
	for start := 0; start < len(rows); {
		end := start
		for end < len(rows) && rows[end].block == rows[start].block {
			end++
		}
		spans = append(spans, [2]int{start, end})
		start = end
	}
	return m.parallel(ctx, len(spans), func(i int) {
		span := rows[spans[i][0]:spans[i][1]]
		b := &s.blocks[span[0].block]
		list, out := make([]uint32, len(span)), make([]float32, len(span))
		for k := range span {
			list[k] = uint32(span[k].row)
		}
		scan(m.isa, b.codes, b.scales, list, m.stride, q, out)
		for k := range span {
			span[k].score = out[k]
		}
	})
}

func sortRows(s *state, rows []row) {
	slices.SortFunc(rows, func(a, b row) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		default:
			return int(int64(s.blocks[a.block].nums[a.row]) - int64(s.blocks[b.block].nums[b.row]))
		}
	})
}

// finish rescores the first rows with floats and returns the best k.
func (m *Matrix) finish(ctx context.Context, s *state, query []float32, rows []row, k, rescore int, floats Floats) ([]Candidate, error) {
	rows = rows[:min(len(rows), max(k, rescore))]
	out := make([]Candidate, len(rows))
	for i, r := range rows {
		out[i] = Candidate{Num: int64(s.blocks[r.block].nums[r.row]), Score: r.score}
	}
	if floats != nil && len(out) > 0 {
		again := out[:min(len(out), rescore)]
		nums := make([]int64, len(again))
		for i := range again {
			nums[i] = again[i].Num
		}
		exact, err := floats(ctx, nums)
		if err != nil {
			return nil, fmt.Errorf("fetch the vectors of the %d best photos: %w", len(nums), err)
		}
		for i := range again {
			if x, ok := exact[again[i].Num]; ok && len(x) == len(query) && usable(x) {
				again[i].Score = Dot(query, x)
			}
		}
		slices.SortFunc(out, byScore)
	}
	return out[:min(len(out), k)], nil
}

func byScore(a, b Candidate) int {
	switch {
	case a.Score > b.Score:
		return -1
	case a.Score < b.Score:
		return 1
	case a.Num < b.Num:
		return -1
	case a.Num > b.Num:
		return 1
	}
	return 0
}

// Scores returns the scores of photos by their codes; a photo that is not in the matrix is left out.
func (m *Matrix) Scores(query []float32, nums []int64) map[int64]float32 {
	out := make(map[int64]float32, len(nums))
	m.open.RLock()
	defer m.open.RUnlock()
	if m.closed || len(query) != m.dim {
		return out
	}
	s := m.state.Load()
	q := encodeQuery(query, m.stride)
	var one [1]float32
	for _, num := range nums {
		if num < 0 || num > math.MaxUint32 {
			continue
		}
		if at, r, ok := s.find(uint32(num)); ok {
			b := &s.blocks[at]
			scan(m.isa, b.codes[r*m.stride:(r+1)*m.stride], b.scales[r:r+1], nil, m.stride, q, one[:])
			out[num] = one[0]
		}
	}
	return out
}

// Vectors returns what the codes of photos stand for, within half a step of the code; photos that are not in the matrix
// are left out.
func (m *Matrix) Vectors(nums []int64) map[int64][]float32 {
	out := make(map[int64][]float32, len(nums))
	m.open.RLock()
	defer m.open.RUnlock()
	if m.closed {
		return out
	}
	s := m.state.Load()
	for _, num := range nums {
		if num < 0 || num > math.MaxUint32 {
			continue
		}
		if at, r, ok := s.find(uint32(num)); ok {
			b := &s.blocks[at]
			x := make([]float32, m.dim)
			decodeRow(b.codes[r*m.stride:(r+1)*m.stride], b.scales[r], x)
			out[num] = x
		}
	}
	return out
}

func (m *Matrix) threads(work int) int {
	n := m.config.Threads
	if n <= 0 {
		n = runtime.GOMAXPROCS(0)
	}
	return max(1, min(n, work))
}

func (m *Matrix) parallel(ctx context.Context, n int, do func(i int)) error {
	return m.parallelBy(ctx, m.threads(n), n, func(_, i int) { do(i) })
}

// parallelBy calls do for 0 to n−1 from a number of goroutines and returns when all have ended, with the context's error
// if it ended first.
func (m *Matrix) parallelBy(ctx context.Context, threads, n int, do func(thread, i int)) error {
	var next atomic.Int64
	work := func(thread int) {
		for ctx.Err() == nil {
			i := int(next.Add(1)) - 1
			if i >= n {
				return
			}
			do(thread, i)
		}
	}
	var group sync.WaitGroup
	for t := 1; t < threads; t++ {
		group.Add(1)
		go func() {
			defer group.Done()
			work(t)
		}()
	}
	work(0)
	group.Wait()
	return ctx.Err()
}

// sample returns a state with every nth block, so many that they hold about n rows; n = 0: the state itself.
func (s *state) sample(n int) *state {
	step := 1
	if n > 0 {
		step = max(1, s.rows/max(n, 1))
	}
	if step == 1 {
		return s
	}
	out := &state{axes: s.axes}
	for i := 0; i < len(s.blocks); i += step {
		out.blocks = append(out.blocks, s.blocks[i])
		out.rows += s.blocks[i].rows
		out.live += s.blocks[i].rows - s.blocks[i].deadRows
	}
	return out
}
