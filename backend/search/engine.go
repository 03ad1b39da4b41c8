package search

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/search/vector"
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
	// TextModel returns the model that answers, whether it is loaded or not.
	TextModel() (catalog.Model, error)
	// EncodeTextBy makes vectors of texts by the model that is named: that of the matrix, which may be the one before for as
	// long as it takes to load the vectors of the one that answers now.
	EncodeTextBy(ctx context.Context, ref photo.ModelRef, texts []string, p supervisor.Priority) (supervisor.Encoded, error)
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
	deps  Deps
	texts *textCache
	words *wordCache
	keep  chan keptVectors
	wake  chan struct{}

	ready     chan struct{}
	readyOnce sync.Once
	current   atomic.Pointer[loaded]

	cacheFrom int // photos from which the matrix is kept in a file

	mu      sync.Mutex
	streams map[string]*stream
}

// loaded is a model and its vectors. Only Run changes the matrix.
type loaded struct {
	model       catalog.Model
	calibration calibration
	matrix      *vector.Matrix
	seq         int64 // last change that the matrix holds; Run's own
	saved       int64 // last change that the cache file holds, 0: there is none; Run's own
}

// New returns an engine that knows nothing yet. Run starts its work.
func New(d Deps) *Engine {
	return &Engine{
		deps: d, texts: newTextCache(), words: newWordCache(), keep: make(chan keptVectors, 16), wake: make(chan struct{}, 1),
		ready: make(chan struct{}), streams: map[string]*stream{}, cacheFrom: cacheFrom,
	}
}

// WaitReady returns when the vectors that the library held at the start are loaded, or it is known that there is no model,
// or with the context's error.
func (e *Engine) WaitReady(ctx context.Context) error {
	select {
	case <-e.ready:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Ready says whether WaitReady would return at once.
func (e *Engine) Ready() bool {
	select {
	case <-e.ready:
		return true
	default:
		return false
	}
}

// Model returns the model whose vectors are in memory; ok is false while there are none.
func (e *Engine) Model() (ref photo.ModelRef, ok bool) {
	l := e.current.Load()
	if l == nil {
		return photo.ModelRef{}, false
	}
	return l.model.Ref(), true
}

// Seen returns how many photos can be found by their meaning, and the memory that their vectors take.
func (e *Engine) Seen() (photos int, bytes int64) {
	l := e.current.Load()
	if l == nil {
		return 0, 0
	}
	return l.matrix.Len(), l.matrix.Bytes()
}

// stream is the questions of one search box.
type stream struct {
	serial uint64
	cancel context.CancelFunc
}

// ErrSuperseded is returned by a question whose stream has asked another one.
var ErrSuperseded = errors.New("a newer question took its place")

// begin cancels the question that the stream is at and returns a context for the next. end must be called.
func (e *Engine) begin(ctx context.Context, name string) (inner context.Context, end func(error) error) {
	if name == "" {
		return ctx, func(err error) error { return err }
	}
	inner, cancel := context.WithCancel(ctx)
	e.mu.Lock()
	s := e.streams[name]
	if s == nil {
		s = &stream{}
		e.streams[name] = s
	}
	if s.cancel != nil {
		s.cancel()
	}
	s.serial++
	serial := s.serial
	s.cancel = cancel
	e.mu.Unlock()
	return inner, func(err error) error {
		e.mu.Lock()
		newest := s.serial == serial
		if newest {
			delete(e.streams, name)
		}
		e.mu.Unlock()
		superseded := inner.Err() != nil && ctx.Err() == nil
		cancel()
		if err != nil && superseded && !newest {
			return ErrSuperseded
		}
		return err
	}
}
