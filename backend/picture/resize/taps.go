package resize

// taps holds, for each wanted position along one axis, the first source position that counts and the weights from there
// on, in fixed point.
type taps struct {
	first   []int
	start   []int // of position i's weights in weights; one more than positions
	weights []int32
}

func (t *taps) of(i int) []int32 { return t.weights[t.start[i]:t.start[i+1]] }

// span returns the source positions that any wanted one needs, as [first, last).
func (t *taps) span() (int, int) {
	first, last := t.first[0], 0
	for i, f := range t.first {
		first = min(first, f)
		last = max(last, f+t.start[i+1]-t.start[i])
	}
	return first, last
}

// newTaps makes the weights for positions from, …, from+n−1 of an axis of size samples that becomes target long, in
// Pillow's arithmetic: float64, then rounded away from zero to 22 bits. It returns nil where the axis keeps its length:
// Pillow then leaves it alone. The conversions to float64 forbid fused multiply-add, which would round otherwise on
// some processors.
func newTaps(size, target, from, n int, filter Filter) *taps {
	if size == target {
		return nil
	}
	kernel, radius := kernelOf(filter)
	scale := float64(size) / float64(target)
	wide := max(scale, 1)
	support := float64(radius * wide)
	inverse := 1 / wide
	t := &taps{first: make([]int, n), start: make([]int, n+1)}
	values := make([]float64, 0, int(2*support)+3)
	for i := range n {
		centre := float64((float64(from+i) + 0.5) * scale)
		first := max(int(float64(centre-support)+0.5), 0)
		last := min(int(float64(centre+support)+0.5), size)
		values = values[:0]
		var total float64
		for j := first; j < last; j++ {
			v := kernel(float64((float64(j) - centre + 0.5) * inverse))
			values = append(values, v)
			total += v
		}
		t.first[i] = first
		for _, v := range values {
			w := float64(v / total * (1 << precision))
			if v >= 0 {
				w += 0.5
			} else {
				w -= 0.5
			}
			t.weights = append(t.weights, int32(w))
		}
		t.start[i+1] = len(t.weights)
	}
	return t
}

func kernelOf(f Filter) (func(float64) float64, float64) {
	switch f {
	case Bilinear:
		return triangle, 1
	case Bicubic:
		return cubic, 2
	}
	panic("resize: unknown filter " + string(f))
}

func triangle(x float64) float64 { return max(0, 1-max(x, -x)) }

// cubic is Keys' kernel (1981, IEEE ASSP 29(6)) with a = −0.5.
func cubic(x float64) float64 {
	x = max(x, -x)
	switch {
	case x < 1:
		return float64(float64(float64(float64(1.5*x)-2.5)*x)*x) + 1
	case x < 2:
		return float64(float64(float64(float64(float64(-0.5*x)+2.5)*x)-4)*x) + 2
	}
	return 0
}
