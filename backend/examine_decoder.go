package backend

import (
	"context"
	"errors"
	"fmt"

	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
)

// examineDecoder has something decoded that is no photo: a decoder that is well refuses it.
func (b *Backend) examineDecoder(ctx context.Context, tell func(Finding)) {
	_, err := b.Supervisor.Decode(ctx, worker.DecodeJob{Data: []byte("no photo"), Extension: "jpg"}, supervisor.PriorityQuery)
	var refused *worker.RefusedError
	if !errors.As(err, &refused) {
		tell(Finding{"workers", Ill, fmt.Sprintf("photos cannot be read: %v", err), ""})
		return
	}
	tell(Finding{"workers", Well, "photos are read", ""})
	sandbox := b.Supervisor.Snapshot().Sandbox
	text := fmt.Sprintf("the process that reads photos is locked in (Landlock %d, seccomp %t)", sandbox.LandlockABI, sandbox.Seccomp)
	if sandbox.State == "full" {
		tell(Finding{"workers", Well, text, ""})
		return
	}
	tell(Finding{
		"workers", Warning, fmt.Sprintf("the process that reads photos is locked in only in part (%s): %s", sandbox.State, sandbox.Reason),
		"A newer Linux kernel with Landlock and seccomp locks it in fully",
	})
}
