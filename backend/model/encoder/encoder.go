// Package encoder turns pixels and texts into vectors.
package encoder

import (
	"context"
	"errors"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// TextEncoder makes vectors of texts. Its methods may be called from several goroutines; they take turns.
type TextEncoder interface {
	// Encode returns one vector of length 1 and the model's dimension for each text, in order.
	Encode(ctx context.Context, texts []string) ([][]float32, error)
	// Close waits for work in hand and gives the memory back.
	Close()
}

// ImageEncoder makes vectors and tags of pictures. Its methods may be called from several goroutines; they take turns.
type ImageEncoder interface {
	// Encode returns one embedding for each picture, in order. A picture is Width × Height × 3 bytes, RGB, row by row,
	// of the size that the model's Preprocess names.
	Encode(ctx context.Context, pixels [][]byte) ([]Embedding, error)
	// Close waits for work in hand and gives the memory back.
	Close()
}

// Embedding is what a model makes of one picture.
type Embedding struct {
	Vector []float32   // length 1, the model's dimension
	Tags   []photo.Tag // best first; nil if the model has no labels
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
	FallbackReason string // why not cuda, a sentence; empty if cuda was not asked for or is used
	Runtime        string // ONNX Runtime's version
	FromCache      bool   // the optimised graph was there
}

// RuntimeError says that ONNX Runtime's library cannot be used.
type RuntimeError struct{ Path, Reason string }

func (e *RuntimeError) Error() string { return e.Path + ": " + e.Reason }

// ContractError says that a graph is not what its manifest says.
type ContractError struct{ File, Reason string }

func (e *ContractError) Error() string { return e.File + ": " + e.Reason }

// LoadText loads the text graph of a model.
func LoadText(ctx context.Context, o LoadOptions) (TextEncoder, Loaded, error) {
	return nil, Loaded{}, errors.New("not there yet")
}

// LoadImage loads the image graph of a model.
func LoadImage(ctx context.Context, o LoadOptions) (ImageEncoder, Loaded, error) {
	return nil, Loaded{}, errors.New("not there yet")
}
