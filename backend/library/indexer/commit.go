package indexer

import (
	"context"
	"fmt"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
)

const (
	// commitLimit is the most jobs of one transaction: what queued up while the last one was written.
	commitLimit = 256
	// announceEvery bounds how often progress is told.
	announceEvery = 100 * time.Millisecond
	// commitTimeout bounds one transaction, busy waits included.
	commitTimeout = 2 * time.Minute
)

// commit writes finished jobs, as many in a transaction as have queued up, until no more come. When the pass is cancelled
// it still writes what reached it: that work is done and paid for.
func (p *pass) commit(ctx context.Context, in <-chan []*job) error {
	var announced time.Time
	for batch := range in {
		if err := p.writeThrough(ctx, gather(batch, in)); err != nil {
			close(p.broken)
			return err
		}
		if now := p.options.Now(); now.Sub(announced) >= announceEvery {
			announced = now
			p.x.announce()
		}
	}
	return p.writeThrough(ctx, nil) // the counters of what is not committed yet
}

// writeThrough writes jobs even if ctx has ended: a transaction is short.
func (p *pass) writeThrough(ctx context.Context, jobs []*job) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), commitTimeout)
	defer stop()
	return p.write(ctx, jobs)
}

// gather adds what is waiting.
func gather(batch []*job, in <-chan []*job) []*job {
	for len(batch) < commitLimit {
		select {
		case more, open := <-in:
			if !open {
				return batch
			}
			batch = append(batch, more...)
		default:
			return batch
		}
	}
	return batch
}

// write commits jobs in one transaction, and then the files that have the same bytes as one of them: a follower is linked
// only when its photo is in, and content whose flight has ended can be looked up. The counters are written before: a
// process that waits until nothing is pending then sees all that this took.
func (p *pass) write(ctx context.Context, jobs []*job) error {
	if err := p.saveCounts(ctx); err != nil {
		return err
	}
	if err := p.transact(ctx, jobs); err != nil {
		return err
	}
	var followers []*job
	for _, lead := range jobs {
		if lead.embedding != nil {
			p.embedded.Delete(lead.decoded.PixelDigest)
		}
		if lead.id == (photo.ID{}) {
			continue // it was not read, so it led nothing
		}
		for _, j := range p.flights.land(lead.id) {
			j.skipped = lead.skipped
			if lead.failure != nil {
				j.fail(lead.failure.Kind, lead.failure.Reason)
			}
			followers = append(followers, j)
		}
	}
	if len(followers) > 0 {
		if err := p.transact(ctx, followers); err != nil {
			return err
		}
	}
	return nil
}

// transact makes rows of jobs, in one transaction.
func (p *pass) transact(ctx context.Context, jobs []*job) error {
	var done []store.Indexed
	var failed []store.Failed
	for _, j := range jobs {
		switch {
		case j.skipped:
			p.summary.Stale++
		case j.failure != nil && p.upgrading && j.Previous != nil:
			// The photo stays as it is: the model that answers has seen it.
			done = append(done, store.Indexed{Pending: j.Pending, Photo: *j.Previous, Unseen: []store.Unseen{{
				Ref: p.ref, Kind: j.failure.Kind, Reason: j.failure.Reason,
			}}})
			p.options.Log.Info().Str("path", j.Path()).Str("reason", j.failure.Reason).Msg("a photo cannot be seen by the model that is wanted")
		case j.failure != nil:
			failed = append(failed, *j.failure)
			p.options.Log.Info().Str("path", j.Path()).Str("reason", j.failure.Reason).Msg("a photo could not be indexed")
		default:
			done = append(done, p.indexed(j))
		}
	}
	if len(done)+len(failed) > 0 {
		committed, err := p.options.Library.Commit(ctx, done, failed)
		if err != nil {
			return fmt.Errorf("saving %d photos: %w", len(done), err)
		}
		p.note(committed, done)
		p.options.OnCommit()
	}
	p.progress().finished(int64(len(jobs)), int64(len(failed)))
	return nil
}

// indexed is the row that a job becomes.
func (p *pass) indexed(j *job) store.Indexed {
	row := store.Indexed{Pending: j.Pending, Photo: j.id, EmbeddingFrom: j.lender}
	if j.decoded != nil && !j.embedOnly {
		row.New = &store.NewPhoto{
			Metadata:       j.decoded.Metadata,
			PixelDigest:    j.decoded.PixelDigest,
			PerceptualHash: j.decoded.PerceptualHash,
			Thumbnail:      j.decoded.Thumbnail,
		}
	}
	if j.embedding != nil {
		row.Embedding = &store.Embedding{Ref: p.ref, Vector: j.embedding.Vector}
		row.Tags, row.TagsRef = j.embedding.Tags, p.ref
	}
	return row
}

// note adds a transaction to the summary.
func (p *pass) note(c store.Committed, done []store.Indexed) {
	p.summary.Linked += c.Linked
	p.summary.Added += c.Added
	p.summary.Embedded += c.Embedded
	p.summary.Stale += c.Stale
	p.summary.Failed += c.Failed
	for _, row := range done {
		if row.EmbeddingFrom != nil {
			p.summary.Lent++
		}
	}
}

// saveCounts writes the counters of what was done since they were last written.
func (p *pass) saveCounts(ctx context.Context) error {
	hashed, decoded := p.counted.take()
	p.summary.Hashed += hashed
	p.summary.Decoded += decoded
	p.summary.Inferred = int(p.inferred.Load())
	for _, counter := range []struct {
		name string
		n    int
	}{{CounterHashed, hashed}, {CounterDecoded, decoded}} {
		if counter.n == 0 {
			continue
		}
		if err := p.options.Library.AddCounter(ctx, counter.name, int64(counter.n)); err != nil {
			return fmt.Errorf("saving the counter %s: %w", counter.name, err)
		}
	}
	return nil
}
