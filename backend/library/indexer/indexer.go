package indexer

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// Library is what the indexer needs of the store.
type Library interface {
	NewestPending(ctx context.Context, after *store.Pending, limit int) ([]store.Pending, error)
	PendingTotals(ctx context.Context) (store.Totals, error)
	Unembedded(ctx context.Context, ref photo.ModelRef, after int64, limit int) ([]store.Pending, error)
	Known(ctx context.Context, ids []photo.ID, ref photo.ModelRef) (map[photo.ID]store.Known, error)
	SamePixels(ctx context.Context, digests []photo.PixelDigest, ref photo.ModelRef) (map[photo.PixelDigest]photo.ID, error)
	Commit(ctx context.Context, done []store.Indexed, failed []store.Failed) (store.Committed, error)
	SetFolderState(ctx context.Context, id store.FolderID, state store.FolderState, reason string) error
	AddCounter(ctx context.Context, name string, n int64) error
	Lacking(ctx context.Context, ref photo.ModelRef) (int64, error)
	Switch(ctx context.Context, to photo.ModelRef, anyway bool) (done bool, missing int64, err error)
}

// Workers is what the indexer needs of the supervisor. Every call may wait; errors are those of package worker.
type Workers interface {
	// Decode makes pixels, metadata and fingerprints of one photo. With alone set, nothing else is in flight on its worker.
	Decode(ctx context.Context, job worker.DecodeJob, alone bool) (worker.Decoded, error)
	// DecodeSlots is how many decodes may usefully be in flight, at least 1.
	DecodeSlots() int
	// EncodeImages makes vectors and tags of pixels that Decode made, by the model that is named.
	EncodeImages(ctx context.Context, ref photo.ModelRef, pixels [][]byte) ([]worker.Embedding, error)
	// BatchLimit is the largest batch that leaves room for queries now, at least 1.
	BatchLimit() int
	// ImageModel is the model that answers, or a *worker.UnavailableError.
	ImageModel() (catalog.Model, error)
	// WantedModel is the model that shall answer, which is mostly the one that does, or a *worker.UnavailableError.
	WantedModel() (catalog.Model, error)
	// Together says that the graphs of both fit into memory at once.
	Together() bool
	// Prepare has a model ready to read questions when it returns nil.
	Prepare(ctx context.Context, ref photo.ModelRef) error
}

// Options configure an Indexer. All fields but Now, OnProgress and OnCommit are required.
type Options struct {
	Library Library
	Workers Workers
	Log     zerolog.Logger
	// MaxPixels is width × height above which a photo is refused before it is decoded; 0: the worker's own limit.
	MaxPixels     uint64
	MaxFileBytes  int64 // larger files are refused before they are read
	QueueBytes    int64 // bytes of photos in flight
	ThumbnailSide int   // longest side, pixels
	BatchSize     int   // photos an inference
	// SettleAfter is how long a file must have been left alone before Run reads it. A single Pass does not wait for it.
	SettleAfter time.Duration
	RetryEvery  time.Duration // how long to wait for a worker or disk that is unavailable, where it does not say itself
	Now         func() time.Time
	// OnProgress is called at most ten times a second, and at the end of a pass. It must not block.
	OnProgress func(Progress)
	// OnUpgrade is OnProgress for the wanted model's look at photos, where it is not the one that answers.
	OnUpgrade func(Progress)
	// OnCommit is called after each transaction. It must not block.
	OnCommit func()
	// OnSwitch is called after another model has been made the one that answers. It must not block.
	OnSwitch func()
}

// Indexer runs the pipeline. Make one with New; it starts nothing.
type Indexer struct {
	options Options
	wake    chan struct{}
	gate    gate

	mu       sync.Mutex
	cancel   context.CancelFunc // ends the pass under way; nil between passes
	progress *progress
	upgrade  *progress
}

// New returns an Indexer that has done nothing yet.
func New(o Options) *Indexer {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.OnProgress == nil {
		o.OnProgress = func(Progress) {}
	}
	if o.OnCommit == nil {
		o.OnCommit = func() {}
	}
	if o.OnUpgrade == nil {
		o.OnUpgrade = func(Progress) {}
	}
	if o.OnSwitch == nil {
		o.OnSwitch = func() {}
	}
	if o.RetryEvery <= 0 {
		o.RetryEvery = 5 * time.Second
	}
	return &Indexer{options: o, wake: make(chan struct{}, 1), progress: newProgress(o.Now), upgrade: newProgress(o.Now)}
}

// Wake makes Run look for pending work. It never blocks.
func (x *Indexer) Wake() {
	select {
	case x.wake <- struct{}{}:
	default:
	}
}

// Pause stops work within one batch. What is in hand is committed first.
func (x *Indexer) Pause() { x.gate.close(); x.announce() }

// Resume goes on after Pause.
func (x *Indexer) Resume() { x.gate.open(); x.announce() }

// Cancel ends the pass under way within one batch. Pending rows stay pending; Wake or the next pass takes them up.
func (x *Indexer) Cancel() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.cancel != nil {
		x.cancel()
	}
}

// Progress returns how far the pass under way is, or how the last one ended.
func (x *Indexer) Progress() Progress {
	p := x.progress.snapshot()
	p.Paused = x.gate.isClosed()
	return p
}

// Upgrade returns how far the wanted model's look at photos is: Done of the Total that lacked a vector of it when it began.
func (x *Indexer) Upgrade() Progress {
	p := x.upgrade.snapshot()
	p.Paused = x.gate.isClosed()
	return p
}

func (x *Indexer) announce() {
	x.options.OnProgress(x.Progress())
	if p := x.Upgrade(); p.Total > 0 || p.Running {
		x.options.OnUpgrade(p)
	}
}

// Run does all pending work, then waits for Wake, until ctx ends. Work that cannot go on now (no worker, a full disk)
// is tried again when the reason says, or after RetryEvery.
func (x *Indexer) Run(ctx context.Context) error {
	said := ""
	for ctx.Err() == nil {
		summary, err := x.pass(ctx, x.options.SettleAfter, true)
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			err = summary.Unavailable // photos were left without a vector
		}
		if err == nil || errors.Is(err, ErrCancelled) {
			said = ""
			x.rest(ctx, nil)
			continue
		}
		wait := x.retryIn(err)
		if reason := err.Error(); reason != said { // a model that is not installed may stay away for days
			said = reason
			x.options.Log.Warn().Err(err).Dur("retry_in", wait).Msg("indexing stopped and will be tried again")
		}
		timer := time.NewTimer(wait)
		x.rest(ctx, timer.C)
		timer.Stop()
	}
	return nil
}

// rest waits for Wake, or for retry, or until ctx ends.
func (x *Indexer) rest(ctx context.Context, retry <-chan time.Time) {
	select {
	case <-ctx.Done():
	case <-x.wake:
	case <-retry:
	}
}

// retryIn says how long to wait before work that failed for err is tried again.
func (x *Indexer) retryIn(err error) time.Duration {
	var unavailable *worker.UnavailableError
	if errors.As(err, &unavailable) && !unavailable.RetryAt.IsZero() {
		return max(unavailable.RetryAt.Sub(x.options.Now()), 100*time.Millisecond)
	}
	return x.options.RetryEvery
}

// ErrCancelled is returned by Pass when Cancel ended it.
var ErrCancelled = errors.New("indexing was cancelled")

// Summary is what one pass did.
type Summary struct {
	Linked   int // files whose content was known
	Added    int // photos that are new
	Embedded int // photos that got a vector by inference
	Lent     int // photos that got the vector of one with the same pixels
	Failed   int // files that could not be read; the store lists them
	Stale    int // files that changed while they were read; they are pending still
	Hashed   int
	Decoded  int
	Inferred int
	// Switched says that the wanted model answers from now on.
	Switched bool
	// Unavailable says why photos were left without a vector; nil if none were.
	Unavailable error
}

// Pass does all work that is pending now and returns what it did. It returns an error only if work cannot go on at all;
// single photos that fail are in the summary.
func (x *Indexer) Pass(ctx context.Context) (Summary, error) { return x.pass(ctx, 0, false) }

// pass is Pass; one that yields leaves the look at old photos by another model when there is something new.
func (x *Indexer) pass(ctx context.Context, settle time.Duration, yields bool) (Summary, error) {
	outer := ctx
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	x.mu.Lock()
	x.cancel = cancel
	x.mu.Unlock()
	defer func() {
		x.mu.Lock()
		x.cancel = nil
		x.mu.Unlock()
		x.announce()
	}()

	p := newPass(x, settle)
	p.yields = yields
	err := p.run(ctx)
	if ctx.Err() != nil && outer.Err() == nil && errors.Is(err, context.Canceled) {
		err = ErrCancelled
	}
	return p.summary, err
}
