package indexer

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/sync/semaphore"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

const (
	// readers is how many files are read and hashed at once: one reads while the other hashes.
	readers = 2
	// pageSize is how many pending rows are fetched at once.
	pageSize = 256
	// rounds is how often a pass looks again for rows that became pending while it ran.
	rounds = 3
)

// pass is one run of the pipeline over everything that is pending.
type pass struct {
	x       *Indexer
	options Options
	settle  time.Duration // files written more recently are left for later

	yields    bool // Run's: new photos come before old ones that another model shall see
	yielded   bool // it did
	upgrading bool // photos are being looked at by the model that is wanted, not by the one that answers

	ref    photo.ModelRef     // of the vectors that are made; zero while no model is available
	inputs []worker.InputSpec // what the model wants of a photo; nil while no model is available

	bytes   *semaphore.Weighted
	flights flights
	// embedded holds the vectors (*worker.Embedding, by photo.PixelDigest) that are made and not yet committed.
	embedded sync.Map
	broken   chan struct{} // closed when nothing can be committed any more

	mu      sync.Mutex
	offline map[store.FolderID]bool // folders found gone in this pass
	noModel error                   // why no model is available

	counted  counts
	inferred atomic.Int64
	summary  Summary // the committer's
}

// job is one pending file on its way.
type job struct {
	store.Pending
	// embedOnly: the photo is in the library already and lacks a vector of the wanted model.
	embedOnly bool

	data    []byte
	sidecar []byte
	held    int64 // bytes taken of pass.bytes

	id        photo.ID
	known     bool // the photo is in the library
	hasVector bool // and has a vector of the wanted model
	decoded   *worker.Decoded
	embedding *worker.Embedding
	lender    *photo.ID // photo with the same pixels whose vector is taken
	failure   *store.Failed
	skipped   bool // its folder is offline or it changed: it stays pending
}

func (j *job) fail(kind store.FailureKind, reason string) {
	j.failure = &store.Failed{Pending: j.Pending, Kind: kind, Reason: reason, Attempts: j.Attempts + 1}
}

func newPass(x *Indexer, settle time.Duration) *pass {
	return &pass{
		x: x, options: x.options, settle: settle,
		bytes:   semaphore.NewWeighted(x.options.QueueBytes),
		offline: map[store.FolderID]bool{},
	}
}

func (p *pass) run(ctx context.Context) error {
	p.chooseModel()
	totals, err := p.options.Library.PendingTotals(ctx)
	if err != nil {
		return fmt.Errorf("counting pending files: %w", err)
	}
	p.x.progress.begin(totals.Files)
	defer p.x.progress.end()
	p.x.announce()

	for range rounds {
		before := p.summary.Stale
		n, err := p.pipeline(ctx, p.pendingFiles)
		if err != nil {
			return err
		}
		if n == p.summary.Stale-before {
			break // nothing is left, or nothing that can be read now
		}
	}
	if p.modelless() == nil {
		if _, err := p.pipeline(ctx, p.unembedded); err != nil {
			return err
		}
	}
	p.summary.Unavailable = p.modelless()
	return p.upgrade(ctx)
}

// chooseModel notes what the model wants of a photo. Without a model, photos are indexed by name and metadata alone, and
// get their vector in a later pass.
func (p *pass) chooseModel() {
	model, err := p.options.Workers.ImageModel()
	if err != nil {
		p.loseModel(err)
		return
	}
	p.lookBy(model)
}

// lookBy makes a model the one that photos are looked at by.
func (p *pass) lookBy(model catalog.Model) {
	pre := model.Image.Preprocess
	p.ref = model.Ref()
	p.inputs = []worker.InputSpec{{Width: pre.Width, Height: pre.Height, Fit: pre.Fit, Filter: pre.Filter}}
	p.loseModel(nil)
}

// progress is that of the work in hand.
func (p *pass) progress() *progress {
	if p.upgrading {
		return p.x.upgrade
	}
	return p.x.progress
}

// modelless returns why there is no model, if there is none.
func (p *pass) modelless() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.noModel
}

// loseModel notes that there is no model any more: the rest of the pass goes without.
func (p *pass) loseModel(why error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.noModel = why
}

// pipeline runs all stages over what source brings, and returns how many jobs that were.
func (p *pass) pipeline(ctx context.Context, source func(context.Context, chan<- *job) (int, error)) (int, error) {
	group, ctx := errgroup.WithContext(ctx)
	slots := p.options.Workers.DecodeSlots()
	toRead := make(chan *job)
	toDecode := make(chan *job)
	toEmbed := make(chan *job, 2*p.options.BatchSize)
	toCommit := make(chan []*job, 4)
	p.broken = make(chan struct{})

	var brought int
	group.Go(func() error {
		defer close(toRead)
		n, err := source(ctx, toRead)
		brought = n
		return err
	})
	// All three stages send to toCommit, and when ctx ends they end in any order: it is closed after the last.
	var senders sync.WaitGroup
	senders.Add(3)
	stage(group, readers, func() { close(toDecode); senders.Done() }, func() error {
		return each(ctx, toRead, func(j *job) error { return p.read(ctx, j, toDecode, toCommit) })
	})
	stage(group, slots, func() { close(toEmbed); senders.Done() }, func() error {
		return each(ctx, toDecode, func(j *job) error { return p.decode(ctx, j, toEmbed, toCommit) })
	})
	stage(group, 1, senders.Done, func() error { return p.embed(ctx, toEmbed, toCommit) })
	group.Go(func() error {
		senders.Wait()
		close(toCommit)
		return nil
	})
	group.Go(func() error { return p.commit(ctx, toCommit) })
	err := group.Wait()
	return brought, err
}

// stage runs n copies of work and calls done when all have returned.
func stage(group *errgroup.Group, n int, done func(), work func() error) {
	var copies sync.WaitGroup
	for range n {
		copies.Add(1)
		group.Go(func() error {
			defer copies.Done()
			return work()
		})
	}
	group.Go(func() error {
		copies.Wait()
		done()
		return nil
	})
}

// each calls fn for every job that comes, until the channel is closed or ctx ends.
func each(ctx context.Context, jobs <-chan *job, fn func(*job) error) error {
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case j, ok := <-jobs:
			if !ok {
				return nil
			}
			if err := fn(j); err != nil {
				return err
			}
		}
	}
}

// send hands something on, or returns ctx's error. What can be handed on at once is, even if ctx has ended.
func send[T any](ctx context.Context, to chan<- T, v T) error {
	select {
	case to <- v:
		return nil
	default:
	}
	select {
	case to <- v:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// pendingFiles brings every pending row once, page by page, the newest first.
func (p *pass) pendingFiles(ctx context.Context, out chan<- *job) (int, error) {
	return p.pages(ctx, out, false, p.options.Library.NewestPending)
}

// unembedded brings one path of every photo that lacks a vector of the model.
func (p *pass) unembedded(ctx context.Context, out chan<- *job) (int, error) {
	return p.pages(ctx, out, true, func(ctx context.Context, last *store.Pending, limit int) ([]store.Pending, error) {
		var after int64
		if last != nil {
			after = last.File
		}
		page, err := p.options.Library.Unembedded(ctx, p.ref, after, limit)
		if !p.upgrading { // how many those are was counted
			p.x.progress.grow(int64(len(page)))
		}
		return page, err
	})
}

func (p *pass) pages(ctx context.Context, out chan<- *job, embedOnly bool,
	fetch func(ctx context.Context, after *store.Pending, limit int) ([]store.Pending, error),
) (int, error) {
	var after *store.Pending
	brought := 0
	for {
		if err := p.waitOpen(ctx); err != nil {
			return brought, err
		}
		page, err := fetch(ctx, after, pageSize)
		if err != nil {
			return brought, fmt.Errorf("reading pending files: %w", err)
		}
		if len(page) == 0 {
			return brought, nil
		}
		for _, row := range page {
			if embedOnly && p.modelless() != nil {
				return brought, nil // what has its row gains nothing without the model
			}
			if p.upgrading && p.mayYield(brought) {
				p.yielded = true
				return brought, nil
			}
			if err := send(ctx, out, &job{Pending: row, embedOnly: embedOnly}); err != nil {
				return brought, err
			}
			brought++
		}
		after = &page[len(page)-1]
	}
}

// waitOpen waits while the indexer is paused.
func (p *pass) waitOpen(ctx context.Context) error {
	if !p.x.gate.isClosed() {
		return ctx.Err()
	}
	if err := p.x.gate.wait(ctx); err != nil {
		return err
	}
	p.progress().skip()
	return nil
}

// release gives back the bytes that a job holds.
func (p *pass) release(j *job) {
	j.data, j.sidecar = nil, nil
	if j.held > 0 {
		p.bytes.Release(j.held)
		j.held = 0
	}
}

// isOffline says whether a folder was found gone in this pass.
func (p *pass) isOffline(id store.FolderID) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.offline[id]
}

// setOffline notes that a folder is gone: its rows stay as they are.
func (p *pass) setOffline(ctx context.Context, id store.FolderID, reason string) error {
	p.mu.Lock()
	first := !p.offline[id]
	p.offline[id] = true
	p.mu.Unlock()
	if !first {
		return nil
	}
	p.options.Log.Warn().Int64("folder", int64(id)).Str("reason", reason).Msg("a folder is offline; its photos stay in the library")
	return p.options.Library.SetFolderState(ctx, id, store.FolderOffline, reason)
}

// counts collects what was done since the last transaction, so that counters cost no transaction of their own.
type counts struct {
	mu              sync.Mutex
	hashed, decoded int
}

func (c *counts) add(hashed, decoded int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.hashed += hashed
	c.decoded += decoded
}

func (c *counts) take() (hashed, decoded int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	hashed, decoded = c.hashed, c.decoded
	c.hashed, c.decoded = 0, 0
	return hashed, decoded
}
