package window

import (
	"context"
	"strconv"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/internal/pause"
)

// pushEvery is the least time between two states that are pushed.
const pushEvery = 100 * time.Millisecond

// Run follows the library and pushes a State whenever something changed, until ctx ends. It returns when all that it
// started has stopped.
func (b *Bridge) Run(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.push(ctx) })
	group.Go(func() error { return b.follow(ctx) })
	group.Go(func() error { return b.chores.run(ctx) })
	group.Go(func() error { return b.removals.run(ctx) })
	group.Go(func() error { return b.tend(ctx) })
	defer b.launched.end()
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
			(*emit)(EventState, b.numbered(b.State(ctx)))
			for _, dropped := range b.takeDrops() {
				(*emit)(EventDrop, dropped)
			}
		}
		if !pause.For(ctx, pushEvery) {
			return nil
		}
	}
}

// numbered gives a state the next number, after it was drawn: a state that State draws meanwhile has a smaller number if it
// may be the older one, and what changes after that is pushed again.
func (b *Bridge) numbered(s State) State {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.seq++
	s.Seq = strconv.FormatUint(b.seq, 10)
	return s
}

// follow watches for what changes, once the library is open.
func (b *Bridge) follow(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-b.opened:
	}
	p := b.attached.Load()
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.followCounts(ctx, p) })
	group.Go(func() error {
		for range p.Supervisor.Subscribe(ctx) {
			b.touch()
		}
		return nil
	})
	if !p.Store.ReadOnly() {
		b.finishRemovals() // of an earlier run
	}
	return group.Wait()
}

// chores are what no call waits for. They are done one after the other; those that are left when Run ends are dropped. The
// zero value has none.
type chores struct {
	mu   sync.Mutex
	todo []func(context.Context)
	once sync.Once
	wake chan struct{}
}

func (c *chores) woken() chan struct{} {
	c.once.Do(func() { c.wake = make(chan struct{}, 1) })
	return c.wake
}

// add has a chore done. It never waits.
func (c *chores) add(chore func(context.Context)) {
	c.mu.Lock()
	c.todo = append(c.todo, chore)
	c.mu.Unlock()
	select {
	case c.woken() <- struct{}{}:
	default:
	}
}

func (c *chores) take() func(context.Context) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.todo) == 0 {
		return nil
	}
	next := c.todo[0]
	c.todo = c.todo[1:]
	return next
}

func (c *chores) run(ctx context.Context) error {
	for ctx.Err() == nil {
		if chore := c.take(); chore != nil {
			chore(ctx)
			continue
		}
		select {
		case <-ctx.Done():
		case <-c.woken():
		}
	}
	return nil
}
