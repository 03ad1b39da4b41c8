package vector

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math"
	"os"
	"unsafe"

	"pixeldetective/backend/internal/atomicfile"
	"pixeldetective/backend/photo"
)

// A cache file holds a matrix so that it can be mapped instead of built: a header, the axes of the narrow pass, a table
// of blocks, and the blocks, all little-endian and aligned to 64 bytes. The header and all that precedes the blocks are
// covered by a checksum, which holds one of the numbers and scales of each block. It is derived: whoever cannot read it builds the matrix anew.
const (
	cacheMagic   = "PXDVEC\x00\x01"
	cacheHeader  = 256
	cacheEntry   = 16
	maxDimension = 1 << 14
	maxBlocks    = 1 << 20
)

// CacheError says why a cache file was not used. It can be deleted.
type CacheError struct {
	Path, Reason string
}

func (e *CacheError) Error() string {
	return fmt.Sprintf("vector cache %q not used: %s", e.Path, e.Reason)
}

// header is what stands at the start of a cache file.
type header struct {
	Magic     [8]byte
	Checksum  uint32 // CRC-32C of the rest of the header, the axes and the table
	BlockRows uint32
	Dim       uint32
	Narrow    uint32 // 1: there is a narrow pass
	Rows      uint64
	Blocks    uint64
	Seq       int64
	Size      uint64 // of the file
	RefLength uint32
	Ref       [cacheHeader - 60]byte
}

// layout is where the parts of a file with these numbers lie.
type layout struct {
	stride         int
	narrow         bool
	table, first   int // offsets
	block          int // bytes a block
	scales, codes  int // offsets inside a block
	narrowScales   int
	narrowCodes    int
	size           int
	axesLength     int
	checksumLength int // bytes from the start that the checksum covers
}

func layoutOf(dim, blocks int, narrow bool) layout {
	up := func(n int) int { return (n + align - 1) / align * align }
	l := layout{stride: strideOf(dim), narrow: narrow}
	if narrow {
		l.axesLength = 4 * dim * (1 + narrowDims)
	}
	l.table = cacheHeader + up(l.axesLength)
	l.checksumLength = l.table + blocks*cacheEntry
	l.first = up(l.checksumLength)
	l.scales = 4 * blockRows
	l.codes = 8 * blockRows
	l.block = l.codes + blockRows*l.stride
	if narrow {
		l.narrowScales = l.block
		l.narrowCodes = l.block + 4*blockRows
		l.block = l.narrowCodes + blockRows*narrowStride
	}
	l.size = l.first + blocks*l.block
	return l
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// Save writes the live rows to a file, ordered by number, and with it the number of the last change that they hold. The
// file replaces an older one at once or not at all.
func (m *Matrix) Save(ctx context.Context, path string, seq int64) error {
	m.open.RLock()
	defer m.open.RUnlock()
	if m.closed {
		return ErrClosed
	}
	s := m.state.Load()
	file, err := atomicfile.Create(path, 0o600)
	if err != nil {
		return fmt.Errorf("write the vector cache %q: %w", path, err)
	}
	defer file.Abort()
	if err := m.writeCache(ctx, file, s, seq); err != nil {
		return fmt.Errorf("write the vector cache %q: %w", path, err)
	}
	if err := file.Commit(); err != nil {
		return fmt.Errorf("write the vector cache %q: %w", path, err)
	}
	return nil
}

func (m *Matrix) writeCache(ctx context.Context, w io.Writer, s *state, seq int64) error {
	ref := m.ref.String()
	h := header{BlockRows: blockRows, Dim: uint32(m.dim), Rows: uint64(s.live), Seq: seq, RefLength: uint32(len(ref))}
	copy(h.Magic[:], cacheMagic)
	if len(ref) > len(h.Ref) {
		return errors.New("the model's name is too long")
	}
	copy(h.Ref[:], ref)
	order := s.liveRows()
	h.Blocks = uint64((len(order) + blockRows - 1) / blockRows)
	if s.axes != nil {
		h.Narrow = 1
	}
	l := layoutOf(m.dim, int(h.Blocks), s.axes != nil)
	h.Size = uint64(l.size)

	front := make([]byte, l.first)
	if s.axes != nil {
		values := front[cacheHeader:]
		for i, v := range append(append([]float32(nil), s.axes.mean...), s.axes.rows...) {
			binary.LittleEndian.PutUint32(values[4*i:], math.Float32bits(v))
		}
	}
	block := make([]byte, l.block)
	for b := range int(h.Blocks) {
		rows := order[b*blockRows : min(len(order), (b+1)*blockRows)]
		entry := front[l.table+b*cacheEntry:]
		binary.LittleEndian.PutUint32(entry, uint32(len(rows)))
		binary.LittleEndian.PutUint32(entry[4:], s.num(rows[0]))
		binary.LittleEndian.PutUint32(entry[8:], s.num(rows[len(rows)-1]))
		fillBlock(block, l, m.stride, s, rows)
		binary.LittleEndian.PutUint32(entry[12:], l.blockChecksum(block))
	}
	putHeader(front, h)
	h.Checksum = checksum(front[:l.checksumLength])
	putHeader(front, h)
	if _, err := w.Write(front); err != nil {
		return err
	}
	for b := range int(h.Blocks) {
		if err := ctx.Err(); err != nil {
			return err
		}
		fillBlock(block, l, m.stride, s, order[b*blockRows:min(len(order), (b+1)*blockRows)])
		if _, err := w.Write(block); err != nil {
			return err
		}
	}
	return nil
}

// fillBlock writes rows to out as they stand in a file.
func fillBlock(out []byte, l layout, stride int, s *state, rows []row) {
	clear(out)
	for i, r := range rows {
		from := &s.blocks[r.block]
		binary.LittleEndian.PutUint32(out[4*i:], from.nums[r.row])
		binary.LittleEndian.PutUint32(out[l.scales+4*i:], math.Float32bits(from.scales[r.row]))
		copy(out[l.codes+i*stride:], from.codes[r.row*stride:(r.row+1)*stride])
		if l.narrow {
			binary.LittleEndian.PutUint32(out[l.narrowScales+4*i:], math.Float32bits(from.narrowScales[r.row]))
			copy(out[l.narrowCodes+i*narrowStride:], from.narrow[r.row*narrowStride:(r.row+1)*narrowStride])
		}
	}
}

// blockChecksum covers the numbers and scales of a block. The codes are left out, so that opening reads a small part of
// the file: any bytes are valid codes.
func (l layout) blockChecksum(block []byte) uint32 {
	sum := crc32.Checksum(block[:l.codes], castagnoli)
	if l.narrow {
		sum = crc32.Update(sum, castagnoli, block[l.narrowScales:l.narrowCodes])
	}
	return sum
}

func putHeader(front []byte, h header) {
	var b bytes.Buffer
	_ = binary.Write(&b, binary.LittleEndian, h) // a buffer does not fail, and the struct has a fixed size
	copy(front[:cacheHeader], b.Bytes())
}

// checksum covers everything but the magic and the checksum itself.
func checksum(front []byte) uint32 { return crc32.Checksum(front[12:], castagnoli) }

// Open maps a cache file of the model ref and dimension. The error is a *CacheError where the file is absent, damaged, or
// of something else. The file must not be written to while it is mapped; Save replaces it, which is safe.
func Open(path string, ref photo.ModelRef, dim int, config Config) (m *Matrix, seq int64, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, 0, &CacheError{path, err.Error()}
	}
	defer file.Close()
	data, release, err := mapFile(file)
	if err != nil {
		return nil, 0, &CacheError{path, err.Error()}
	}
	m, seq, reason := parseCache(data, ref, dim, config)
	if reason != "" {
		_ = release()
		return nil, 0, &CacheError{path, reason}
	}
	m.release = release
	return m, seq, nil
}

// parseCache makes a matrix whose blocks lie in data, or says why it cannot.
func parseCache(data []byte, ref photo.ModelRef, dim int, config Config) (*Matrix, int64, string) {
	if len(data) < cacheHeader {
		return nil, 0, "it is too short"
	}
	var h header
	if err := binary.Read(bytes.NewReader(data[:cacheHeader]), binary.LittleEndian, &h); err != nil {
		return nil, 0, err.Error()
	}
	switch {
	case string(h.Magic[:]) != cacheMagic:
		return nil, 0, "it is not a vector cache of this version"
	case h.BlockRows != blockRows, h.Narrow > 1, h.Blocks > maxBlocks, h.Dim == 0, h.Dim > maxDimension:
		return nil, 0, "its layout is not known"
	case int(h.Dim) != dim:
		return nil, 0, "its vectors have another length"
	case int(h.RefLength) > len(h.Ref) || string(h.Ref[:h.RefLength]) != ref.String():
		return nil, 0, "it belongs to another model"
	case h.Narrow == 1 && dim <= narrowDims:
		return nil, 0, "its layout is not known"
	}
	l := layoutOf(dim, int(h.Blocks), h.Narrow == 1)
	if h.Size != uint64(l.size) || len(data) != l.size {
		return nil, 0, "it is cut short"
	}
	if checksum(data[:l.checksumLength]) != h.Checksum {
		return nil, 0, "its checksum is wrong"
	}
	m := New(ref, dim, config)
	s := &state{}
	if l.narrow {
		values := floats(data[cacheHeader:], dim*(1+narrowDims))
		for _, v := range values {
			if math.IsNaN(float64(v)) || math.IsInf(float64(v), 0) {
				return nil, 0, "its axes are not numbers"
			}
		}
		s.axes = &axes{dim: dim, stride: narrowStride, mean: values[:dim], rows: values[dim:]}
	}
	last := int64(-1)
	for b := range int(h.Blocks) {
		entry := data[l.table+b*cacheEntry:]
		rows, low, high := binary.LittleEndian.Uint32(entry), binary.LittleEndian.Uint32(entry[4:]), binary.LittleEndian.Uint32(entry[8:])
		if rows == 0 || rows > blockRows || low > high || int64(low) <= last {
			return nil, 0, "its table of blocks is wrong"
		}
		last = int64(high)
		raw := data[l.first+b*l.block : l.first+(b+1)*l.block]
		if l.blockChecksum(raw) != binary.LittleEndian.Uint32(entry[12:]) {
			return nil, 0, "the checksum of a block is wrong"
		}
		block := &block{
			nums: words(raw, blockRows), scales: floats(raw[l.scales:], blockRows),
			codes: raw[l.codes : l.codes+blockRows*l.stride], frozen: true,
		}
		if l.narrow {
			block.narrow = raw[l.narrowCodes : l.narrowCodes+blockRows*narrowStride]
			block.narrowScales = floats(raw[l.narrowScales:], blockRows)
		}
		s.blocks = append(s.blocks, part{block: block, rows: int(rows), sorted: true, min: low, max: high})
		s.rows += int(rows)
	}
	if uint64(s.rows) != h.Rows {
		return nil, 0, "its table of blocks is wrong"
	}
	s.live = s.rows
	m.state.Store(s)
	return m, h.Seq, ""
}

// Close gives a mapped file back once the searches in it have ended. The matrix must not be used afterwards; a search
// returns ErrClosed.
func (m *Matrix) Close() error {
	m.write.Lock()
	defer m.write.Unlock()
	m.open.Lock()
	defer m.open.Unlock()
	if m.closed {
		return nil
	}
	m.closed = true
	m.state.Store(&state{})
	if m.release != nil {
		return m.release()
	}
	return nil
}

// floats and words view bytes, which are aligned to 64, in place; the machines that the program runs on are little-endian.
func floats(b []byte, n int) []float32 { return unsafe.Slice((*float32)(unsafe.Pointer(&b[0])), n) }

func words(b []byte, n int) []uint32 { return unsafe.Slice((*uint32)(unsafe.Pointer(&b[0])), n) }
