package encoder

import (
	"context"
	"fmt"
	"strings"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder/internal/onnx"
)

// maxTexts is the largest batch of one inference.
const maxTexts = 16

// The inputs that a graph of texts can have. One that has a single input may call it what it likes.
const (
	inputIDs  = "input_ids"
	inputMask = "attention_mask"
)

// tokenizer cuts texts into ids.
type tokenizer interface {
	Encode(text string) []int64
	Pad() int64
}

// reading is how the texts of a family become ids.
type reading struct {
	tokenizer func(vocabulary []byte, limit int) (tokenizer, error)
	// causal: what comes after a text's end token changes nothing, so that texts of several lengths share a batch without
	// a mask, and none is longer than it must be.
	causal bool
	// full: the vector is made at the last place of all, so every text is filled up to the full length.
	full bool
}

// words is the text half of an image-text model: texts to vectors, by way of a tokenizer.
type words struct {
	turns
	tokenizer tokenizer
	inputs    []string // their names, in the contract's order
	prompt    string
	padTo     int // 0: to the longest text of the batch
	batch     int
	dimension int
}

// load is the family's text function.
func (r reading) load(ctx context.Context, o LoadOptions, g *catalog.Graph) (TextEncoder, Loaded, error) {
	e := &words{prompt: o.Model.Prompt, padTo: g.Tokenizer.PadTo, batch: maxTexts, dimension: o.Model.Dimension}
	if r.full {
		e.padTo = max(e.padTo, g.Tokenizer.MaxTokens)
	}
	masked := false
	for _, in := range g.Inputs {
		switch {
		case in.Name == inputIDs:
		case in.Name == inputMask:
			masked = true
		case len(g.Inputs) == 1:
		default:
			return nil, Loaded{}, fmt.Errorf("the text graph of the model %q wants the input %q, which this program cannot make", o.Model.ID, in.Name)
		}
		e.inputs = append(e.inputs, in.Name)
	}
	if !masked && !r.causal && e.padTo == 0 {
		e.batch = 1 // without a mask, padding would change the vectors
	}
	vocabulary, err := readModelFile(ctx, o, g.Tokenizer.File)
	if err != nil {
		return nil, Loaded{}, err
	}
	if e.tokenizer, err = r.tokenizer(vocabulary, g.Tokenizer.MaxTokens); err != nil {
		return nil, Loaded{}, &ContractError{File: g.Tokenizer.File, Reason: err.Error()}
	}
	contract := onnx.Contract{Inputs: g.Inputs, Outputs: g.Outputs[:1:1]}
	session, loaded, err := loadGraph(ctx, o, catalog.GraphText, g, contract, func(ctx context.Context, s *onnx.Session) error {
		_, err := e.run(ctx, s, []string{"a photo of a dog"})
		return err
	})
	if err != nil {
		return nil, Loaded{}, err
	}
	e.turns = newTurns(session)
	return e, loaded, nil
}

// Encode implements TextEncoder.
func (e *words) Encode(ctx context.Context, texts []string) ([][]float32, error) {
	vectors := make([][]float32, 0, len(texts))
	for first := 0; first < len(texts); first += e.batch {
		batch, err := e.encodeBatch(ctx, texts[first:min(first+e.batch, len(texts))])
		if err != nil {
			return nil, err
		}
		vectors = append(vectors, batch...)
	}
	return vectors, nil
}

// encodeBatch waits for a turn: between two batches others get theirs.
func (e *words) encodeBatch(ctx context.Context, texts []string) ([][]float32, error) {
	if err := e.take(ctx); err != nil {
		return nil, err
	}
	defer e.give()
	return e.run(ctx, e.session, texts)
}

// Close implements TextEncoder.
func (e *words) Close() { e.close() }

// run makes one inference. The caller has the turn.
func (e *words) run(ctx context.Context, s *onnx.Session, texts []string) ([][]float32, error) {
	n := len(texts)
	tokens := make([][]int64, n)
	length := max(e.padTo, 1)
	for i, text := range texts {
		if e.prompt != "" {
			text = strings.Replace(e.prompt, "%s", text, 1)
		}
		tokens[i] = e.tokenizer.Encode(text)
		length = max(length, len(tokens[i]))
	}
	ids, mask := make([]int64, n*length), make([]int64, n*length)
	for i := range ids {
		ids[i] = e.tokenizer.Pad()
	}
	for i, t := range tokens {
		copy(ids[i*length:], t)
		for j := range t {
			mask[i*length+j] = 1
		}
	}
	shape := []int64{int64(n), int64(length)}
	inputs := make([]onnx.Tensor, len(e.inputs))
	for i, name := range e.inputs {
		inputs[i] = onnx.Tensor{Shape: shape, Ints: ids}
		if name == inputMask {
			inputs[i].Ints = mask
		}
	}
	out := make([]float32, n*e.dimension)
	outputs := []onnx.Tensor{{Shape: []int64{int64(n), int64(e.dimension)}, Floats: out}}
	if err := s.Run(ctx, inputs, outputs); err != nil {
		return nil, err
	}
	vectors := make([][]float32, n)
	for i := range vectors {
		var err error
		if vectors[i], err = unit(out[i*e.dimension : (i+1)*e.dimension]); err != nil {
			return nil, fmt.Errorf("text %d: %w", i, err)
		}
	}
	return vectors, nil
}
