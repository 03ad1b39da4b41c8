package backend

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/internal/pause"
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
	invalid error         // why the settings file is not used
}

// OpenDesktop makes a Desktop for c with every service; it opens nothing but the log. The error is a sentence for people.
func OpenDesktop(c Config) (*Desktop, error) {
	c.Services = Services{Search: true, Keep: true, Window: true}
	if c.Preload == nil {
		c.Preload = supervisor.PreloadAll()
	}
	d := &Desktop{opened: make(chan struct{})}
	var err error
	if d.backend, err = prepare(c, func(err error) error { d.invalid = err; return nil }); err != nil {
		return nil, err
	}
	d.backend.Window = d.backend.newBridge()
	d.Bridge = d.backend.Window
	d.notify()
	return d, nil
}

// notify says what is wrong from the start.
func (d *Desktop) notify() {
	if d.invalid != nil {
		d.Bridge.Notify(window.Notice{ID: "settings", Level: window.LevelWarning, Text: window.Sentence(d.invalid),
			Remedy: "Until the next start the standard settings hold."})
	}
	if err := d.backend.logError; err != nil {
		d.Bridge.Notify(window.Notice{ID: "log", Level: window.LevelInfo, Text: fmt.Sprintf("The log is not kept: %s", err),
			Remedy: "Everything else works."})
	}
}

// Run opens the library and runs all services until ctx ends; then it closes everything and returns when no child is left.
// A library that cannot be opened is tried again every few seconds: another process may end, a disk may come back.
func (d *Desktop) Run(ctx context.Context) error {
	b := d.backend
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.Window.Run(ctx) })
	group.Go(func() error {
		if b.openInsisting(ctx) {
			close(d.opened)
			return b.serve(ctx)
		}
		return nil
	})
	return errors.Join(ended(group.Wait()), b.Close())
}

// paintWithin is how long search and keep wait for a page that does not paint.
const paintWithin = 5 * time.Second

// letPaint waits until the page has painted: reading the vectors of a large library would take from it.
func (b *Backend) letPaint(ctx context.Context) {
	timer := time.NewTimer(paintWithin)
	defer timer.Stop()
	select {
	case <-b.Window.Painted():
	case <-timer.C:
	case <-ctx.Done():
	}
}

// openInsisting opens the library, again and again where that fails, and says whether it is open.
func (b *Backend) openInsisting(ctx context.Context) bool {
	said := ""
	for {
		err := b.openParts(ctx)
		if err == nil {
			return true
		}
		if ctx.Err() != nil {
			return false
		}
		if reason := err.Error(); reason != said {
			said = reason
			b.Log.Error().Err(err).Msg("the library cannot be opened; it is tried again")
		}
		b.Window.Fail(err)
		if !pause.For(ctx, retryEvery) {
			return false
		}
	}
}

// ended is an error of Run: that it was told to end is none.
func ended(err error) error {
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (b *Backend) newBridge() *window.Bridge {
	return window.New(window.Deps{
		Version: worker.Build(), Paths: b.Paths, Settings: b.Settings, Log: b.Log, LogLines: b.log.Lines, Now: b.now,
	})
}

// attach gives the window the library that was opened, and says what was wrong with it.
func (b *Backend) attach(models error) {
	for i, notice := range b.Store.Notices() {
		b.Window.Notify(window.Notice{ID: fmt.Sprintf("store:%d", i), Level: window.LevelWarning, Text: window.Sentence(notice)})
	}
	if models != nil {
		b.Window.Notify(window.Notice{ID: "models", Level: window.LevelError, Text: window.Sentence(models),
			Remedy: "Photos can be found by their names and dates meanwhile. Installing the program again brings the models back."})
	}
	for i, p := range b.Catalog.Problems() {
		b.Window.Notify(window.Notice{ID: fmt.Sprintf("models:%d", i), Level: window.LevelWarning,
			Text: window.Sentence(fmt.Errorf("the model in %q is not used: %s", p.File, p.Reason)), Remedy: p.Remedy})
	}
	if b.Store.ReadOnly() {
		b.Window.Notify(window.Notice{ID: "read-only", Level: window.LevelWarning,
			Text:   "The library can only be read: you can search, but new photos are not looked at and favourites are not kept.",
			Remedy: fmt.Sprintf("Make the folder %q writable and start again.", b.Paths.Library)})
	}
	b.Window.Attach(window.Parts{
		Store: b.Store, Catalog: b.Catalog, Supervisor: b.Supervisor, Indexer: b.Indexer, Search: b.Search, Kept: b.kept,
		Add: func(ctx context.Context, path string) error { return b.AddFolders(ctx, []string{path}) },
	})
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

// serve runs the services behind a window, each on its own: one that fails leaves the others at work and is started again.
func (b *Backend) serve(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		// It ends only with the program, so it is not started twice.
		_ = b.told(ctx, service{"supervisor", "The models and the processes that read photos cannot be used", b.Supervisor.Run})
		return nil
	})
	group.Go(func() error {
		b.letPaint(ctx)
		return b.reportCaches(ctx)
	})
	group.Go(func() error {
		b.letPaint(ctx)
		return b.followModels(ctx)
	})
	if b.config.Services.Search {
		group.Go(func() error {
			b.letPaint(ctx)
			return b.sustain(ctx, service{"search", "Search does not follow the library", b.Search.Run})
		})
	}
	if b.config.Services.Keep && !b.Store.ReadOnly() {
		group.Go(func() error {
			b.letPaint(ctx)
			return b.sustain(ctx, service{"keep", "New and changed photos are not looked at", b.keep})
		})
	}
	return group.Wait()
}

// service is a part of the program that runs as long as the program.
type service struct {
	name string
	lack string // what cannot be done without it, a sentence without its end
	run  func(context.Context) error
}

// steadyAfter is how long a service must have run to count as well again.
const steadyAfter = 10 * time.Second

// told runs a service; a failure becomes a notice.
func (b *Backend) told(ctx context.Context, s service) error {
	id := "service:" + s.name
	well := time.AfterFunc(steadyAfter, func() { b.Window.Clear(id) })
	defer well.Stop()
	err := s.run(ctx)
	if ctx.Err() != nil {
		return nil
	}
	well.Stop()
	if err == nil {
		err = errors.New("it ended unasked")
	}
	b.Log.Error().Err(err).Str("service", s.name).Msg("a service failed")
	remedy := "It is tried again every few seconds; if it stays so, start the program again."
	if s.name == "supervisor" {
		remedy = "Photos can be found by names and dates meanwhile. Start the program again."
	}
	b.Window.Notify(window.Notice{ID: id, Level: window.LevelError, Text: window.Sentence(fmt.Errorf("%s: %w", s.lack, err)), Remedy: remedy})
	return err
}

// sustain runs a service, and again after a while where it fails.
func (b *Backend) sustain(ctx context.Context, s service) error {
	for {
		_ = b.told(ctx, s) // it was told
		if ctx.Err() != nil || !pause.For(ctx, retryEvery) {
			return nil
		}
	}
}

// refuseInvalid is what the command line does about a settings file that cannot be used.
func refuseInvalid(err error) error { return err }
