package indexer

import (
	"context"
	"errors"
	"fmt"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// embed gives photos their vectors, a batch at a time: as many as are waiting, so that a fast decoder fills batches and a
// slow one is not waited for.
func (p *pass) embed(ctx context.Context, in <-chan *job, toCommit chan<- []*job) error {
	for {
		batch, err := p.nextBatch(ctx, in)
		if err != nil || len(batch) == 0 {
			return err
		}
		if err := p.waitOpen(ctx); err != nil {
			return err
		}
		if err := p.embedBatch(ctx, batch); err != nil {
			return err
		}
		select {
		case toCommit <- batch: // it is paid for, so it is handed on even if ctx has ended
		case <-p.broken:
			return nil
		}
	}
}

// nextBatch waits for one job and takes those that are there already. An empty batch means that no more will come.
func (p *pass) nextBatch(ctx context.Context, in <-chan *job) ([]*job, error) {
	var batch []*job
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case j, ok := <-in:
		if !ok {
			return nil, nil
		}
		batch = append(batch, j)
	}
	limit := max(1, min(p.options.BatchSize, p.options.Workers.BatchLimit()))
	for len(batch) < limit {
		select {
		case j, ok := <-in:
			if !ok {
				return batch, nil
			}
			batch = append(batch, j)
		default:
			return batch, nil
		}
	}
	return batch, nil
}

// embedBatch infers what has to be inferred: a photo whose pixels are known, or on their way into the library, borrows.
func (p *pass) embedBatch(ctx context.Context, batch []*job) error {
	var owed, followers []*job
	leads := map[photo.PixelDigest]*job{}
	var unknown []*job
	for _, j := range batch {
		// First those on their way, then those in the library: one that arrives in between is seen by the second look.
		if e, ok := p.embedded.Load(j.decoded.PixelDigest); ok {
			j.embedding = e.(*worker.Embedding)
			continue
		}
		unknown = append(unknown, j)
	}
	lenders, err := p.lenders(ctx, unknown)
	if err != nil {
		return err
	}
	for _, j := range unknown {
		digest := j.decoded.PixelDigest
		if lender, ok := lenders[digest]; ok {
			j.lender = &lender
			continue
		}
		if leads[digest] != nil {
			followers = append(followers, j)
			continue
		}
		leads[digest] = j
		owed = append(owed, j)
	}
	if err := p.infer(ctx, owed); err != nil {
		return err
	}
	for _, j := range owed {
		if j.embedding != nil {
			p.embedded.Store(j.decoded.PixelDigest, j.embedding)
		}
	}
	for _, j := range followers {
		lead := leads[j.decoded.PixelDigest]
		j.embedding = lead.embedding
		if lead.failure != nil {
			j.fail(lead.failure.Kind, lead.failure.Reason)
		}
	}
	for _, j := range batch {
		j.decoded.Inputs = nil
	}
	return nil
}

// lenders returns, for the pixels of jobs, photos of the library that have the same and a vector.
func (p *pass) lenders(ctx context.Context, jobs []*job) (map[photo.PixelDigest]photo.ID, error) {
	if len(jobs) == 0 {
		return nil, nil
	}
	digests := make([]photo.PixelDigest, len(jobs))
	for i, j := range jobs {
		digests[i] = j.decoded.PixelDigest
	}
	lenders, err := p.options.Library.SamePixels(ctx, digests, p.ref)
	if err != nil {
		return nil, fmt.Errorf("looking for photos with the same pixels: %w", err)
	}
	return lenders, nil
}

// infer runs the model over jobs. Where a batch ends the worker, its halves are tried, down to the photo that does it.
func (p *pass) infer(ctx context.Context, jobs []*job) error {
	if len(jobs) == 0 || p.modelless() != nil {
		return nil
	}
	embeddings, err := p.encode(ctx, jobs)
	if err == nil {
		for i, j := range jobs {
			j.embedding = &embeddings[i]
		}
		return nil
	}
	var unavailable *worker.UnavailableError
	var refused *worker.RefusedError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &unavailable):
		// The photos are committed without vectors, found by name meanwhile, and embedded when the model is back.
		p.loseModel(err)
		return nil
	case errors.As(err, &refused), isCulprit(err):
	default:
		return fmt.Errorf("embedding %d photos: %w", len(jobs), err)
	}
	if len(jobs) > 1 {
		half := len(jobs) / 2
		if err := p.infer(ctx, jobs[:half]); err != nil {
			return err
		}
		return p.infer(ctx, jobs[half:])
	}
	return p.inferAgain(ctx, jobs[0], err)
}

// inferAgain gives a photo that ended the model's worker a second chance, and then no more.
func (p *pass) inferAgain(ctx context.Context, j *job, first error) error {
	p.options.Log.Warn().Err(first).Str("path", j.Path()).Msg("a photo ended the model's worker")
	embeddings, err := p.encode(ctx, []*job{j})
	switch {
	case err == nil:
		j.embedding = &embeddings[0]
	case ctx.Err() != nil:
		return ctx.Err()
	default:
		j.fail(store.FailureQuarantined, quarantineReason(err))
	}
	return nil
}

// encode counts inferences and makes them, in this order: a kill between the two hides no work.
func (p *pass) encode(ctx context.Context, jobs []*job) ([]worker.Embedding, error) {
	pixels := make([][]byte, len(jobs))
	for i, j := range jobs {
		pixels[i] = j.decoded.Inputs[0]
	}
	if err := p.options.Library.AddCounter(ctx, CounterInferred, int64(len(jobs))); err != nil {
		return nil, fmt.Errorf("counting inferences: %w", err)
	}
	p.inferred.Add(int64(len(jobs)))
	embeddings, err := p.options.Workers.EncodeImages(ctx, p.ref, pixels)
	if err == nil && len(embeddings) != len(jobs) {
		err = fmt.Errorf("the model gave %d vectors for %d photos", len(embeddings), len(jobs))
	}
	return embeddings, err
}
