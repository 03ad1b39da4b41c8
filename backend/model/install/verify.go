package install

import (
	"context"
	"errors"
	"io/fs"

	"pixeldetective/backend/model/catalog"
)

// FileState is what a look at one file of a model found.
type FileState struct {
	File catalog.File // of unverified files as recorded
	Err  error        // nil: unaltered; else *catalog.MissingError or *catalog.AlteredError
}

// Verify reads every file of a model in its folder and compares it with the manifest, or with the record of what was
// received. Optional files that are not there are passed over. The error is the context's alone.
func (i *Installer) Verify(ctx context.Context, m catalog.Model, folder string) ([]FileState, error) {
	var states []FileState
	for _, f := range m.Recorded(folder).Files {
		err := catalog.Verify(ctx, folder, f)
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if f.Optional && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		states = append(states, FileState{f, err})
	}
	return states, nil
}
