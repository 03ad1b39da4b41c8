package store

import "context"

// Keep ends a reconcile of single directories: those that were told are merged, and nothing else is looked at or removed.
// What was below a directory that is gone needs a reconcile of that subtree.
func (r *Reconcile) Keep(ctx context.Context) (ReconcileResult, error) {
	err := r.flush(ctx)
	return r.result, err
}
