package window

import (
	"context"
	"errors"
	"path/filepath"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/model/worker"
)

// droppedMost is how many dropped things are looked at.
const droppedMost = 64

// Dropped takes what was dropped on the window: folders may be added, the first file is a picture to search by. The page is
// told by EventDrop. It waits for nothing.
func (b *Bridge) Dropped(paths []string) {
	b.chores.add(func(ctx context.Context) {
		d := b.drop(ctx, paths)
		if ctx.Err() != nil {
			return
		}
		b.candidates.mu.Lock()
		b.candidates.drops = append(b.candidates.drops, d)
		b.candidates.mu.Unlock()
		b.touch()
	})
}

// takeDrops returns what the page was not told yet.
func (b *Bridge) takeDrops() []Drop {
	b.candidates.mu.Lock()
	defer b.candidates.mu.Unlock()
	all := b.candidates.drops
	b.candidates.drops = nil
	return all
}

// drop sorts what was dropped.
func (b *Bridge) drop(ctx context.Context, paths []string) Drop {
	d := Drop{Folders: []Candidate{}, Pictures: []Picture{}}
	if len(paths) > droppedMost {
		paths, d.Problem = paths[:droppedMost], "Only the first of what was dropped was looked at; drop the folder that holds it all."
	}
	for _, path := range paths {
		info, err := b.statWithin(ctx, path)
		switch {
		case errors.Is(err, context.DeadlineExceeded):
			d.Problem = unreached
		case err != nil || !filepath.IsAbs(path):
			d.Problem = "What was dropped is not a file or folder of this computer."
		case info.IsDir():
			d.Folders = append(d.Folders, b.offer(ctx, path, "dropped"))
		case len(d.Pictures) > 0:
			// One picture is searched by.
		default:
			made, err := b.pictures.addFile(ctx, path)
			var refused *worker.RefusedError
			switch {
			case err == nil:
				d.Pictures = append(d.Pictures, made)
			case errors.As(err, &refused):
				d.Problem = sentence("this is no picture that can be searched by: " + refused.Reason)
			default:
				d.Problem = sentence(err.Error())
			}
		}
	}
	return d
}

// tend runs what stands behind the folders that may be added, until ctx ends.
func (b *Bridge) tend(ctx context.Context) error {
	b.chores.add(func(context.Context) {
		if err := b.login.refresh(); err != nil {
			b.deps.Log.Warn().Err(err).Msg("the login entry could not be brought up to date")
		}
	})
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.runSurveys(ctx) })
	group.Go(func() error { return b.measure(ctx) })
	return group.Wait()
}
