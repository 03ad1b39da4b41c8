package backend

import (
	"context"
	"errors"
	"time"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/store"
)

const (
	// lookEvery is how often the holder of the lease looks for wishes of other processes, and those for their answer.
	lookEvery = 200 * time.Millisecond
	// retryEvery is how long the holder waits after the library could not be read or written.
	retryEvery = 5 * time.Second
	// backupEvery is how often decisions are backed up; the store keeps it to once a day.
	backupEvery = time.Hour
)

// keep takes the lease, then watches all folders, indexes what changes and does what other processes ask for, until ctx
// ends. The lease is given back when all of it has stopped.
func (b *Backend) keep(ctx context.Context) error {
	if holder, held := b.Store.LeaseHolder(); held {
		b.Log.Info().Int("holder", holder.PID).Str("purpose", holder.Purpose).Msg("waiting for another process to finish with the library")
	}
	lease, err := b.Store.WaitLease(ctx, "watch")
	if err != nil {
		return err
	}
	group, ctx := errgroup.WithContext(ctx)
	watcher := folder.NewWatcher(folder.Options{
		Store: b.Store, Log: b.Log, Settings: b.Settings.Indexing,
		OnChange: b.Indexer.Wake,
		Report: func(n folder.Note) {
			b.Log.Warn().Str("kind", string(n.Kind)).Msg(n.Text)
			if b.Window != nil {
				b.Window.Watched(n)
			}
		},
	})
	group.Go(func() error { return watcher.Run(ctx) })
	group.Go(func() error { return b.Indexer.Run(ctx) })
	group.Go(func() error { return b.serveRequests(ctx, watcher) })
	group.Go(func() error { return b.publish(ctx) })
	group.Go(func() error { return b.backUp(ctx) })
	return errors.Join(group.Wait(), lease.Release())
}

// serveRequests scans what other processes ask for.
func (b *Backend) serveRequests(ctx context.Context, watcher *folder.Watcher) error {
	for {
		err := b.followRequests(ctx, watcher)
		if ctx.Err() != nil {
			return nil
		}
		// A library that is locked or a disk that is full is no reason to stop watching.
		b.Log.Warn().Err(err).Msg("the wishes of other processes cannot be looked at; it is tried again")
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retryEvery):
		}
	}
}

func (b *Backend) followRequests(ctx context.Context, watcher *folder.Watcher) error {
	return b.Store.Follow(ctx, lookEvery, func(int64) error {
		served, err := b.serveScanRequests(ctx, watcher.Scan)
		if served > 0 {
			watcher.Refresh()
			b.Indexer.Wake()
		}
		return err
	})
}

// serveScanRequests does the scans that other processes asked for, by scan, and returns how many that were. The caller
// holds the lease; where a watcher runs, scan is the watcher's, since two scans of one folder at once could put an older
// listing over a newer one.
func (b *Backend) serveScanRequests(ctx context.Context,
	scan func(ctx context.Context, f store.Folder, subtree string) (store.ReconcileResult, error),
) (int, error) {
	requests, err := b.Store.ScanRequests(ctx)
	if err != nil || len(requests) == 0 {
		return 0, err
	}
	for _, r := range requests {
		outcome := store.ScanOutcome{}
		outcome.Result, err = scan(ctx, r.Folder, r.Subtree)
		if ctx.Err() != nil {
			return 0, ctx.Err()
		}
		if err != nil {
			b.Log.Warn().Err(err).Str("folder", r.Folder.Path).Msg("a scan that was asked for failed")
			outcome.Reason = err.Error()
		}
		if err := b.Store.FinishScanRequest(ctx, r.ID, outcome); err != nil {
			return 0, err
		}
	}
	return len(requests), nil
}

// retryUnreadable lets files that the system would not give be tried again: neither their bytes nor their times change when
// their permissions do, or when their drive comes back.
func (b *Backend) retryUnreadable(ctx context.Context) error {
	_, err := b.Store.RetryFailed(ctx, store.FailureUnreadable, store.FailureVanished)
	return err
}

// backUp keeps rotated copies of what a person decided, and now and then tries files anew that could not be read.
func (b *Backend) backUp(ctx context.Context) error {
	ticker := time.NewTicker(backupEvery)
	defer ticker.Stop()
	for {
		if err := b.retryUnreadable(ctx); err != nil && ctx.Err() == nil {
			b.Log.Warn().Err(err).Msg("files that could not be read are not tried again now")
		}
		b.Indexer.Wake()
		if err := b.Store.Backup(ctx); err != nil && ctx.Err() == nil {
			b.Log.Warn().Err(err).Msg("decisions could not be backed up")
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}
