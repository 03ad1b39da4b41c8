package onnx

import (
	"errors"
	"fmt"
	"math"
	"math/bits"

	"google.golang.org/protobuf/encoding/protowire"
)

const (
	// maxNesting is how deep graphs and nodes may nest. Real models stay below 10; protobuf's own limit is 100.
	maxNesting = 64
	// maxDense is how many elements a sparse tensor may have when it is spread out.
	maxDense = 1 << 28
)

var (
	errExternal = errors.New("its weights lie in another file (external data), which is never opened")
	errNesting  = errors.New("its graphs nest too deeply")
)

// scan walks all of an ONNX file, down into subgraphs, functions, sparse tensors and training information, and refuses
// weights in other files and weights that are not all there. It reads the wire format only, so it needs no memory and
// about a microsecond a megabyte.
func scan(file []byte) error {
	if len(file) == 0 {
		return fmt.Errorf("%w (it is empty)", errNotONNX)
	}
	graphs := 0
	err := eachField(file, func(f field) error {
		if f.number == modelGraph {
			graphs++
		}
		return nil
	})
	if err != nil {
		return err
	}
	// Two graphs would be merged by one reader and the second kept by another.
	if graphs != 1 {
		return fmt.Errorf("%w (it has %d graphs)", errNotONNX, graphs)
	}
	return walk(file, modelProto, 0)
}

func walk(message []byte, k kind, depth int) error {
	if depth > maxNesting {
		return errNesting
	}
	switch k {
	case tensorProto:
		return checkTensor(message)
	case sparseProto:
		if err := checkSparse(message); err != nil {
			return err
		}
	}
	return eachField(message, func(f field) error {
		child, ok := contains(k, f.number)
		if !ok {
			return nil
		}
		if f.typ != protowire.BytesType {
			return errNotONNX
		}
		return walk(f.bytes, child, depth+1)
	})
}

// checkTensor refuses a tensor whose data lies elsewhere or is less than its dimensions need.
func checkTensor(message []byte) error {
	var (
		elements uint64 = 1
		dataType uint64
		raw      []byte
		hasRaw   bool
		values   uint64 // in the typed fields
		name     string
	)
	err := eachField(message, func(f field) error {
		switch f.number {
		case tensorExternal:
			return errExternal
		case tensorDataLocation:
			if f.typ != protowire.VarintType || f.value != 0 {
				return errExternal
			}
		case tensorDims:
			return f.integers(func(d int64) error {
				var err error
				elements, err = multiply(elements, d)
				return err
			})
		case tensorDataType:
			dataType = f.value
		case tensorName:
			name = string(f.bytes)
		case tensorRawData:
			raw, hasRaw = f.bytes, true
		case tensorFloatData, tensorInt32Data, tensorInt64Data, tensorDoubleData, tensorUint64Data, tensorStringData:
			n, err := f.count()
			values += n
			return err
		}
		return nil
	})
	if err != nil {
		return err
	}
	width, ok := elementBits(dataType)
	if !ok {
		return fmt.Errorf("its weight %.80q has the unknown type %d", name, dataType)
	}
	high, low := bits.Mul64(elements, width)
	if high != 0 || low > math.MaxInt64 {
		return errTooLarge
	}
	need, have := (low+7)/8, uint64(len(raw))
	if !hasRaw {
		need, have = typedValues(dataType, elements), values
	}
	if have < need {
		return fmt.Errorf("its weight %.80q claims %d numbers and does not hold them", name, elements)
	}
	return nil
}

var errTooLarge = errors.New("it has a weight with impossible dimensions")

func multiply(elements uint64, dimension int64) (uint64, error) {
	if dimension < 0 {
		return 0, errTooLarge
	}
	high, low := bits.Mul64(elements, uint64(dimension))
	if high != 0 || low > math.MaxInt64 {
		return 0, errTooLarge
	}
	return low, nil
}

// count returns how many values a typed data field adds.
func (f field) count() (uint64, error) {
	if f.typ != protowire.BytesType || f.number == tensorStringData {
		return 1, nil
	}
	switch f.number {
	case tensorFloatData:
		return uint64(len(f.bytes)) / 4, nil
	case tensorDoubleData:
		return uint64(len(f.bytes)) / 8, nil
	default:
		var n uint64
		err := f.integers(func(int64) error { n++; return nil })
		return n, err
	}
}

// elementBits returns the width of an element in raw data (TensorProto.DataType). Strings have none; they are never raw.
func elementBits(dataType uint64) (uint64, bool) {
	switch dataType {
	case 1, 6, 12: // float, int32, uint32
		return 32, true
	case 2, 3, 9, 17, 18, 19, 20, 24: // uint8, int8, bool, the 8-bit floats
		return 8, true
	case 4, 5, 10, 16: // uint16, int16, float16, bfloat16
		return 16, true
	case 7, 11, 13, 14: // int64, double, uint64, complex64
		return 64, true
	case 8: // string
		return 8, true
	case 15: // complex128
		return 128, true
	case 21, 22, 23: // uint4, int4, float4
		return 4, true
	case 25, 26: // uint2, int2
		return 2, true
	default:
		return 0, false
	}
}

// typedValues returns how many values of the typed fields a number of elements takes.
func typedValues(dataType, elements uint64) uint64 {
	switch dataType {
	case 14, 15: // real and imaginary parts
		return 2 * min(elements, math.MaxInt64)
	case 21, 22, 23: // two in one int32
		return (elements + 1) / 2
	case 25, 26: // four in one int32
		return (elements + 3) / 4
	default:
		return elements
	}
}

// checkSparse refuses a sparse tensor that the runtime would spread out over more memory than any model needs.
func checkSparse(message []byte) error {
	elements := uint64(1)
	return eachField(message, func(f field) error {
		if f.number != sparseDims {
			return nil
		}
		return f.integers(func(d int64) error {
			var err error
			if elements, err = multiply(elements, d); err == nil && elements > maxDense {
				err = errTooLarge
			}
			return err
		})
	})
}
