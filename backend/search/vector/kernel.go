package vector

/*
#cgo CFLAGS: -O3 -std=c11
#include "kernel.h"
*/
import "C"

import "unsafe"

// instructions is a set of processor instructions that the kernels have a version for.
type instructions int

const (
	scalar     = instructions(C.ISA_SCALAR)
	neon       = instructions(C.ISA_NEON)
	avx2       = instructions(C.ISA_AVX2)
	avx512vnni = instructions(C.ISA_AVX512VNNI)
)

// String names the set.
func (i instructions) String() string {
	switch i {
	case neon:
		return "NEON"
	case avx2:
		return "AVX2"
	case avx512vnni:
		return "AVX-512 VNNI"
	default:
		return "scalar"
	}
}

// Instructions names the processor instructions that scans use on this machine.
func Instructions() string { return bestInstructions().String() }

func bestInstructions() instructions { return instructions(C.kernel_isa()) }

// scan writes the scores of rows of codes (all of them, or those in rows) to out.
func scan(isa instructions, codes []byte, scales []float32, rows []uint32, stride int, q code, out []float32) {
	if len(out) == 0 {
		return
	}
	var list *C.uint32_t
	if rows != nil {
		list = (*C.uint32_t)(unsafe.Pointer(&rows[0]))
	}
	C.kernel_scan(C.int(isa), (*C.uint8_t)(unsafe.Pointer(&codes[0])), (*C.float)(unsafe.Pointer(&scales[0])), list,
		C.size_t(len(out)), C.size_t(stride), (*C.int8_t)(unsafe.Pointer(&q.values[0])), C.int32_t(q.bias),
		C.float(q.scale), C.float(q.offset), (*C.float)(unsafe.Pointer(&out[0])))
}

// pick writes the indices of scores at or above threshold to out, in order, leaving out those whose bit is set in skip.
func pick(scores []float32, skip []uint64, threshold float32, out []uint32) []uint32 {
	if len(scores) == 0 {
		return out[:0]
	}
	n := C.kernel_select((*C.float)(unsafe.Pointer(&scores[0])), bits(skip), C.size_t(len(scores)), C.float(threshold),
		(*C.uint32_t)(unsafe.Pointer(&out[0])))
	return out[:n]
}

// count adds scores to bins over [-1, 1] and returns their sum and the sum of their squares.
func count(scores []float32, skip []uint64, bins []uint32) (sum, squares float64) {
	if len(scores) == 0 {
		return 0, 0
	}
	var s [2]C.double
	C.kernel_count((*C.float)(unsafe.Pointer(&scores[0])), bits(skip), C.size_t(len(scores)),
		(*C.uint32_t)(unsafe.Pointer(&bins[0])), C.size_t(len(bins)), &s[0])
	return float64(s[0]), float64(s[1])
}

// project writes the dot products of x with each of the axes (one after the other, len(x) values each) to out.
func project(axes, x, out []float32) {
	C.kernel_project((*C.float)(unsafe.Pointer(&axes[0])), C.size_t(len(out)), C.size_t(len(x)),
		(*C.float)(unsafe.Pointer(&x[0])), (*C.float)(unsafe.Pointer(&out[0])))
}

func bits(skip []uint64) *C.uint64_t {
	if len(skip) == 0 {
		return nil
	}
	return (*C.uint64_t)(unsafe.Pointer(&skip[0]))
}
