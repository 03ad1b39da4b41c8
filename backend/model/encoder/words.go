package encoder

import (
	"context"
	"fmt"
	"strings"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder/internal/onnx"
	"pixeldetective/backend/model/encoder/internal/tokenize"
)

// maxTexts is the largest batch of one inference.
const maxTexts = 16

// The inputs that the text half of the starter family knows.
const (
	inputIDs  = "input_ids"
	inputMask = "attention_mask"
)

// words is the text half of the starter family: texts to vectors, by way of a tokenizer.
type words struct {
	turns
	tokenizer *tokenize.WordPiece
	inputs    []string // their names, in the contract's order
	prompt    string
	padTo     int // 0: to the longest text of the batch
	batch     int
	dimension int
}

func loadWords(ctx context.Context, o LoadOptions, g *catalog.Graph) (TextEncoder, Loaded, error) {
	e := &words{prompt: o.Model.Prompt, padTo: g.Tokenizer.PadTo, batch: maxTexts, dimension: o.Model.Dimension}
	masked := false
	for _, in := range g.Inputs {
		switch in.Name {
		case inputIDs:
		case inputMask:
			masked = true
		default:
			return nil, Loaded{}, fmt.Errorf("the text graph of the model %q wants the input %q, which this program cannot make", o.Model.ID, in.Name)
		}
		e.inputs = append(e.inputs, in.Name)
	}
	if !masked && e.padTo == 0 {
		e.batch = 1 // without a mask, padding would change the vectors
	}
	vocabulary, err := readModelFile(ctx, o, g.Tokenizer.File)
	if err != nil {
		return nil, Loaded{}, err
	}
	if e.tokenizer, err = tokenize.NewWordPiece(vocabulary, g.Tokenizer.MaxTokens); err != nil {
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
