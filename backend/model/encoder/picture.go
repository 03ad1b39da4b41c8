package encoder

import (
	"context"
	"fmt"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder/internal/onnx"
)

// The largest batches of one inference. A CPU is fastest one by one: measured with the starter, 42 ms a picture and 163
// MB of memory; in batches of 8, 90 ms and 570 MB, since what a layer leaves for the next no longer fits the caches.
// Other devices need batches to be busy.
const (
	picturesOnCPU    = 1
	picturesOnDevice = 8
)

// pictures is the image half of an image-text model: pixels of one size to vectors, and to probabilities of labels if
// the model has any.
type pictures struct {
	turns
	scale     scale
	height    int
	width     int
	dimension int
	labels    *labels // nil: none
	batch     int

	// Buffers for the largest batch so far; whoever has the turn uses them.
	input, vectors, probabilities []float32
}

func loadPictures(ctx context.Context, o LoadOptions, g *catalog.Graph) (ImageEncoder, Loaded, error) {
	p := g.Preprocess
	e := &pictures{scale: newScale(p.Mean, p.Std), height: p.Height, width: p.Width, dimension: o.Model.Dimension}
	contract := onnx.Contract{Inputs: g.Inputs, Outputs: g.Outputs[:1:1]}
	if l := o.Model.Labels; l != nil {
		var output catalog.Tensor
		for _, t := range g.Outputs {
			if t.Name == l.Output {
				output = t
			}
		}
		data, err := readModelFile(ctx, o, l.File)
		if err != nil {
			return nil, Loaded{}, err
		}
		if e.labels, err = readLabels(data, int(output.Shape[1]), *l); err != nil {
			return nil, Loaded{}, &ContractError{File: l.File, Reason: err.Error()}
		}
		contract.Outputs = append(contract.Outputs, output)
	}
	session, loaded, err := loadGraph(ctx, o, catalog.GraphImage, g, contract, func(ctx context.Context, s *onnx.Session) error {
		_, err := e.run(ctx, s, [][]byte{testPicture(p.Width, p.Height)})
		return err
	})
	if err != nil {
		return nil, Loaded{}, err
	}
	e.turns = newTurns(session)
	e.batch = picturesOnCPU
	if loaded.Device != onnx.CPU {
		e.batch = picturesOnDevice
	}
	return e, loaded, nil
}

// testPicture is a picture with some of every colour, for the inference that proves a graph.
func testPicture(width, height int) []byte {
	pixels := make([]byte, width*height*3)
	for i := range pixels {
		pixels[i] = byte(i * 7919 >> 4)
	}
	return pixels
}

// Encode implements ImageEncoder.
func (e *pictures) Encode(ctx context.Context, pixels [][]byte) ([]Embedding, error) {
	for i, p := range pixels {
		if want := e.width * e.height * 3; len(p) != want {
			return nil, fmt.Errorf("picture %d has %d bytes, and one of %d × %d has %d", i, len(p), e.width, e.height, want)
		}
	}
	embeddings := make([]Embedding, 0, len(pixels))
	for first := 0; first < len(pixels); first += e.batch {
		batch, err := e.encodeBatch(ctx, pixels[first:min(first+e.batch, len(pixels))])
		if err != nil {
			return nil, err
		}
		embeddings = append(embeddings, batch...)
	}
	return embeddings, nil
}

// encodeBatch waits for a turn: between two batches others get theirs.
func (e *pictures) encodeBatch(ctx context.Context, pixels [][]byte) ([]Embedding, error) {
	if err := e.take(ctx); err != nil {
		return nil, err
	}
	defer e.give()
	return e.run(ctx, e.session, pixels)
}

// Close implements ImageEncoder.
func (e *pictures) Close() { e.close() }

// run makes one inference. The caller has the turn.
func (e *pictures) run(ctx context.Context, s *onnx.Session, pixels [][]byte) ([]Embedding, error) {
	n := len(pixels)
	size := e.width * e.height
	e.input = sized(e.input, n*3*size)
	for i, p := range pixels {
		e.scale.planes(e.input[i*3*size:(i+1)*3*size], p)
	}
	inputs := []onnx.Tensor{{Shape: []int64{int64(n), 3, int64(e.height), int64(e.width)}, Floats: e.input}}
	e.vectors = sized(e.vectors, n*e.dimension)
	outputs := []onnx.Tensor{{Shape: []int64{int64(n), int64(e.dimension)}, Floats: e.vectors}}
	if e.labels != nil {
		e.probabilities = sized(e.probabilities, n*len(e.labels.names))
		outputs = append(outputs, onnx.Tensor{Shape: []int64{int64(n), int64(len(e.labels.names))}, Floats: e.probabilities})
	}
	if err := s.Run(ctx, inputs, outputs); err != nil {
		return nil, err
	}
	embeddings := make([]Embedding, n)
	for i := range embeddings {
		var err error
		if embeddings[i].Vector, err = unit(e.vectors[i*e.dimension : (i+1)*e.dimension]); err != nil {
			return nil, fmt.Errorf("picture %d: %w", i, err)
		}
		if e.labels == nil {
			continue
		}
		columns := len(e.labels.names)
		if embeddings[i].Tags, err = e.labels.tags(e.probabilities[i*columns : (i+1)*columns]); err != nil {
			return nil, fmt.Errorf("picture %d: %w", i, err)
		}
	}
	return embeddings, nil
}

// sized returns a slice of n numbers, the old one's memory if that is enough.
func sized[T any](old []T, n int) []T {
	if cap(old) >= n {
		return old[:n]
	}
	return make([]T, n)
}
