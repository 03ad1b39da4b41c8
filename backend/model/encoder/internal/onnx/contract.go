package onnx

import (
	"fmt"
	"slices"

	"pixeldetective/backend/model/catalog"
)

// Contract is what a graph must have: exactly these inputs, at least these outputs.
type Contract struct {
	Inputs, Outputs []catalog.Tensor
}

// port is an input or output as the graph declares it.
type port struct {
	name     string
	elem     uint64  // TensorProto.DataType; 0: not a tensor
	shape    []int64 // −1: free
	hasShape bool    // a graph need not declare the shape of an output
}

// check compares what a graph declares with the contract. It reads the file rather than asking a session: a refused
// graph then never reaches the runtime.
func (c Contract) check(file []byte) error {
	inputs, outputs, err := ports(file)
	if err != nil {
		return err
	}
	for _, want := range c.Inputs {
		if err := compare("input", want, inputs); err != nil {
			return err
		}
	}
	for _, have := range inputs {
		if !slices.ContainsFunc(c.Inputs, func(t catalog.Tensor) bool { return t.Name == have.name }) {
			return fmt.Errorf("it has an input %.80q that its manifest does not know", have.name)
		}
	}
	for _, want := range c.Outputs {
		if err := compare("output", want, outputs); err != nil {
			return err
		}
	}
	return nil
}

func compare(what string, want catalog.Tensor, ports []port) error {
	i := slices.IndexFunc(ports, func(p port) bool { return p.name == want.Name })
	if i < 0 {
		return fmt.Errorf("it has no %s %q", what, want.Name)
	}
	have := ports[i]
	if slices.ContainsFunc(ports[i+1:], func(p port) bool { return p.name == want.Name }) {
		return fmt.Errorf("it has the %s %q twice", what, want.Name)
	}
	if elem := elementType(want.Type); elem == 0 || have.elem != elem {
		return fmt.Errorf("the %s %q is not of the type %s", what, want.Name, want.Type)
	}
	if !have.hasShape {
		if what == "output" {
			return nil // the inference shows it
		}
		return fmt.Errorf("the %s %q has no declared shape", what, want.Name)
	}
	if what == "output" {
		// An output may be of one size where its manifest leaves it open: the runtime writes sizes that it has worked out
		// into the graph that it optimised.
		want.Shape = slices.Clone(want.Shape)
		for i := 1; i < min(len(want.Shape), len(have.shape)); i++ {
			if want.Shape[i] == -1 {
				want.Shape[i] = have.shape[i]
			}
		}
	}
	if !fits(want.Shape, have.shape) {
		return fmt.Errorf("the %s %q has the shape %v, and its manifest says %v (−1 is free)", what, want.Name, have.shape, want.Shape)
	}
	return nil
}

// fits says whether a declared shape allows all that the manifest promises: what is free in the manifest must be free in
// the graph.
func fits(want, have []int64) bool {
	return slices.EqualFunc(want, have, func(w, h int64) bool { return h == -1 || h == w })
}

func elementType(name string) uint64 {
	switch name {
	case catalog.Float32:
		return 1
	case catalog.Int64:
		return 7
	case catalog.Bool:
		return 9
	default:
		return 0
	}
}

// ports reads the inputs and outputs that a file's main graph declares. Inputs that are weights with a default value
// (initializers) are left out: nobody has to feed them.
func ports(file []byte) (inputs, outputs []port, err error) {
	weights := map[string]bool{}
	err = eachField(file, func(f field) error {
		if f.number != modelGraph {
			return nil
		}
		return eachField(f.bytes, func(f field) error {
			switch f.number {
			case graphInitializer:
				name, err := stringField(f.bytes, tensorName)
				weights[name] = true
				return err
			case graphSparse:
				return eachField(f.bytes, func(f field) error {
					if f.number != sparseValues {
						return nil
					}
					name, err := stringField(f.bytes, tensorName)
					weights[name] = true
					return err
				})
			case graphInput, graphOutput:
				p, err := readPort(f.bytes)
				if f.number == graphInput {
					inputs = append(inputs, p)
				} else {
					outputs = append(outputs, p)
				}
				return err
			}
			return nil
		})
	})
	inputs = slices.DeleteFunc(inputs, func(p port) bool { return weights[p.name] })
	return inputs, outputs, err
}

func stringField(message []byte, number int) (string, error) {
	var s string
	err := eachField(message, func(f field) error {
		if int(f.number) == number {
			s = string(f.bytes)
		}
		return nil
	})
	return s, err
}

// readPort reads a ValueInfoProto: name 1, type 2 { tensor_type 1 { elem_type 1, shape 2 { dim 1 { dim_value 1 } } } }.
func readPort(message []byte) (port, error) {
	var p port
	err := eachField(message, func(f field) error {
		switch f.number {
		case 1:
			p.name = string(f.bytes)
		case 2:
			return eachField(f.bytes, func(f field) error {
				if f.number != 1 {
					return nil
				}
				return p.readTensorType(f.bytes)
			})
		}
		return nil
	})
	return p, err
}

func (p *port) readTensorType(message []byte) error {
	return eachField(message, func(f field) error {
		switch f.number {
		case 1:
			p.elem = f.value
		case 2:
			p.hasShape = true
			return eachField(f.bytes, func(f field) error {
				if f.number != 1 {
					return nil
				}
				dimension := int64(-1)
				err := eachField(f.bytes, func(f field) error {
					if f.number == 1 {
						dimension = int64(f.value)
					}
					return nil
				})
				p.shape = append(p.shape, dimension)
				return err
			})
		}
		return nil
	})
}
