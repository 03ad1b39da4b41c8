package encoder

import (
	"context"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder/internal/onnx"
	"pixeldetective/backend/photo"
)

// TextEncoder makes vectors of texts. Its methods may be called from several goroutines; they take turns.
type TextEncoder interface {
	// Encode returns one vector for each text, in order: the model's dimension of numbers, length 1. Any string is a
	// text, the empty one too; what is beyond the model's limit of tokens counts for nothing. The model's prompt is put
	// round each text.
	Encode(ctx context.Context, texts []string) ([][]float32, error)
	// Close waits for work in hand and gives the memory back. Encode fails afterwards.
	Close()
}

// ImageEncoder makes vectors and tags of pictures. Its methods may be called from several goroutines; they take turns.
type ImageEncoder interface {
	// Encode returns one embedding for each picture, in order. A picture is Width × Height × 3 bytes, RGB, row by row,
	// of the size that the model's Preprocess names.
	Encode(ctx context.Context, pixels [][]byte) ([]Embedding, error)
	// Close waits for work in hand and gives the memory back. Encode fails afterwards.
	Close()
}

// Embedding is what a model makes of one picture.
type Embedding struct {
	Vector []float32   // the model's dimension of numbers, length 1
	Tags   []photo.Tag // best first, each name once; nil if there are none
}

// LoadOptions say what to load and how.
type LoadOptions struct {
	Model          catalog.Model
	Folder         string // of the model's files
	Cache          string // folder for optimised graphs; empty: none is kept
	RuntimeLibrary string // path of ONNX Runtime's shared library
	Threads        int    // of one inference; 0: 1 for text, all cores for images
	Device         string // cpu, cuda; empty: cuda where it can be had, else cpu
	// TestRunLimit is how long the one inference that proves a graph may take; 0: 30 seconds.
	TestRunLimit time.Duration
}

// Loaded says how a graph was loaded.
type Loaded struct {
	Device         string // cpu, cuda
	FallbackReason string // why not cuda, part of a sentence; empty if cuda was not wished for or is used
	Runtime        string // ONNX Runtime's version
	FromCache      bool   // the optimised graph was there
}

// RuntimeError says that ONNX Runtime's library cannot be used: Path and Reason.
type RuntimeError = onnx.RuntimeError

// ContractError says that a model's file is not what its manifest says, or not what this program accepts: File and
// Reason.
type ContractError = onnx.ContractError

// LoadText loads the text graph of a model. Its errors are *catalog.MissingError, *catalog.AlteredError, *RuntimeError,
// *ContractError, the context's, and others that say which option is wrong.
func LoadText(ctx context.Context, o LoadOptions) (TextEncoder, Loaded, error) {
	f, g, err := o.graph(catalog.GraphText)
	if err != nil {
		return nil, Loaded{}, err
	}
	if f.text == nil {
		return nil, Loaded{}, o.cannot("make vectors of texts")
	}
	return f.text(ctx, o, g)
}

// LoadImage loads the image graph of a model. Its errors are LoadText's.
func LoadImage(ctx context.Context, o LoadOptions) (ImageEncoder, Loaded, error) {
	f, g, err := o.graph(catalog.GraphImage)
	if err != nil {
		return nil, Loaded{}, err
	}
	if f.image == nil {
		return nil, Loaded{}, o.cannot("make vectors of pictures")
	}
	return f.image(ctx, o, g)
}
