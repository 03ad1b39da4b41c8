package supervisor

import (
	"context"
	"errors"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// ErrStopped answers requests that the supervisor no longer takes, because it is stopping or has stopped.
var ErrStopped = errors.New("the program is stopping, so this was not done")

// Priority orders requests that wait for the same worker. A smaller one goes first.
type Priority uint8

// The priorities of requests.
const (
	PriorityQuery    Priority = iota // somebody typed and waits
	PriorityVisible                  // a picture that somebody looks at
	PriorityIndex                    // photos on their way into the library
	PriorityCaption                  // texts for photos that can be found already
	PriorityPrefetch                 // nobody waits
)

// Encoded are the vectors of texts and the model that made them.
type Encoded struct {
	Vectors [][]float32 // one for each text, length 1
	Ref     photo.ModelRef
	Stage   photo.Stage
}

// Supervisor owns the workers and the models in memory. Its methods may be called from any goroutine, before, while and
// after Run runs; requests made before Run and Ready wait for both.
type Supervisor struct{}

// New makes a Supervisor. It starts nothing; Run does.
func New(o Options) *Supervisor { return &Supervisor{} }

// Run owns all workers until ctx ends, then ends them. It returns when every child is reaped, at most 2 seconds later,
// and may be called once.
func (s *Supervisor) Run(ctx context.Context) error { return errors.ErrUnsupported }

// Ready lets workers start. It may be called many times; before the first, no child is started.
func (s *Supervisor) Ready() {}

// Decode has a photo decoded. Errors: *worker.RefusedError (the photo is at fault and the reason says how),
// *worker.CrashError and *worker.TimeoutError with Culprit set (this photo ended its decoder),
// *worker.UnavailableError (nothing can be decoded now), ErrStopped, ctx's.
func (s *Supervisor) Decode(ctx context.Context, job worker.DecodeJob, p Priority) (worker.Decoded, error) {
	return worker.Decoded{}, errors.ErrUnsupported
}

// DecodeAlone is Decode in a decoder that has nothing else in flight, so that a crash can be nobody else's fault. It is
// for the second try of a photo that ended its decoder.
func (s *Supervisor) DecodeAlone(ctx context.Context, job worker.DecodeJob, p Priority) (worker.Decoded, error) {
	return worker.Decoded{}, errors.ErrUnsupported
}

// EncodeText turns texts into vectors. Errors as of Decode.
func (s *Supervisor) EncodeText(ctx context.Context, texts []string, p Priority) (Encoded, error) {
	return Encoded{}, errors.ErrUnsupported
}

// EncodeImages turns pictures (each as worker.Decoded.Inputs) into vectors and tags, in one batch. Errors as of Decode: a
// *worker.CrashError or *worker.TimeoutError with Culprit set means that this batch ended the worker; try its halves.
func (s *Supervisor) EncodeImages(ctx context.Context, pixels [][]byte, p Priority) ([]worker.Embedding, error) {
	return nil, errors.ErrUnsupported
}

// ImageModel returns the model that EncodeImages uses: the one in memory, else the best installed one.
func (s *Supervisor) ImageModel() (catalog.Model, error) {
	return catalog.Model{}, errors.ErrUnsupported
}

// TextModel returns the model that EncodeText uses: the one in memory, else the best installed one.
func (s *Supervisor) TextModel() (catalog.Model, error) {
	return catalog.Model{}, errors.ErrUnsupported
}

// Prefetch loads a graph ahead of need and lets it rest anew. It returns at once.
func (s *Supervisor) Prefetch(g catalog.GraphName) {}

// Retry makes the supervisor try again at once what had failed, and look again which models are installed: for after the
// remedy. It returns at once.
func (s *Supervisor) Retry() {}

// Unload takes a graph out of memory when its work in hand is done. It returns at once; the next request loads it again.
func (s *Supervisor) Unload(g catalog.GraphName) {}

// Snapshot returns what the program is doing now.
func (s *Supervisor) Snapshot() Snapshot { return Snapshot{} }

// Subscribe sends a snapshot now and after every change, at most ten a second; what a slow reader did not take is
// replaced by what is newer. The channel is closed when ctx ends or Run returns.
func (s *Supervisor) Subscribe(ctx context.Context) <-chan Snapshot { return nil }

// Report publishes a phase of another service, replacing what was said of it before.
func (s *Supervisor) Report(p Phase) {}

// ReportCache publishes what a cache holds, replacing what was said of it before. HitRate is computed.
func (s *Supervisor) ReportCache(c Cache) {}

// ReportCapability publishes a capability of another service, or overrides one that the supervisor derives.
func (s *Supervisor) ReportCapability(c Capability) {}

// ReportDownload says that a graph's files are being downloaded, or no longer.
func (s *Supervisor) ReportDownload(g catalog.GraphName, running bool) {}
