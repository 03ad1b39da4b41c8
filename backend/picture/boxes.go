package picture

import "pixeldetective/backend/picture/resize"

// boxFactor is by how much a picture may be shrunk so that both sides stay at least minSide long.
func boxFactor(width, height, minSide int) int { return max(1, min(width, height)/minSide) }

// sides is how long both sides stay when a picture is shrunk while it is decoded.
func (l Limits) sides() int {
	if l.minSide > 0 {
		return l.minSide
	}
	return MinSide
}

// shortestSide is how long the shorter side is where the longer one is as long as a thumbnail's, rounded up; at least
// MinSide.
func shortestSide(width, height, thumbnail int) int {
	longest := max(width, height, 1)
	return max(MinSide, (thumbnail*min(width, height)+longest-1)/longest)
}

// boxes shrinks a picture by a whole factor while its rows come in: each pixel is the mean of a square of them. What is
// left over on the right and below is dropped.
type boxes struct {
	out    *resize.RGB
	factor int
	sums   []uint32
	rows   int // of the square in hand
	done   int
}

func newBoxes(width, height, factor int) *boxes {
	w, h := width/factor, height/factor
	return &boxes{out: &resize.RGB{Width: w, Height: h, Pix: make([]byte, w*h*3)}, factor: factor, sums: make([]uint32, w*3)}
}

func (b *boxes) add(row []byte) {
	if b.done == b.out.Height {
		return
	}
	n := b.out.Width * 3
	target := b.out.Pix[b.done*n : b.done*n+n]
	if b.factor == 1 {
		copy(target, row)
		b.done++
		return
	}
	for x := range b.out.Width {
		square := row[3*x*b.factor : 3*(x+1)*b.factor]
		for i := 0; i+3 <= len(square); i += 3 {
			b.sums[3*x] += uint32(square[i])
			b.sums[3*x+1] += uint32(square[i+1])
			b.sums[3*x+2] += uint32(square[i+2])
		}
	}
	if b.rows++; b.rows < b.factor {
		return
	}
	area := uint32(b.factor * b.factor)
	for i, v := range b.sums {
		target[i] = byte((v + area/2) / area)
	}
	clear(b.sums)
	b.rows = 0
	b.done++
}

func (b *boxes) finish() *resize.RGB { return b.out }
