//go:build cgo

package resize

/*
#cgo CFLAGS: -O3
#include "wide_amd64.h"
*/
import "C"

import (
	"unsafe"

	"golang.org/x/sys/cpu"
)

// maxWideTaps bounds the taps of a position: more of them could overflow the sums of the weights' lower parts.
const maxWideTaps = 1024

// groupBytes is how much is read of a row for four taps, of which only 12 bytes count.
const groupBytes = 16

func (t *taps) wide() bool {
	if !cpu.X86.HasAVX2 {
		return false
	}
	for i := range t.first {
		if t.start[i+1]-t.start[i] > maxWideTaps {
			return false
		}
	}
	return true
}

// groups lays the weights out as resize_rows wants them; positions count from pixel low.
func (t *taps) groups(low int) (first, start []int32, weights []int16) {
	first, start = make([]int32, len(t.first)), make([]int32, len(t.start))
	for i := range t.first {
		first[i] = int32(t.first[i] - low)
		for w := t.of(i); len(w) > 0; w = w[min(4, len(w)):] {
			var group [8]int16
			for k, v := range w[:min(4, len(w))] {
				group[k], group[4+k] = int16(v>>12), int16(v&4095)
			}
			weights = append(weights, group[:]...)
		}
		start[i+1] = int32(len(weights) / 8)
	}
	return first, start, weights
}

// horizontalWide is horizontal by AVX2; false where the processor or the taps do not allow it.
func horizontalWide(dst, src *RGB, t *taps, first int) bool {
	if !t.wide() || dst.Height == 0 {
		return false
	}
	low, high := t.span()
	from, start, weights := t.groups(low)
	stride, out := src.Width*3, dst.Width*3
	need := 0 // bytes of a row that are read from low on
	for i := range from {
		need = max(need, 3*int(from[i])+12*int(start[i+1]-start[i]-1)+groupBytes)
	}
	spare := make([]byte, 2*need)
	row := func(y, n int) []byte {
		at := (first+y)*stride + low*3
		if at+need <= len(src.Pix) {
			return src.Pix[at:]
		}
		copied := spare[n*need : (n+1)*need] // at the end of the picture, where nothing may be read behind it
		copy(copied, src.Pix[at:at+(high-low)*3])
		return copied
	}
	for y := 0; y < dst.Height; y += 2 {
		other := min(y+1, dst.Height-1)
		upper, lower := row(y, 0), row(other, 1)
		C.resize_rows((*C.uint8_t)(unsafe.Pointer(&dst.Pix[y*out])), (*C.uint8_t)(unsafe.Pointer(&dst.Pix[other*out])),
			(*C.uint8_t)(unsafe.Pointer(&upper[0])), (*C.uint8_t)(unsafe.Pointer(&lower[0])), C.long(dst.Width),
			(*C.int32_t)(unsafe.Pointer(&from[0])), (*C.int32_t)(unsafe.Pointer(&start[0])), (*C.int16_t)(unsafe.Pointer(&weights[0])))
	}
	return true
}

// verticalWide is vertical by AVX2; false where the processor, the taps or a narrow picture do not allow it.
func verticalWide(dst, src *RGB, t *taps, first int) bool {
	stride := dst.Width * 3
	if stride < 16 || !t.wide() {
		return false
	}
	for y := range t.first {
		w := t.of(y)
		C.resize_column((*C.uint8_t)(unsafe.Pointer(&dst.Pix[y*stride])), (*C.uint8_t)(unsafe.Pointer(&src.Pix[(t.first[y]-first)*stride])),
			C.long(stride), C.long(stride), C.long(len(w)), (*C.int32_t)(unsafe.Pointer(&w[0])))
	}
	return true
}
