package supervisor

import (
	"context"
	"errors"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
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
type Supervisor struct {
	log      zerolog.Logger
	logLines func() []string
	now      func() time.Time
	catalog  Catalog
	counters Counters
	paths    config.Paths
	device   string
	threads  map[worker.Role]int
	start    starter

	inbox   *inbox
	latest  atomic.Pointer[Snapshot]
	running atomic.Bool
	stopped chan struct{}

	// What follows belongs to the owner.
	core      *core
	publisher publisher
	tasks     sync.WaitGroup
}

// New makes a Supervisor. It starts nothing; Run does.
func New(o Options) *Supervisor { return newSupervisor(o, realStarter(o)) }

func newSupervisor(o Options, start starter) *Supervisor {
	s := &Supervisor{
		log: o.Log, logLines: o.LogLines, now: o.Now, catalog: o.Catalog, counters: o.Counters, paths: o.Paths,
		device: o.Settings.Device, start: start, inbox: newInbox(), stopped: make(chan struct{}),
		threads: map[worker.Role]int{worker.RoleText: max(o.TextThreads, 1), worker.RoleImage: o.ImageThreads},
	}
	if s.now == nil {
		s.now = time.Now
	}
	if s.counters == nil {
		s.counters = &memoryCounters{counts: map[string]int64{}}
	}
	cores := runtime.GOMAXPROCS(0)
	if o.ImageThreads <= 0 {
		s.threads[worker.RoleImage] = cores
	}
	budget := config.MemoryBudget(o.Settings.MemoryBudget, os.ReadFile)
	s.core = newCore(limitsOf(o.Settings, budget, cores), o.Log, o.Preload)
	s.core.budget = budget
	s.core.now = s.now()
	s.core.use, s.core.graphs = o.Use, nil
	s.core.seat(s.findings(o.Use))
	s.publish(s.core.now, true)
	return s
}

// limitsOf gives the core its numbers: the settings, and those that are nobody's business to change.
func limitsOf(set config.Supervisor, budget config.Budget, cores int) limits {
	l := limits{
		loads: max(set.BackgroundLoads, 1), decoders: set.Decoders, depth: 2,
		loadTimeout: set.LoadTimeout, callTimeout: set.CallTimeout, idleUnload: set.IdleUnload, keepLoaded: set.KeepLoaded,
		memory:       uint64(set.MemoryThreshold * float64(max(budget.Bytes, 0))),
		backoffFirst: 100 * time.Millisecond, backoffMost: 30 * time.Second,
		crashLimit: 5, crashWindow: time.Minute,
		openFirst: 30 * time.Second, openMost: 5 * time.Minute,
		recheck: 5 * time.Second, swapRest: 5 * time.Second, tries: 4,
	}
	if l.decoders <= 0 {
		l.decoders = cores
	}
	return l
}

// Ready lets workers start. It may be called many times; before the first, no child is started.
func (s *Supervisor) Ready() { s.inbox.post(readyEvent{}) }

// Decode has a photo decoded. Errors: *worker.RefusedError (the photo is at fault and the reason says how),
// *worker.CrashError and *worker.TimeoutError with Culprit set (this photo ended its decoder),
// *worker.UnavailableError (nothing can be decoded now), ErrStopped, ctx's. A CrashError without Culprit says that
// several decoders died under the photo, none of them by its fault. A photo of PriorityQuery that ended its decoder is
// tried once more before its caller learns of it.
func (s *Supervisor) Decode(ctx context.Context, job worker.DecodeJob, p Priority) (worker.Decoded, error) {
	a := s.ask(ctx, &request{kind: decode, priority: p, job: job})
	return a.decoded, a.err
}

// DecodeAlone is Decode in a decoder that has nothing else in flight, so that a crash can be nobody else's fault. It is
// for the second try of a photo that ended its decoder.
func (s *Supervisor) DecodeAlone(ctx context.Context, job worker.DecodeJob, p Priority) (worker.Decoded, error) {
	a := s.ask(ctx, &request{kind: decode, priority: p, job: job, alone: true})
	return a.decoded, a.err
}

// EncodeText turns texts into vectors. Errors as of Decode.
func (s *Supervisor) EncodeText(ctx context.Context, texts []string, p Priority) (Encoded, error) {
	a := s.ask(ctx, &request{kind: encodeText, priority: p, texts: texts})
	if a.err != nil {
		return Encoded{}, a.err
	}
	return Encoded{Vectors: a.vectors, Ref: a.model.Ref(), Stage: a.model.Stage}, nil
}

// EncodeImages turns pictures (each as worker.Decoded.Inputs) into vectors and tags, in one batch. Errors as of Decode: a
// *worker.CrashError or *worker.TimeoutError with Culprit set means that this batch ended the worker; try its halves.
func (s *Supervisor) EncodeImages(ctx context.Context, pixels [][]byte, p Priority) ([]worker.Embedding, error) {
	a := s.ask(ctx, &request{kind: encodeImages, priority: p, pixels: pixels})
	return a.embeddings, a.err
}

// ask hands a request to the owner and waits for its answer.
func (s *Supervisor) ask(ctx context.Context, r *request) answer {
	if err := ctx.Err(); err != nil {
		return answer{err: err}
	}
	r.reply = make(chan answer, 1)
	if !s.inbox.post(requestEvent{request: r}) {
		return answer{err: ErrStopped}
	}
	select {
	case a := <-r.reply:
		if errors.Is(a.err, ErrStopped) && ctx.Err() != nil { // both end together; the caller expects its own
			a.err = ctx.Err()
		}
		return a
	case <-ctx.Done():
		s.inbox.post(cancelEvent{request: r, err: ctx.Err()})
		return answer{err: ctx.Err()}
	case <-s.stopped:
		select {
		case a := <-r.reply:
			return a
		default:
			return answer{err: ErrStopped}
		}
	}
}

// EncodeImagesBy is EncodeImages by a model that is named, whether it answers or not.
func (s *Supervisor) EncodeImagesBy(ctx context.Context, ref photo.ModelRef, pixels [][]byte, p Priority) ([]worker.Embedding, error) {
	a := s.ask(ctx, &request{kind: encodeImages, priority: p, ref: ref, pixels: pixels})
	return a.embeddings, a.err
}

// EncodeTextBy is EncodeText by a model that is named, whether it answers or not.
func (s *Supervisor) EncodeTextBy(ctx context.Context, ref photo.ModelRef, texts []string, p Priority) (Encoded, error) {
	a := s.ask(ctx, &request{kind: encodeText, priority: p, ref: ref, texts: texts})
	if a.err != nil {
		return Encoded{}, a.err
	}
	return Encoded{Vectors: a.vectors, Ref: a.model.Ref(), Stage: a.model.Stage}, nil
}

// ModelOf returns a model that is installed. The error is a *worker.UnavailableError.
func (s *Supervisor) ModelOf(ref photo.ModelRef) (catalog.Model, error) {
	m, _, err := s.lookUp(ref)
	if err != nil {
		return catalog.Model{}, failure{reason: err.Error()}.error(purpose(catalog.GraphImage))
	}
	return m, nil
}

// ImageModel returns the model that answers, and that EncodeImages uses: the one in memory, else as the catalog knows it. The error is a
// *worker.UnavailableError.
func (s *Supervisor) ImageModel() (catalog.Model, error) { return s.modelOf(catalog.GraphImage) }

// TextModel returns the model that answers, and that EncodeText uses: the one in memory, else as the catalog knows it. The error is a
// *worker.UnavailableError.
func (s *Supervisor) TextModel() (catalog.Model, error) { return s.modelOf(catalog.GraphText) }

func (s *Supervisor) modelOf(g catalog.GraphName) (catalog.Model, error) {
	if loaded := s.latest.Load().loaded[g]; loaded != nil {
		return *loaded, nil
	}
	m, _, err := s.lookUp(s.latest.Load().use.Answering)
	if err != nil {
		return catalog.Model{}, failure{reason: err.Error()}.error(purpose(g))
	}
	return m, nil
}

// Prefetch loads a graph ahead of need and lets it rest anew. It returns at once.
func (s *Supervisor) Prefetch(g catalog.GraphName) { s.inbox.post(prefetchEvent{graph: g}) }

// Retry makes the supervisor try again at once what had failed, and look again which models are installed: for after the
// remedy. It returns as soon as the disk was looked at.
func (s *Supervisor) Retry() { s.inbox.post(retryEvent{found: s.findings(s.latest.Load().use)}) }

// Unload takes a graph out of memory when its work in hand is done. It returns at once; the next request loads it again.
func (s *Supervisor) Unload(g catalog.GraphName) { s.inbox.post(unloadEvent{graph: g}) }

// Report publishes a phase of another service, replacing what was said of it before.
func (s *Supervisor) Report(p Phase) { s.inbox.post(phaseEvent{phase: p}) }

// ReportCache publishes what a cache holds, replacing what was said of it before. HitRate is computed.
func (s *Supervisor) ReportCache(c Cache) { s.inbox.post(cacheEvent{cache: c}) }

// ReportCapability publishes a capability of another service, or overrides one that the supervisor derives.
func (s *Supervisor) ReportCapability(c Capability) { s.inbox.post(capabilityEvent{capability: c}) }

// ReportDownload says that a graph's files are being downloaded, or no longer.
func (s *Supervisor) ReportDownload(g catalog.GraphName, running bool) {
	s.inbox.post(downloadEvent{graph: g, running: running, found: s.findings(s.latest.Load().use)})
}
