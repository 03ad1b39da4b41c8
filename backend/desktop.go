package backend

import (
	"context"
	"errors"
	"os"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/window"
)

// Desktop is the program behind a window. Its Bridge answers from the first moment; the library is opened by Run, so that
// the window paints however long that takes, and whatever keeps it from being opened is a notice in the window.
type Desktop struct {
	Bridge *window.Bridge

	backend *Backend
	opened  chan struct{} // closed by Run when the library is open
}

// OpenDesktop makes a Desktop for c with every service; it opens nothing but the log. The error is a sentence for people.
func OpenDesktop(c Config) (*Desktop, error) {
	c.Services = Services{Search: true, Keep: true, Window: true}
	if c.Preload == nil {
		c.Preload = supervisor.PreloadAll()
	}
	b, err := prepare(c)
	if err != nil {
		return nil, err
	}
	b.Window = b.newBridge()
	return &Desktop{Bridge: b.Window, backend: b, opened: make(chan struct{})}, nil
}

// Run opens the library and runs all services until ctx ends; then it closes everything and returns when no child is left.
func (d *Desktop) Run(ctx context.Context) error {
	b := d.backend
	err := b.openParts(ctx)
	if err != nil {
		b.Log.Error().Err(err).Msg("the library cannot be opened")
		b.Window.Fail(err)
		err = b.Window.Run(ctx)
	} else {
		close(d.opened)
		err = b.Run(ctx)
	}
	return errors.Join(err, b.Close())
}

func (b *Backend) newBridge() *window.Bridge {
	return window.New(window.Deps{
		Version: worker.Build(), Paths: b.Paths, Settings: b.Settings, Log: b.Log, LogLines: b.log.Lines, Now: b.now,
	})
}

// windowParts is what the bridge speaks to.
func (b *Backend) windowParts() window.Parts {
	return window.Parts{
		Store: b.Store, Catalog: b.Catalog, Supervisor: b.Supervisor, Indexer: b.Indexer, Search: b.Search, Kept: b.kept,
	}
}

// kept says which other process keeps the library, and how far it is.
func (b *Backend) kept() (window.Keeper, bool) {
	holder, held := b.Store.LeaseHolder()
	if !held || holder.PID == os.Getpid() {
		return window.Keeper{}, false
	}
	k := window.Keeper{Holder: holder}
	if snapshot, err := b.published(holder); err == nil {
		for _, p := range snapshot.Phases {
			if p.Name == supervisor.PhaseIndex {
				k.Index = p
			}
		}
	}
	return k, true
}

// runWindow runs the services, each on its own: one that fails leaves the others at work.
func (b *Backend) runWindow(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.Window.Run(ctx) })
	group.Go(func() error { return b.Supervisor.Run(ctx) })
	if b.config.Services.Search {
		group.Go(func() error { return b.Search.Run(ctx) })
	}
	if b.config.Services.Keep {
		group.Go(func() error { return b.keep(ctx) })
	}
	err := group.Wait()
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}
