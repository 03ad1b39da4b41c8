package onnx

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/protobuf/encoding/protowire"

	"pixeldetective/backend/model/catalog"
)

// A message is built of fields, so that the tests name what the format's numbers mean.
type message []byte

func (m message) with(number protowire.Number, content message) message {
	return protowire.AppendBytes(protowire.AppendTag(m, number, protowire.BytesType), content)
}

func (m message) number(number protowire.Number, v uint64) message {
	return protowire.AppendVarint(protowire.AppendTag(m, number, protowire.VarintType), v)
}

// tensor is a good weight: two float32.
func tensor() message {
	return message{}.number(tensorDims, 2).number(tensorDataType, 1).with(tensorRawData, make(message, 8))
}

func external() message {
	entry := message{}.with(1, message("location")).with(2, message("weights.bin"))
	return message{}.number(tensorDims, 2).number(tensorDataType, 1).with(tensorExternal, entry).number(tensorDataLocation, 1)
}

// hide puts a tensor where a graph can have one.
func hide(t message) map[string]message {
	attribute := message{}.with(5, t)
	node := message{}.with(5, attribute)
	graph := message{}.with(5, t)
	sub := message{}.with(1, message{}.with(5, message{}.with(6, graph)))
	sparse := message{}.with(sparseValues, t)
	model := func(g message) message { return message{}.number(1, 8).with(modelGraph, g) }
	return map[string]message{
		"weight":                  model(graph),
		"attribute":               model(message{}.with(1, node)),
		"attribute's list":        model(message{}.with(1, message{}.with(5, message{}.with(10, t)))),
		"subgraph":                model(sub),
		"subgraph of a list":      model(message{}.with(1, message{}.with(5, message{}.with(11, graph)))),
		"subgraph of a subgraph":  model(message{}.with(1, message{}.with(5, message{}.with(6, sub)))),
		"sparse values":           model(message{}.with(15, sparse)),
		"sparse indices":          model(message{}.with(15, message{}.with(sparseIndices, t))),
		"sparse attribute":        model(message{}.with(1, message{}.with(5, message{}.with(22, sparse)))),
		"sparse attribute's list": model(message{}.with(1, message{}.with(5, message{}.with(23, sparse)))),
		"function":                model(nil).with(25, message{}.with(7, node)),
		"function's default":      model(nil).with(25, message{}.with(11, attribute)),
		"training, first graph":   model(nil).with(20, message{}.with(1, graph)),
		"training, second graph":  model(nil).with(20, message{}.with(2, graph)),
	}
}

func TestExternalDataIsFoundWhereverItHides(t *testing.T) {
	for place, file := range hide(external()) {
		if err := scan(file); err != errExternal { //nolint:errorlint // the very one
			t.Errorf("%s: %v", place, err)
		}
	}
	for place, file := range hide(tensor()) {
		if err := scan(file); err != nil {
			t.Errorf("a good tensor in %s: %v", place, err)
		}
	}
	onlyLocation := message{}.number(tensorDims, 2).number(tensorDataType, 1).with(tensorRawData, make(message, 8)).number(tensorDataLocation, 1)
	for place, file := range hide(onlyLocation) {
		if err := scan(file); err != errExternal { //nolint:errorlint // the very one
			t.Errorf("the location alone in %s: %v", place, err)
		}
	}
}

func TestWeightsMustHoldWhatTheyClaim(t *testing.T) {
	raw := func(n int) message { return message{}.with(tensorRawData, make(message, n)) }
	dims := func(d ...uint64) message {
		m := message{}
		for _, v := range d {
			m = m.number(tensorDims, v)
		}
		return m
	}
	join := func(parts ...message) (m message) {
		for _, p := range parts {
			m = append(m, p...)
		}
		return m
	}
	kind := func(k uint64) message { return message{}.number(tensorDataType, k) }
	packedDims := message{}.with(tensorDims, protowire.AppendVarint(protowire.AppendVarint(nil, 2), 3))
	for _, c := range []struct {
		name   string
		tensor message
		good   bool
	}{
		{"raw float32", join(dims(2, 3), kind(1), raw(24)), true},
		{"raw float32, a byte short", join(dims(2, 3), kind(1), raw(23)), false},
		{"dimensions packed", join(packedDims, kind(1), raw(24)), true},
		{"dimensions packed, short", join(packedDims, kind(1), raw(20)), false},
		{"no dimensions is one number", join(kind(1), raw(4)), true},
		{"a dimension of 0 needs nothing", join(dims(0, 1<<40), kind(1)), true},
		{"a negative dimension", join(dims(1<<63), kind(1), raw(4)), false},
		{"more than 2⁶³ numbers", join(dims(1<<40, 1<<40), kind(1), raw(4)), false},
		{"more than 2⁶³ bytes", join(dims(1<<61), kind(11), raw(4)), false},
		{"4-bit numbers", join(dims(3), kind(22), raw(2)), true},
		{"4-bit numbers, short", join(dims(3), kind(22), raw(1)), false},
		{"packed floats", join(dims(2), kind(1), message{}.with(tensorFloatData, make(message, 8))), true},
		{"packed floats, short", join(dims(3), kind(1), message{}.with(tensorFloatData, make(message, 8))), false},
		{"packed integers", join(dims(2), kind(7), message{}.with(tensorInt64Data, protowire.AppendVarint(protowire.AppendVarint(nil, 1<<40), 1))), true},
		{"integers one by one", join(dims(2), kind(7), message{}.number(tensorInt64Data, 5).number(tensorInt64Data, 6)), true},
		{"integers one by one, short", join(dims(3), kind(7), message{}.number(tensorInt64Data, 5).number(tensorInt64Data, 6)), false},
		{"strings", join(dims(2), kind(8), message{}.with(tensorStringData, message("a")).with(tensorStringData, message("b"))), true},
		{"an unknown type", join(dims(1), kind(99), raw(8)), false},
		{"no type", join(dims(1), raw(8)), false},
	} {
		file := message{}.with(modelGraph, message{}.with(graphInitializer, c.tensor))
		if err := scan(file); (err == nil) != c.good {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestASparseWeightMustNotSpreadOutTooFar(t *testing.T) {
	for elements, good := range map[uint64]bool{1 << 20: true, 1 << 40: false} {
		sparse := message{}.with(sparseValues, tensor()).number(sparseDims, elements)
		if err := scan(message{}.with(modelGraph, message{}.with(graphSparse, sparse))); (err == nil) != good {
			t.Errorf("%d numbers: %v", elements, err)
		}
	}
}

func TestNestingIsBounded(t *testing.T) {
	nest := func(depth int) message {
		graph := message{}.with(graphInitializer, tensor())
		for range depth {
			graph = message{}.with(1, message{}.with(5, message{}.with(6, graph)))
		}
		return message{}.with(modelGraph, graph)
	}
	if err := scan(nest(10)); err != nil {
		t.Errorf("10 graphs in one another: %v", err)
	}
	if err := scan(nest(1000)); err != errNesting { //nolint:errorlint // the very one
		t.Errorf("1,000 graphs in one another: %v", err)
	}
}

func TestWhatIsNoGraphIsRefused(t *testing.T) {
	graph := message{}.with(graphInitializer, tensor())
	for name, file := range map[string]message{
		"nothing":        {},
		"no graph":       message{}.number(1, 8),
		"two graphs":     message{}.with(modelGraph, graph).with(modelGraph, graph),
		"a number graph": message{}.number(modelGraph, 1),
		"cut off":        message{}.with(modelGraph, graph)[:10],
		"a group":        protowire.AppendTag(message{}.with(modelGraph, graph), 99, protowire.StartGroupType),
	} {
		if err := scan(file); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func FuzzExamine(f *testing.F) {
	seeds, err := filepath.Glob(filepath.Join("..", "..", "testdata", "hostile", "*.onnx"))
	if err != nil || len(seeds) == 0 {
		f.Fatalf("no seeds: %v", err)
	}
	for _, path := range seeds {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	for _, file := range hide(external()) {
		f.Add([]byte(file))
	}
	contract := Contract{
		Inputs:  []catalog.Tensor{{Name: "pixel_values", Type: catalog.Float32, Shape: []int64{-1, 3, 224, 224}}},
		Outputs: []catalog.Tensor{{Name: "image_embeds", Type: catalog.Float32, Shape: []int64{-1, 512}}},
	}
	f.Fuzz(func(t *testing.T, file []byte) {
		if scan(file) != nil {
			return
		}
		if err := contract.check(file); err != nil {
			if strings.ContainsAny(err.Error(), "\n\x00") {
				t.Errorf("the reason holds the file's own bytes: %q", err)
			}
			return
		}
		inputs, outputs, err := ports(file)
		if err != nil || len(inputs) != 1 || len(outputs) < 1 {
			t.Errorf("accepted with %d inputs and %d outputs: %v", len(inputs), len(outputs), err)
		}
	})
}
