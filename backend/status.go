package backend

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"pixeldetective/backend/internal/atomicfile"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
)

// statusFile is where the holder of the lease keeps its snapshot for other processes.
const statusFile = "status.json"

// Status is what a library holds and what is being done with it.
type Status struct {
	Library  string
	Holder   *store.Holder // who indexes and watches; nil: nobody
	Counts   store.Counts
	Folders  []store.Folder
	Snapshot supervisor.Snapshot // of the holder, or of this process where nobody holds the library
}

// Status reads the library's numbers and the snapshot of the process that keeps it.
func (b *Backend) Status(ctx context.Context) (Status, error) {
	s := Status{Library: b.Paths.Library}
	var ref photo.ModelRef
	if model, err := b.Supervisor.ImageModel(); err == nil {
		ref = model.Ref()
	}
	var err error
	if s.Counts, err = b.Store.Count(ctx, ref); err != nil {
		return s, err
	}
	if s.Folders, err = b.Store.Folders(ctx); err != nil {
		return s, err
	}
	snapshot := b.Supervisor.Snapshot()
	if kept, err := b.thumbnails(ctx); err == nil { // all else is kept by processes that run
		snapshot.Caches = append(snapshot.Caches, kept)
	}
	if holder, held := b.Store.LeaseHolder(); held {
		s.Holder = &holder
		if published, err := b.published(holder); err == nil {
			snapshot = published
		} else if !errors.Is(err, fs.ErrNotExist) {
			b.Log.Warn().Err(err).Msg("the snapshot of the process that keeps the library cannot be read")
		}
	}
	if snapshot.Counters, err = b.Store.Counters(ctx); err != nil {
		return s, err
	}
	s.Snapshot = snapshot
	return s, nil
}

// publishedSnapshot is a snapshot with the process that it is of.
type publishedSnapshot struct {
	PID      int                 `json:"pid"`
	Snapshot supervisor.Snapshot `json:"snapshot"`
}

// publish keeps the snapshot of this process in the library folder while it holds the lease. A loss of it is no harm, so it
// is not synced.
func (b *Backend) publish(ctx context.Context) error {
	path := filepath.Join(b.Paths.Library, statusFile)
	defer func() { _ = os.Remove(path) }() // a stale one names a process that is not the holder
	for snapshot := range b.Supervisor.Subscribe(ctx) {
		data, err := json.Marshal(publishedSnapshot{PID: os.Getpid(), Snapshot: snapshot})
		if err != nil {
			return fmt.Errorf("writing the snapshot: %w", err)
		}
		if err := atomicfile.Write(path, data, 0o644); err != nil {
			b.Log.Debug().Err(err).Msg("the snapshot could not be kept for other processes")
		}
	}
	return nil
}

// published reads the snapshot that the holder of the lease keeps.
func (b *Backend) published(holder store.Holder) (supervisor.Snapshot, error) {
	data, err := os.ReadFile(filepath.Join(b.Paths.Library, statusFile))
	if err != nil {
		return supervisor.Snapshot{}, err
	}
	var p publishedSnapshot
	if err := json.Unmarshal(data, &p); err != nil {
		return supervisor.Snapshot{}, fmt.Errorf("reading the snapshot of process %d: %w", holder.PID, err)
	}
	if p.PID != holder.PID {
		return supervisor.Snapshot{}, fs.ErrNotExist
	}
	return p.Snapshot, nil
}
