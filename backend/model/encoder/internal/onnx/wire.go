package onnx

import (
	"errors"
	"fmt"

	"google.golang.org/protobuf/encoding/protowire"
)

// kind is a message of the ONNX format (onnx.proto, IR version 13).
type kind int

const (
	modelProto kind = iota
	graphProto
	nodeProto
	attributeProto
	tensorProto
	sparseProto
	functionProto
	trainingProto
)

// Numbers of fields that are looked at.
const (
	modelGraph = 7

	graphInitializer = 5
	graphInput       = 11
	graphOutput      = 12
	graphSparse      = 15

	tensorDims         = 1
	tensorDataType     = 2
	tensorFloatData    = 4
	tensorInt32Data    = 5
	tensorStringData   = 6
	tensorInt64Data    = 7
	tensorName         = 8
	tensorRawData      = 9
	tensorDoubleData   = 10
	tensorUint64Data   = 11
	tensorExternal     = 13
	tensorDataLocation = 14

	sparseValues  = 1
	sparseIndices = 2
	sparseDims    = 3
)

// contains returns the kind of message that a field holds, where tensors can lie in it.
func contains(k kind, field protowire.Number) (kind, bool) {
	switch {
	case k == modelProto && field == modelGraph:
		return graphProto, true
	case k == modelProto && field == 20:
		return trainingProto, true
	case k == modelProto && field == 25:
		return functionProto, true
	case k == graphProto && field == 1, k == functionProto && field == 7:
		return nodeProto, true
	case k == graphProto && field == graphInitializer:
		return tensorProto, true
	case k == graphProto && field == graphSparse:
		return sparseProto, true
	case k == nodeProto && field == 5, k == functionProto && field == 11:
		return attributeProto, true
	case k == attributeProto && (field == 5 || field == 10):
		return tensorProto, true
	case k == attributeProto && (field == 6 || field == 11):
		return graphProto, true
	case k == attributeProto && (field == 22 || field == 23):
		return sparseProto, true
	case k == sparseProto && (field == sparseValues || field == sparseIndices):
		return tensorProto, true
	case k == trainingProto && (field == 1 || field == 2):
		return graphProto, true
	default:
		return 0, false
	}
}

var errNotONNX = errors.New("it is not a valid ONNX file")

// field is one field of a message: bytes for a message, a string or packed numbers; a number otherwise.
type field struct {
	number protowire.Number
	typ    protowire.Type
	bytes  []byte
	value  uint64
}

// eachField calls fn for every field of a message. Groups, which ONNX has none of, are refused.
func eachField(message []byte, fn func(field) error) error {
	for len(message) > 0 {
		number, typ, n := protowire.ConsumeTag(message)
		if n < 0 {
			return fmt.Errorf("%w (%w)", errNotONNX, protowire.ParseError(n))
		}
		message = message[n:]
		f := field{number: number, typ: typ}
		switch typ {
		case protowire.VarintType:
			f.value, n = protowire.ConsumeVarint(message)
		case protowire.Fixed32Type:
			var v uint32
			v, n = protowire.ConsumeFixed32(message)
			f.value = uint64(v)
		case protowire.Fixed64Type:
			f.value, n = protowire.ConsumeFixed64(message)
		case protowire.BytesType:
			f.bytes, n = protowire.ConsumeBytes(message)
		default:
			return errNotONNX
		}
		if n < 0 {
			return fmt.Errorf("%w (%w)", errNotONNX, protowire.ParseError(n))
		}
		message = message[n:]
		if err := fn(f); err != nil {
			return err
		}
	}
	return nil
}

// integers calls fn for each number of a repeated integer field, which may come packed or one by one.
func (f field) integers(fn func(int64) error) error {
	if f.typ != protowire.BytesType {
		return fn(int64(f.value))
	}
	for packed := f.bytes; len(packed) > 0; {
		v, n := protowire.ConsumeVarint(packed)
		if n < 0 {
			return fmt.Errorf("%w (%w)", errNotONNX, protowire.ParseError(n))
		}
		packed = packed[n:]
		if err := fn(int64(v)); err != nil {
			return err
		}
	}
	return nil
}
