package backend

import (
	"context"
	"time"

	"pixeldetective/backend/internal/pause"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/window"
)

const (
	// reportEvery is how often it is looked what the caches hold.
	reportEvery = time.Second
	// measureRest: counting the thumbnails, for which each of their keys is read, is followed by a rest of so many times its
	// length.
	measureRest = 500
)

// reportCaches has the snapshot say what is kept in memory and on disk so that it need not be made again, until ctx ends.
func (b *Backend) reportCaches(ctx context.Context) error {
	said := map[string]supervisor.Cache{}
	var thumbnails supervisor.Cache
	var measureAt time.Time
	for {
		if began := time.Now(); !began.Before(measureAt) {
			if read, err := b.thumbnails(ctx); err == nil {
				thumbnails = read
			}
			measureAt = time.Now().Add(measureRest * time.Since(began))
		}
		var all []supervisor.Cache
		if b.config.Services.Search {
			all = b.Search.Caches()
		}
		if b.Window != nil {
			all = append(all, b.Window.Caches()...)
		} else {
			all = append(all, supervisor.Cache{Name: window.CacheThumbnails})
		}
		for _, c := range all {
			if c.Name == window.CacheThumbnails {
				c.Entries, c.Bytes = thumbnails.Entries, thumbnails.Bytes
			}
			if before, ok := said[c.Name]; !ok || before != c {
				said[c.Name] = c
				b.Supervisor.ReportCache(c)
			}
		}
		if !pause.For(ctx, reportEvery) {
			return nil
		}
	}
}

// thumbnails measures those that are kept.
func (b *Backend) thumbnails(ctx context.Context) (supervisor.Cache, error) {
	count, bytes, err := b.Store.ThumbnailTotals(ctx)
	return supervisor.Cache{Name: window.CacheThumbnails, Entries: count, Bytes: bytes}, err
}
