package vector

import (
	"fmt"
	"math"
	"slices"
	"sort"
	"sync"
	"sync/atomic"

	"pixeldetective/backend/photo"
)

// blockRows is the capacity of a block. 8192 rows of 512 codes are 4 MB: large enough to hide the cost of a call into C,
// small enough to share the work evenly.
const blockRows = 8192

// Config says how a matrix is laid out. The zero value holds the defaults.
type Config struct {
	// NarrowFrom is the number of rows from which Narrow builds the narrow first pass; 0: those whose codes take 32 MiB,
	// about as much as is read in 3 ms; negative: never.
	NarrowFrom int
	// Threads is how many cores a search may use; 0: all that the process may use.
	Threads int
}

const narrowFromBytes = 32 << 20

// Matrix holds the vectors of one model. Any number of searches may run beside one another and beside Append, Remove and
// Narrow, which wait for one another.
type Matrix struct {
	ref    photo.ModelRef
	dim    int
	stride int
	config Config
	isa    instructions

	write   sync.Mutex // held by whoever makes the next state
	state   atomic.Pointer[state]
	scratch sync.Pool // *scratch

	open    sync.RWMutex // read-held by searches, write-held by Close
	closed  bool
	release func() error
}

// state is what a search sees: it never changes once it is published.
type state struct {
	blocks []part
	rows   int // live and dead
	live   int
	axes   *axes // nil: no narrow pass
}

// part is a block as one state sees it.
type part struct {
	*block
	rows     int      // rows in use
	sorted   bool     // nums rise
	min, max uint32   // over the rows in use
	dead     []uint64 // one bit a row, set: removed; nil: none. Copied before a change
	deadRows int
}

// block is storage for up to blockRows rows. Rows are written once, before the state that shows them is published.
type block struct {
	nums         []uint32
	scales       []float32
	codes        []byte
	narrow       []byte // nil without a narrow pass
	narrowScales []float32
	frozen       bool // in a mapped file: takes no more rows
}

// New returns an empty matrix for vectors of dim values from the model ref.
func New(ref photo.ModelRef, dim int, config Config) *Matrix {
	if config.NarrowFrom == 0 {
		config.NarrowFrom = narrowFromBytes / max(1, dim)
	}
	m := &Matrix{ref: ref, dim: dim, stride: strideOf(dim), config: config, isa: bestInstructions()}
	m.state.Store(&state{})
	return m
}

// Ref returns the model whose vectors the matrix holds.
func (m *Matrix) Ref() photo.ModelRef { return m.ref }

// Dimension returns the number of values in a vector.
func (m *Matrix) Dimension() int { return m.dim }

// Len returns the number of photos in the matrix.
func (m *Matrix) Len() int { return m.state.Load().live }

// Bytes returns the memory that the rows take, in a mapped file or on the heap.
func (m *Matrix) Bytes() int64 {
	var n int64
	for _, p := range m.state.Load().blocks {
		n += int64(len(p.codes) + len(p.narrow) + 4*(len(p.nums)+len(p.scales)+len(p.narrowScales)))
	}
	return n
}

// Append adds vectors; a number that is there already gets the new vector instead of its old one. Vectors that are zero
// or not finite are left out and returned as refused. A vector of another length, or a number outside 0 to 2^32−1, is an
// error, and nothing is added.
func (m *Matrix) Append(nums []int64, vectors [][]float32) (refused []int64, err error) {
	if len(nums) != len(vectors) {
		return nil, fmt.Errorf("append to the vector matrix: %d numbers for %d vectors", len(nums), len(vectors))
	}
	for i, x := range vectors {
		if len(x) != m.dim {
			return nil, fmt.Errorf("append to the vector matrix: photo %d has a vector of %d values, want %d", nums[i], len(x), m.dim)
		}
		if nums[i] < 0 || nums[i] > math.MaxUint32 {
			return nil, fmt.Errorf("append to the vector matrix: photo number %d is out of range", nums[i])
		}
	}
	m.write.Lock()
	defer m.write.Unlock()
	next := m.state.Load().clone()
	for i, x := range vectors {
		num := uint32(nums[i])
		next.remove(num)
		if !usable(x) {
			refused = append(refused, nums[i])
			continue
		}
		next.add(m, num, x)
	}
	m.state.Store(next)
	return refused, nil
}

// Remove takes photos out and returns how many were there.
func (m *Matrix) Remove(nums ...int64) int {
	m.write.Lock()
	defer m.write.Unlock()
	next := m.state.Load().clone()
	removed := 0
	for _, num := range nums {
		if num >= 0 && num <= math.MaxUint32 && next.remove(uint32(num)) {
			removed++
		}
	}
	if removed > 0 {
		m.state.Store(next)
	}
	return removed
}

// Has says whether the matrix holds a vector of the photo.
func (m *Matrix) Has(num int64) bool {
	if num < 0 || num > math.MaxUint32 {
		return false
	}
	_, _, ok := m.state.Load().find(uint32(num))
	return ok
}

// Nums returns the numbers of all photos in the matrix, rising.
func (m *Matrix) Nums() []int64 {
	m.open.RLock()
	defer m.open.RUnlock()
	if m.closed {
		return nil
	}
	s := m.state.Load()
	out := make([]int64, 0, s.live)
	for _, p := range s.blocks {
		for i, num := range p.nums[:p.rows] {
			if !p.isDead(i) {
				out = append(out, int64(num))
			}
		}
	}
	slices.Sort(out)
	return out
}

func (s *state) clone() *state {
	next := *s
	next.blocks = slices.Clone(s.blocks)
	return &next
}

// add writes a row behind the last one. The rows of older states are not touched.
func (s *state) add(m *Matrix, num uint32, x []float32) {
	last := len(s.blocks) - 1
	if last < 0 || s.blocks[last].frozen || s.blocks[last].rows == len(s.blocks[last].nums) {
		s.blocks = append(s.blocks, part{block: m.newBlock(s.axes != nil), sorted: true})
		last++
	}
	p := &s.blocks[last]
	row := p.rows
	p.nums[row] = num
	p.scales[row] = encodeRow(x, p.codes[row*m.stride:(row+1)*m.stride])
	if s.axes != nil {
		s.axes.encode(x, p.narrow[row*s.axes.stride:(row+1)*s.axes.stride], &p.narrowScales[row])
	}
	p.sorted = p.sorted && (row == 0 || num > p.max)
	if row == 0 {
		p.min, p.max = num, num
	} else {
		p.min, p.max = min(p.min, num), max(p.max, num)
	}
	if p.dead != nil && row/64 >= len(p.dead) {
		p.dead = append(slices.Clone(p.dead), 0)
	}
	p.rows++
	s.rows++
	s.live++
}

// newBlock allocates a block; the first ones of a small library are whole blocks too, their unused pages stay untouched.
func (m *Matrix) newBlock(narrow bool) *block {
	b := &block{
		nums:   make([]uint32, blockRows),
		scales: make([]float32, blockRows),
		codes:  make([]byte, blockRows*m.stride),
	}
	if narrow {
		b.narrow = make([]byte, blockRows*narrowStride)
		b.narrowScales = make([]float32, blockRows)
	}
	return b
}

func (s *state) remove(num uint32) bool {
	at, row, ok := s.find(num)
	if !ok {
		return false
	}
	p := &s.blocks[at]
	dead := make([]uint64, (p.rows+63)/64)
	copy(dead, p.dead)
	dead[row/64] |= 1 << (row % 64)
	p.dead = dead
	p.deadRows++
	s.live--
	return true
}

// find returns the live row of a number.
func (s *state) find(num uint32) (at, row int, ok bool) {
	for at = range s.blocks {
		p := &s.blocks[at]
		if p.rows == 0 || num < p.min || num > p.max {
			continue
		}
		if p.sorted {
			row = sort.Search(p.rows, func(i int) bool { return p.nums[i] >= num })
			if row < p.rows && p.nums[row] == num && !p.isDead(row) {
				return at, row, true
			}
			continue
		}
		for row = range p.nums[:p.rows] {
			if p.nums[row] == num && !p.isDead(row) {
				return at, row, true
			}
		}
	}
	return 0, 0, false
}

func (p *part) isDead(row int) bool {
	return row/64 < len(p.dead) && p.dead[row/64]>>(row%64)&1 == 1
}

// liveRows returns all live rows, ordered by number.
func (s *state) liveRows() []row {
	out := make([]row, 0, s.live)
	for at := range s.blocks {
		p := &s.blocks[at]
		for i := range p.rows {
			if !p.isDead(i) {
				out = append(out, row{block: at, row: i})
			}
		}
	}
	slices.SortFunc(out, func(a, b row) int { return int(int64(s.num(a)) - int64(s.num(b))) })
	return out
}

func (s *state) num(r row) uint32 { return s.blocks[r.block].nums[r.row] }
