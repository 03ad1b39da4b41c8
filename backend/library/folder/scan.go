package folder

import (
	"context"
	"errors"
	"fmt"
	"time"

	"pixeldetective/backend/library/store"
)

// rows is what this package needs of the store.
type rows interface {
	Folders(ctx context.Context) ([]store.Folder, error)
	SetFolderState(ctx context.Context, id store.FolderID, state store.FolderState, reason string) error
	MarkScanned(ctx context.Context, id store.FolderID, at time.Time) error
	begin(ctx context.Context, id store.FolderID, subtree string) (reconcile, error)
}

// reconcile is one comparison of rows with what is on disk.
type reconcile interface {
	Directory(ctx context.Context, rel string, entries []store.Entry) error
	Unreadable(ctx context.Context, rel string, reason string) error
	Finish(ctx context.Context) (store.ReconcileResult, error)
	Keep(ctx context.Context) (store.ReconcileResult, error)
	Abandon()
}

// stored is the store behind rows.
type stored struct{ *store.Store }

func (s stored) begin(ctx context.Context, id store.FolderID, subtree string) (reconcile, error) {
	return s.BeginReconcile(ctx, id, subtree)
}

// Scan brings the rows of a folder, or of a subtree of it, up to what is on disk, and counts what that changed. A folder
// that cannot be looked at is marked offline, keeps all its rows, and gives an *OfflineError; one that can be again is
// marked online. The caller holds the store's lease.
func Scan(ctx context.Context, st *store.Store, f store.Folder, subtree string) (store.ReconcileResult, error) {
	return scan(ctx, stored{st}, f, walker{root: f.Path, subtree: subtree}, time.Now)
}

func scan(ctx context.Context, st rows, f store.Folder, w walker, now func() time.Time) (store.ReconcileResult, error) {
	r, err := st.begin(ctx, f.ID, w.subtree)
	if err != nil {
		return store.ReconcileResult{}, fmt.Errorf("scanning %q: %w", f.Path, err)
	}
	if err := w.run(ctx, merge{ctx, r}); err != nil {
		r.Abandon()
		var off *OfflineError
		if errors.As(err, &off) {
			if f.State == store.FolderOffline && f.Reason == off.Reason {
				return store.ReconcileResult{}, off
			}
			if err := st.SetFolderState(ctx, f.ID, store.FolderOffline, off.Reason); err != nil {
				return store.ReconcileResult{}, fmt.Errorf("marking %q offline: %w", f.Path, err)
			}
			return store.ReconcileResult{}, off
		}
		return store.ReconcileResult{}, fmt.Errorf("scanning %q: %w", f.Path, err)
	}
	result, err := r.Finish(ctx)
	if err != nil {
		return result, fmt.Errorf("scanning %q: %w", f.Path, err)
	}
	if f.State == store.FolderOffline {
		if err := st.SetFolderState(ctx, f.ID, store.FolderOnline, ""); err != nil {
			return result, fmt.Errorf("marking %q online: %w", f.Path, err)
		}
	}
	if w.subtree == "" {
		if err := st.MarkScanned(ctx, f.ID, now()); err != nil {
			return result, fmt.Errorf("scanning %q: %w", f.Path, err)
		}
	}
	return result, nil
}

// merge hands what a walk sees to the store.
type merge struct {
	ctx context.Context
	r   reconcile
}

func (m merge) Directory(rel string, entries []store.Entry) error {
	return m.r.Directory(m.ctx, rel, entries)
}

func (m merge) Unreadable(rel string, err error) error {
	return m.r.Unreadable(m.ctx, rel, plainReason(err))
}

// Settled says whether a file that was last written at mtime (nanoseconds since 1970) has been left alone for long
// enough to be read. A time in the future counts as settled, since waiting for it would wait for ever.
func Settled(mtime int64, now time.Time, after time.Duration) bool {
	age := now.UnixNano() - mtime
	return age < 0 || age >= int64(after)
}
