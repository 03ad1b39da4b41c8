package backend

import (
	"context"
	"fmt"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
)

// modelsEvery is how often it is looked which models are in use: a few small reads and a look at the models' files.
const modelsEvery = time.Second

// ModelUse says which model answers, as the library records it, and which one is wanted: the person's choice where that is
// installed, else the best that is. A choice whose files are gone wants nothing new, and the model that answers goes on.
// What is not installed answers nothing, but stays recorded: its vectors are there when it comes back.
func (b *Backend) ModelUse(ctx context.Context) (supervisor.Use, error) {
	var use supervisor.Use
	answering, known, err := b.Store.Answering(ctx)
	if err != nil {
		return use, err
	}
	use.Answering = answering
	chosen, err := b.Store.ModelChoice(ctx, string(catalog.RoleImageText))
	if err != nil {
		return use, err
	}
	best, _, none := b.Catalog.Active(catalog.RoleImageText)
	if chosen != "" {
		use.Chosen = true
		m, _, listed := b.Catalog.Find(chosen)
		switch {
		case listed && m.Role == catalog.RoleImageText && b.Catalog.Installed(m).Installed:
			use.Wanted = m.Ref()
		case known && b.installed(answering):
			use.Wanted = answering
		}
	}
	if use.Wanted == (photo.ModelRef{}) && none == nil {
		use.Wanted = best.Ref()
	}
	if !known {
		use.Answering = use.Wanted
	}
	return use, nil
}

// installed says whether a model's files are here.
func (b *Backend) installed(ref photo.ModelRef) bool {
	m, _, listed := b.Catalog.Find(ref.String())
	return listed && b.Catalog.Installed(m).Installed
}

// followModels tells the supervisor which models are in use, and the indexer when another is wanted, until ctx ends: also
// of what other processes chose, switched or installed.
func (b *Backend) followModels(ctx context.Context) error {
	said := b.Supervisor.Snapshot().Use
	before := supervisor.Use{
		Answering: photo.ModelRef{ID: said.Answering.ID, Revision: said.Answering.Revision},
		Wanted:    photo.ModelRef{ID: said.Wanted.ID, Revision: said.Wanted.Revision}, Chosen: said.Chosen,
	}
	ticker := time.NewTicker(modelsEvery)
	defer ticker.Stop()
	for {
		use, err := b.ModelUse(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			b.Log.Debug().Err(err).Msg("which models are in use could not be read; it is tried again")
		case use != before:
			b.Supervisor.Use(use)
			if use.Wanted != before.Wanted {
				b.Log.Info().Str("model", use.Wanted.String()).Str("answering", use.Answering.String()).Msg("another model is wanted")
				b.Indexer.Wake()
			}
			before = use
		}
		select {
		case <-ctx.Done():
			return nil
		case <-ticker.C:
		}
	}
}

// UseModel keeps a person's choice of a model; empty: the best that is installed. Where the library can be held and every
// photo has been seen by that model, it answers at once; else it does when a process that keeps the library has had it look
// at all photos. It returns whether it answers, and how many photos it has not seen.
func (b *Backend) UseModel(ctx context.Context, id string) (answers bool, missing int64, err error) {
	if id != "" {
		m, _, listed := b.Catalog.Find(id)
		switch {
		case !listed:
			return false, 0, fmt.Errorf("there is no model %q; pixel-detective models lists those that there are", id)
		case m.Role != catalog.RoleImageText:
			return false, 0, fmt.Errorf("%q does not compare photos with words, so it cannot answer searches", m.Name)
		case !b.Catalog.Installed(m).Installed:
			return false, 0, fmt.Errorf("%q is not installed; pixel-detective models install %s brings it", m.Name, m.ID)
		}
		id = m.ID
	}
	if err := b.Store.ChooseModel(ctx, string(catalog.RoleImageText), id); err != nil {
		return false, 0, err
	}
	use, err := b.ModelUse(ctx)
	if err != nil || use.Wanted == (photo.ModelRef{}) {
		return false, 0, err
	}
	lease, err := b.Store.Lease(ctx, "models")
	if err != nil { // whoever holds it sees the choice
		missing, err := b.Store.Lacking(ctx, use.Wanted)
		return use.Answering == use.Wanted, missing, err
	}
	answers, missing, err = b.Store.Switch(ctx, use.Wanted, false)
	if released := lease.Release(); err == nil {
		err = released
	}
	return answers, missing, err
}
