package resize

// Resize makes a new picture of s.Width × s.Height pixels from src, equal to what Pillow's Image.resize gives. For
// CenterCrop the picture is first brought to the smallest size that covers the target (the longer side cut to a whole
// number, as Pillow's users do) and the middle is taken, but only the part inside the target is computed. It panics if a
// side of src or s is not positive or s.Filter is unknown: both are the caller's to check with Spec.Valid.
func Resize(src *RGB, s Spec) *RGB {
	if s.Fit != CenterCrop {
		return window(src, s.Width, s.Height, 0, 0, s.Width, s.Height, s.Filter)
	}
	width, height := cover(src.Width, src.Height, s.Width, s.Height)
	return window(src, width, height, (width-s.Width)/2, (height-s.Height)/2, s.Width, s.Height, s.Filter)
}

// maxSide bounds a wanted picture's side.
const maxSide = 1 << 14

// Valid says whether a spec can be asked for.
func (s Spec) Valid() bool {
	return s.Width > 0 && s.Height > 0 && s.Width <= maxSide && s.Height <= maxSide &&
		(s.Fit == Stretch || s.Fit == CenterCrop) && (s.Filter == Bilinear || s.Filter == Bicubic)
}

// Inside returns the size of a picture whose longest side is at most side, the aspect ratio kept and neither side below 1.
// It never grows.
func Inside(width, height, side int) (int, int) {
	longest := max(width, height)
	if longest <= side {
		return width, height
	}
	return max(1, (2*width*side+longest)/(2*longest)), max(1, (2*height*side+longest)/(2*longest))
}

func cover(w, h, targetW, targetH int) (int, int) {
	if w*targetH <= h*targetW { // the width decides
		return targetW, max(targetH, targetW*h/w)
	}
	return max(targetW, targetH*w/h), targetH
}

// window computes the part (left, top, w, h) of src resized to fullW × fullH.
func window(src *RGB, fullW, fullH, left, top, w, h int, filter Filter) *RGB {
	rows := newTaps(src.Height, fullH, top, h, filter)
	first, last := top, top+h
	if rows != nil {
		first, last = rows.span()
	}
	columns := newTaps(src.Width, fullW, left, w, filter)
	mid := &RGB{Width: w, Height: last - first}
	switch {
	case columns != nil:
		mid.Pix = make([]byte, w*mid.Height*3)
		if !horizontalWide(mid, src, columns, first) {
			horizontal(mid, src, columns, first)
		}
	case left == 0 && w == src.Width:
		mid.Pix = src.Pix[first*w*3 : last*w*3]
	default:
		mid.Pix = make([]byte, 0, w*mid.Height*3)
		for y := first; y < last; y++ {
			at := (y*src.Width + left) * 3
			mid.Pix = append(mid.Pix, src.Pix[at:at+w*3]...)
		}
	}
	out := &RGB{Width: w, Height: h, Pix: make([]byte, w*h*3)}
	if rows == nil {
		copy(out.Pix, mid.Pix)
		return out
	}
	if !verticalWide(out, mid, rows, first) {
		vertical(out, mid, rows, first)
	}
	return out
}

// precision is the number of bits behind the point of a weight, as in Pillow: 32 less 8 for the value and 2 for the
// overshoot of the bicubic kernel.
const (
	precision = 22
	half      = 1 << (precision - 1)
)

func clip(v int32) byte {
	v >>= precision
	if uint32(v) > 255 {
		if v < 0 {
			return 0
		}
		return 255
	}
	return byte(v)
}

// horizontal shrinks or grows the rows of src from first on into dst. Two rows go together: their six samples of a
// column sit in three 64-bit words of two lanes each, so that three multiplications do the work of six. Lanes are exact:
// a sum of weights × samples with a half added stays within 31 bits and a sign, and a negative lower lane borrows 1 from the
// upper one, which lanes gives back.
func horizontal(dst, src *RGB, t *taps, first int) {
	stride, out := src.Width*3, dst.Width*3
	low, high := t.span()
	packed := make([]uint64, 3*(high-low))
	for y := 0; y < dst.Height; y += 2 {
		other := min(y+1, dst.Height-1)
		pack(packed, src.Pix[(first+y)*stride+low*3:(first+y)*stride+high*3],
			src.Pix[(first+other)*stride+low*3:(first+other)*stride+high*3])
		upper := dst.Pix[y*out : y*out+out]
		lower := dst.Pix[other*out : other*out+out]
		for x := range t.first {
			weights := t.of(x)
			from := 3 * (t.first[x] - low)
			columns := packed[from : from+3*len(weights)]
			const halves = half | half<<32
			var a, b, c uint64 = halves, halves, halves
			for _, w := range weights {
				if len(columns) < 3 { // never; spares the bounds checks
					break
				}
				k := uint64(int64(w))
				a += columns[0] * k
				b += columns[1] * k
				c += columns[2] * k
				columns = columns[3:]
			}
			r0, g0 := lanes(a)
			b0, r1 := lanes(b)
			g1, b1 := lanes(c)
			u := upper[3*x : 3*x+3 : 3*x+3]
			u[0], u[1], u[2] = clip(r0), clip(g0), clip(b0)
			l := lower[3*x : 3*x+3 : 3*x+3]
			l[0], l[1], l[2] = clip(r1), clip(g1), clip(b1)
		}
	}
}

func lanes(v uint64) (int32, int32) {
	low := int32(uint32(v))
	return low, int32((int64(v) - int64(low)) >> 32)
}

func pack(dst []uint64, upper, lower []byte) {
	for len(dst) >= 3 && len(upper) >= 3 && len(lower) >= 3 {
		dst[0] = uint64(upper[0]) | uint64(upper[1])<<32
		dst[1] = uint64(upper[2]) | uint64(lower[0])<<32
		dst[2] = uint64(lower[1]) | uint64(lower[2])<<32
		dst, upper, lower = dst[3:], upper[3:], lower[3:]
	}
}

// vertical shrinks or grows the columns of src, whose row 0 is row first of the picture, into dst.
func vertical(dst, src *RGB, t *taps, first int) {
	stride := dst.Width * 3
	sums := make([]int32, stride)
	for y := range t.first {
		for i := range sums {
			sums[i] = half
		}
		weights := t.of(y)
		row := src.Pix[(t.first[y]-first)*stride:]
		for len(weights) >= 4 {
			add4(sums, row[:stride], row[stride:2*stride], row[2*stride:3*stride], row[3*stride:4*stride], weights)
			weights, row = weights[4:], row[4*stride:]
		}
		for _, w := range weights {
			add(sums, row[:stride], w)
			row = row[stride:]
		}
		out := dst.Pix[y*stride : y*stride+stride]
		for i, v := range sums {
			out[i] = clip(v)
		}
	}
}

func add(sums []int32, row []byte, w int32) {
	row = row[:len(sums)]
	for i := range sums {
		sums[i] += w * int32(row[i])
	}
}

func add4(sums []int32, a, b, c, d []byte, w []int32) {
	a, b, c, d = a[:len(sums)], b[:len(sums)], c[:len(sums)], d[:len(sums)]
	w0, w1, w2, w3 := w[0], w[1], w[2], w[3]
	for i := range sums {
		sums[i] += w0*int32(a[i]) + w1*int32(b[i]) + w2*int32(c[i]) + w3*int32(d[i])
	}
}
