package vector

import (
	"encoding/binary"
	"math"
)

// align is the number of bytes that a row of codes is rounded up to: one cache line, one AVX-512 register.
const align = 64

// bias is added to the codes of rows, so that they are unsigned as the VNNI dot product wants them.
const bias = 128

func strideOf(dim int) int { return (dim + align - 1) / align * align }

// code is a query in int8: value ≈ values * scale; offset is added to every score.
type code struct {
	values        []int8
	bias          int32
	scale, offset float32
}

// encodeQuery quantizes a query symmetrically to ±127.
func encodeQuery(x []float32, stride int) code {
	q := code{values: make([]int8, stride)}
	top := largest(x)
	if top == 0 {
		return q
	}
	q.scale = top / 127
	for i, v := range x {
		c := int8(math.RoundToEven(float64(v / q.scale)))
		q.values[i] = c
		q.bias += bias * int32(c)
	}
	return q
}

// encodeRow quantizes x to biased codes and returns the scale. Padding gets the code of zero.
func encodeRow(x []float32, codes []byte) float32 {
	scale := largest(x) / 127
	if scale == 0 {
		for i := range codes {
			codes[i] = bias
		}
		return 0
	}
	inverse := 1 / scale
	for i, v := range x {
		// Adding 128.5 and truncating rounds to nearest: the sum is never negative.
		codes[i] = byte(int32(v*inverse + (bias + 0.5)))
	}
	for i := len(x); i < len(codes); i++ {
		codes[i] = bias
	}
	return scale
}

// decodeRow writes what the codes stand for to x.
func decodeRow(codes []byte, scale float32, x []float32) {
	for i := range x {
		x[i] = float32(int(codes[i])-bias) * scale
	}
}

func largest(x []float32) float32 {
	var top float32
	for _, v := range x {
		if v < 0 {
			v = -v
		}
		if v > top {
			top = v
		}
	}
	return top
}

// usable says whether a vector may be stored: finite, and not zero.
func usable(x []float32) bool {
	var sum float64
	for _, v := range x {
		sum += float64(v) * float64(v)
	}
	return sum > 1e-12 && !math.IsNaN(sum) && !math.IsInf(sum, 0) && sum < 1e12
}

// Half converts an IEEE 754 binary16 number to float32, exactly.
func Half(h uint16) float32 {
	sign, exponent, fraction := uint32(h&0x8000)<<16, uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exponent {
	case 0:
		v := float32(fraction) * (1.0 / (1 << 24))
		return math.Float32frombits(math.Float32bits(v) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | fraction<<13)
	default:
		return math.Float32frombits(sign | (exponent+112)<<23 | fraction<<13)
	}
}

// Halfs converts little-endian float16 numbers to float32 into x, which must have half as many values as b has bytes.
func Halfs(b []byte, x []float32) {
	for i := range x {
		x[i] = Half(binary.LittleEndian.Uint16(b[2*i:]))
	}
}

// Dot returns the dot product of two vectors of one length. Products are summed in double precision, in order.
func Dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float64
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += float64(a[i]) * float64(b[i])
		s1 += float64(a[i+1]) * float64(b[i+1])
		s2 += float64(a[i+2]) * float64(b[i+2])
		s3 += float64(a[i+3]) * float64(b[i+3])
	}
	for ; i < len(a); i++ {
		s0 += float64(a[i]) * float64(b[i])
	}
	return float32(s0 + s1 + s2 + s3)
}
