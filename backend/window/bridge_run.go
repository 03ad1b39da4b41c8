package window

import (
	"context"
	"time"

	"golang.org/x/sync/errgroup"
)

// pushEvery is the least time between two states that are pushed.
const pushEvery = 100 * time.Millisecond

// Run follows the library and pushes a State whenever something changed, until ctx ends. It returns when all that it
// started has stopped.
func (b *Bridge) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.push(ctx) })
	group.Go(func() error { return b.follow(ctx) })
	return group.Wait()
}

// push sends states.
func (b *Bridge) push(ctx context.Context) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-b.dirty:
		}
		if emit := b.emit.Load(); emit != nil {
			b.mu.Lock()
			b.seq++
			b.mu.Unlock()
			(*emit)(EventState, b.State(ctx))
		}
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(pushEvery):
		}
	}
}

// follow watches for what changes.
func (b *Bridge) follow(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-b.opened:
	}
	for range b.attached.Load().Supervisor.Subscribe(ctx) {
		b.touch()
	}
	return nil
}
