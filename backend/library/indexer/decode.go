package indexer

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/worker"
)

// decode makes pixels and metadata of one photo and hands it on to be embedded, or to be committed if no vector is owed.
func (p *pass) decode(ctx context.Context, j *job, toEmbed chan<- *job, toCommit chan<- []*job) error {
	if err := p.waitOpen(ctx); err != nil {
		return err
	}
	request := worker.DecodeJob{
		Data:      j.data,
		Extension: strings.ToLower(strings.TrimPrefix(filepath.Ext(j.Rel), ".")),
		Sidecar:   j.sidecar,
		MaxPixels: p.options.MaxPixels,
	}
	if !j.hasVector {
		request.Inputs = p.inputs
	}
	if !j.embedOnly {
		request.ThumbnailSide = p.options.ThumbnailSide
	}
	p.counted.add(0, 1)
	decoded, err := p.decodeTwice(ctx, j, request)
	p.release(j)
	if err != nil {
		return err
	}
	if j.failure != nil {
		return send(ctx, toCommit, []*job{j})
	}
	decoded.Metadata.Taken = momentOf(decoded.Metadata.Taken, j.Rel, j.MTime)
	j.decoded = &decoded
	if len(request.Inputs) == 0 {
		return send(ctx, toCommit, []*job{j})
	}
	return send(ctx, toEmbed, j)
}

// decodeTwice decodes a photo, and once more alone if its worker died with it in hand. It returns an error only if no
// photo can be decoded now.
func (p *pass) decodeTwice(ctx context.Context, j *job, request worker.DecodeJob) (worker.Decoded, error) {
	for _, alone := range []bool{false, true} {
		decoded, err := p.options.Workers.Decode(ctx, request, alone)
		var refused *worker.RefusedError
		switch {
		case err == nil:
			j.failure = nil // it was not its fault
			return decoded, nil
		case ctx.Err() != nil:
			return worker.Decoded{}, ctx.Err()
		case errors.As(err, &refused):
			j.fail(store.FailureRefused, refused.Reason)
			return worker.Decoded{}, nil
		case !isCulprit(err):
			return worker.Decoded{}, fmt.Errorf("decoding %q: %w", j.Path(), err)
		}
		p.options.Log.Warn().Err(err).Str("path", j.Path()).Bool("alone", alone).Msg("a photo ended its decoder")
		j.fail(store.FailureQuarantined, quarantineReason(err))
	}
	return worker.Decoded{}, nil
}

// isCulprit says whether an error of a worker is the fault of the work that it had in hand.
func isCulprit(err error) bool {
	var crash *worker.CrashError
	var timeout *worker.TimeoutError
	return (errors.As(err, &crash) && crash.Culprit) || (errors.As(err, &timeout) && timeout.Culprit)
}

// quarantineReason says to people what a photo did.
func quarantineReason(err error) string {
	var timeout *worker.TimeoutError
	if errors.As(err, &timeout) {
		return fmt.Sprintf("reading it took longer than %s, twice. It is left alone until the file changes", timeout.After)
	}
	var crash *worker.CrashError
	if errors.As(err, &crash) {
		return fmt.Sprintf("it ended its reader twice (%s). It is left alone until the file changes", crash.Cause)
	}
	return err.Error()
}
