package search

import (
	"context"
	"errors"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
	"time"
)

// Library is what an engine needs of the store.
type Library interface {
	Embeddings(ctx context.Context, ref photo.ModelRef, after int64, fn func(num int64, halfs []byte) error) error
	EmbeddingsOf(ctx context.Context, ref photo.ModelRef, nums []int64) (map[int64][]float32, error)
	Seq(ctx context.Context) (int64, error)
	Changes(ctx context.Context, after int64, limit int) ([]store.Change, error)
	Follow(ctx context.Context, every time.Duration, fn func(seq int64) error) error
	Match(ctx context.Context, f store.Filter) (*roaring.Bitmap, error)
	Text(ctx context.Context, q store.TextQuery, limit int) ([]store.TextHit, error)
	Records(ctx context.Context, nums []int64) ([]store.Record, error)
	NumOf(ctx context.Context, id photo.ID) (int64, bool, error)
	QueryVectors(ctx context.Context, ref photo.ModelRef, texts []string) (map[string][]float32, error)
	PutQueryVectors(ctx context.Context, ref photo.ModelRef, vectors map[string][]float32) error
}

// Encoder is what an engine needs of the models.
type Encoder interface {
	// TextModel returns the model that questions are encoded with, whether it is loaded or not.
	TextModel() (catalog.Model, error)
	EncodeText(ctx context.Context, texts []string, p supervisor.Priority) (supervisor.Encoded, error)
}

// Deps are what an engine is made of.
type Deps struct {
	Store   Library
	Encoder Encoder
	Log     zerolog.Logger
	// Settings are the person's.
	Settings config.Search
	// Cache is the folder of the library for files that can be made again; empty: none is written.
	Cache string
}

// Engine answers questions. Its methods may be called from several goroutines; Run keeps it current.
type Engine struct {
	deps Deps
}

// New returns an engine that knows nothing yet. Run starts its work.
func New(d Deps) *Engine { return &Engine{deps: d} }

// Run loads the vectors and follows the library's changes until ctx ends.
func (e *Engine) Run(ctx context.Context) error { return errors.ErrUnsupported }

// WaitReady returns when the vectors that the library held at the start are loaded, or with the context's error.
func (e *Engine) WaitReady(ctx context.Context) error { return errors.ErrUnsupported }

// Ready says whether WaitReady would return at once.
func (e *Engine) Ready() bool { return false }

// Words answers a question in words.
func (e *Engine) Words(ctx context.Context, r Request) (Answer, error) {
	return Answer{}, errors.ErrUnsupported
}

// Similar answers with the photos that look most like one.
func (e *Engine) Similar(ctx context.Context, r Request) (Answer, error) {
	return Answer{}, errors.ErrUnsupported
}
