package backend

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/indexer"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/logging"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/search"
	"pixeldetective/backend/window"
)

// Config says what to open and which services Run runs.
type Config struct {
	Library    string              // the library folder; empty: the environment's, else the person's own
	Program    string              // begins the name of the log file
	LogLevel   zerolog.Level       // what Stderr shows
	Stderr     io.Writer           // nil: nothing is shown
	Getenv     func(string) string // nil: os.Getenv
	Executable string              // empty: os.Executable
	Services   Services
	// Preload lists the graphs that are loaded unasked, in this order.
	Preload []catalog.GraphName
	Now     func() time.Time // nil: time.Now
}

// Services are what Run runs. The supervisor always runs.
type Services struct {
	Search bool // the search engine
	Keep   bool // watching the folders and indexing what changes, as the holder of the lease
	Window bool // the bridge to a page: nothing that fails ends the others
}

// Backend is the program below its window or its command line.
type Backend struct {
	Paths      config.Paths
	Settings   config.Settings
	Log        zerolog.Logger
	Store      *store.Store
	Catalog    *catalog.Catalog
	Supervisor *supervisor.Supervisor
	Indexer    *indexer.Indexer
	Search     *search.Engine
	Window     *window.Bridge // nil without Services.Window

	config   Config
	log      *logging.Log
	logError error // why the log is not kept
	now      func() time.Time
}

// Open makes every part and starts none. The error is a sentence for people. Close gives back what Open took.
func Open(ctx context.Context, c Config) (*Backend, error) {
	b, err := prepare(c, refuseInvalid)
	if err != nil {
		return nil, err
	}
	if c.Services.Window {
		b.Window = b.newBridge()
	}
	if err := b.openParts(ctx); err != nil {
		return nil, errors.Join(err, b.Close())
	}
	return b, nil
}

// prepare finds the program's files, reads the settings and opens the log: what takes no time, whatever the library holds.
// invalid decides on a settings file that cannot be used; the standard settings hold where it returns nil.
func prepare(c Config, invalid func(error) error) (*Backend, error) {
	if c.Getenv == nil {
		c.Getenv = os.Getenv
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Executable == "" {
		exe, err := os.Executable()
		if err != nil {
			return nil, fmt.Errorf("finding the running program: %w", err)
		}
		c.Executable = exe
	}
	paths, err := config.Locate(c.Library, c.Getenv, c.Executable)
	if err != nil {
		return nil, err
	}
	settings, err := config.Load(paths.Settings)
	if err != nil {
		if err = invalid(err); err != nil {
			return nil, err
		}
		settings = config.Default()
	}
	b := &Backend{Paths: paths, Settings: settings, config: c, now: c.Now}
	b.openLog()
	return b, nil
}

func (b *Backend) openLog() {
	log, err := logging.Open(logging.Options{
		Dir: b.Paths.Log, Program: b.config.Program, Level: b.config.LogLevel, Stderr: b.config.Stderr,
		MaxMegabytes: b.Settings.Log.MaxMegabytes, Backups: b.Settings.Log.Backups, Now: b.config.Now,
	})
	b.log, b.Log = log, log.Logger()
	if err != nil {
		// A log that cannot be written is no reason not to work.
		b.logError = err
		b.Log.Warn().Err(err).Msg("the log is not kept")
	}
}

func (b *Backend) openParts(ctx context.Context) error {
	var err error
	b.Store, err = store.Open(ctx, store.Options{Dir: b.Paths.Library, BackupDir: b.Paths.Backup, Log: b.Log, Now: b.now})
	if err != nil {
		return err
	}
	for _, notice := range b.Store.Notices() {
		b.Log.Warn().Msg(notice.Error())
	}
	var models error
	b.Catalog, models = catalog.Open(b.Paths.ShippedModels, b.Paths.UserModels)
	if models != nil {
		// Names, dates and words are searched without a model, and every command that would need one says so.
		b.Log.Warn().Err(models).Msg("the models that ship cannot be used")
	}
	for _, problem := range b.Catalog.Problems() {
		b.Log.Warn().Str("file", problem.File).Str("remedy", problem.Remedy).Msg(problem.Reason)
	}
	use, err := b.ModelUse(ctx)
	if err != nil {
		return err
	}
	b.Supervisor = supervisor.New(supervisor.Options{
		Use:      use,
		Settings: b.Settings.Supervisor, Paths: b.Paths, Catalog: b.Catalog, Log: b.Log, LogLines: b.log.Lines, Now: b.now,
		Counters: counters{b.Store}, Preload: b.config.Preload,
	})
	b.Indexer = indexer.New(indexer.Options{
		Library: b.Store, Workers: &indexWorkers{supervisor: b.Supervisor, settings: b.Settings, now: b.now, use: b.ModelUse}, Log: b.Log,
		MaxFileBytes: b.Settings.Indexing.MaxFileBytes, QueueBytes: b.Settings.Indexing.QueueBytes,
		MaxPixels: b.Settings.Indexing.MaxPixels, SettleAfter: b.Settings.Indexing.SettleAfter,
		ThumbnailSide: b.Settings.Indexing.ThumbnailSide, BatchSize: b.Settings.Indexing.BatchSize, Now: b.now,
		OnProgress: func(p indexer.Progress) { b.Supervisor.Report(indexPhase(p)) },
		OnUpgrade:  func(p indexer.Progress) { b.Supervisor.Report(upgradePhase(p)) },
	})
	b.Search = search.New(search.Deps{
		Store: b.Store, Encoder: b.Supervisor, Log: b.Log, Settings: b.Settings.Search, Cache: b.Paths.Cache,
	})
	if b.Window != nil {
		b.attach(models)
	}
	return nil
}

// Run runs the services until ctx ends or one of them fails, and returns when all have stopped and no child is left. With
// a window no failure of a service ends the others.
func (b *Backend) Run(ctx context.Context) error {
	if b.Window != nil {
		group, ctx := errgroup.WithContext(ctx)
		group.Go(func() error { return b.Window.Run(ctx) })
		group.Go(func() error { return b.serve(ctx) })
		return ended(group.Wait())
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return b.Supervisor.Run(ctx) })
	group.Go(func() error { return b.reportCaches(ctx) })
	group.Go(func() error { return b.followModels(ctx) })
	if b.config.Services.Search {
		group.Go(func() error { return b.Search.Run(ctx) })
	}
	if b.config.Services.Keep {
		group.Go(func() error { return b.keep(ctx) })
	}
	return ended(group.Wait())
}

// Close closes the library and the log. Run has returned by then.
func (b *Backend) Close() error {
	var err error
	if b.Store != nil {
		err = b.Store.Close()
	}
	return errors.Join(err, b.log.Close())
}
