package backend

import (
	"context"
	"time"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/indexer"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// indexWorkers lends the supervisor to the indexer, at the indexer's priority.
type indexWorkers struct {
	supervisor *supervisor.Supervisor
	settings   config.Settings
	now        func() time.Time
	use        func(context.Context) (supervisor.Use, error)
}

var _ indexer.Workers = (*indexWorkers)(nil)

func (w *indexWorkers) Decode(ctx context.Context, job worker.DecodeJob, alone bool) (worker.Decoded, error) {
	if alone {
		return w.supervisor.DecodeAlone(ctx, job, supervisor.PriorityIndex)
	}
	return w.supervisor.Decode(ctx, job, supervisor.PriorityIndex)
}

// DecodeSlots keeps every decoder fed: one photo in work, one on its way.
func (w *indexWorkers) DecodeSlots() int { return 2 * max(1, w.supervisor.Snapshot().Decoders.Limit) }

func (w *indexWorkers) EncodeImages(ctx context.Context, ref photo.ModelRef, pixels [][]byte) ([]worker.Embedding, error) {
	return w.supervisor.EncodeImagesBy(ctx, ref, pixels, supervisor.PriorityIndex)
}

// searchingFor is how long after a query somebody is still taken to be searching.
const searchingFor = 10 * time.Second

// BatchLimit is small while somebody searches on the processors that the batch would hold.
func (w *indexWorkers) BatchLimit() int {
	snapshot := w.supervisor.Snapshot()
	text, _ := snapshot.Model(string(catalog.GraphText))
	image, _ := snapshot.Model(string(catalog.GraphImage))
	onProcessor := image.Device == "" || image.Device == "cpu"
	if onProcessor && text.LastUsed != nil && w.now().Sub(*text.LastUsed) < searchingFor {
		return min(w.settings.Indexing.BatchSize, w.settings.Indexing.BatchWhileSearching)
	}
	return w.settings.Indexing.BatchSize
}

// ImageModel is of the library, not of the supervisor's snapshot, which may be a moment older.
func (w *indexWorkers) ImageModel() (catalog.Model, error) {
	use, err := w.use(context.Background())
	if err != nil {
		return catalog.Model{}, err
	}
	return w.supervisor.ModelOf(use.Answering)
}

func (w *indexWorkers) WantedModel() (catalog.Model, error) {
	use, err := w.use(context.Background())
	if err != nil {
		return catalog.Model{}, err
	}
	return w.supervisor.ModelOf(use.Wanted)
}

func (w *indexWorkers) Together() bool { return w.supervisor.Snapshot().Use.Together }

// Prepare loads the half of a model that reads questions, by reading one.
func (w *indexWorkers) Prepare(ctx context.Context, ref photo.ModelRef) error {
	_, err := w.supervisor.EncodeTextBy(ctx, ref, []string{"a photo"}, supervisor.PriorityIndex)
	return err
}

// counters keeps the supervisor's counts in the library.
type counters struct{ store *store.Store }

var _ supervisor.Counters = counters{}

func (c counters) Add(ctx context.Context, name string, n int64) error {
	return c.store.AddCounter(ctx, name, n)
}

func (c counters) All(ctx context.Context) (map[string]int64, error) { return c.store.Counters(ctx) }

// upgradePhase is the wanted model's look at photos as a phase of the snapshot.
func upgradePhase(p indexer.Progress) supervisor.Phase {
	phase := indexPhase(p)
	phase.Name = supervisor.PhaseUpgrade
	if p.Running {
		phase.Message = "A better model looks at your photos; the other answers meanwhile"
	} else if p.Done < p.Total && phase.State == supervisor.PhaseDone {
		phase.State, phase.Percent = supervisor.PhaseWaiting, 100*float64(p.Done)/float64(p.Total)
	}
	return phase
}

// indexPhase is the indexer's progress as a phase of the snapshot.
func indexPhase(p indexer.Progress) supervisor.Phase {
	phase := supervisor.Phase{
		Name: supervisor.PhaseIndex, State: supervisor.PhaseDone, Percent: 100,
		Done: p.Done, Total: p.Total, Unit: "photos", Rate: p.Rate,
	}
	switch {
	case p.Paused:
		phase.State = supervisor.PhasePaused
	case p.Running:
		phase.State = supervisor.PhaseRunning
	}
	if p.Running {
		phase.Message = "Reading photos"
		phase.Percent = 0
		if p.Total > 0 {
			phase.Percent = 100 * float64(p.Done) / float64(p.Total)
		}
		if p.Rate > 0 {
			seconds := p.Remaining.Seconds()
			phase.Remaining = &seconds
		}
	}
	return phase
}
