package store

import (
	"encoding/binary"
	"errors"
	"math"
)

var errNotFinite = errors.New("it holds a number that is not finite")

// encodeHalfs writes a vector as float16, little endian, rounded to nearest, ties to even.
func encodeHalfs(v []float32) ([]byte, error) {
	b := make([]byte, 2*len(v))
	for i, x := range v {
		if f := float64(x); math.IsNaN(f) || math.Abs(f) > 65504 {
			return nil, errNotFinite
		}
		binary.LittleEndian.PutUint16(b[2*i:], halfOf(x))
	}
	return b, nil
}

// DecodeHalfs appends the numbers of a float16 vector, little endian, to dst.
func DecodeHalfs(dst []float32, halfs []byte) []float32 {
	for i := 0; i+1 < len(halfs); i += 2 {
		dst = append(dst, floatOf(binary.LittleEndian.Uint16(halfs[i:])))
	}
	return dst
}

// halfOf rounds to IEEE 754 binary16.
func halfOf(x float32) uint16 {
	b := math.Float32bits(x)
	sign := uint16(b >> 16 & 0x8000)
	exp := int(b>>23&0xff) - 127
	man := b & 0x7fffff
	switch {
	case exp == 128: // infinity, NaN
		if man != 0 {
			return sign | 0x7e00
		}
		return sign | 0x7c00
	case exp < -25:
		return sign
	case exp < -14: // subnormal: the hidden bit is spelt out
		return sign | uint16(roundShift(man|0x800000, uint(-exp-1)))
	}
	// A carry out of the mantissa goes into the exponent, as it should; beyond the range it gives infinity.
	h := uint32(exp+15)<<10 + roundShift(man, 13)
	if h >= 0x7c00 {
		return sign | 0x7c00
	}
	return sign | uint16(h)
}

// roundShift returns x / 2^n rounded to nearest, ties to even.
func roundShift(x uint32, n uint) uint32 {
	q, rest, half := x>>n, x&(1<<n-1), uint32(1)<<(n-1)
	if rest > half || rest == half && q&1 == 1 {
		q++
	}
	return q
}

func floatOf(h uint16) float32 {
	sign, exp, man := uint32(h>>15)<<31, uint32(h>>10&0x1f), uint32(h&0x3ff)
	switch exp {
	case 0:
		f := float32(man) / (1 << 24)
		return math.Float32frombits(math.Float32bits(f) | sign)
	case 31:
		return math.Float32frombits(sign | 0x7f800000 | man<<13)
	}
	return math.Float32frombits(sign | (exp+112)<<23 | man<<13)
}
