package supervisor

import (
	"context"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// process is what the supervisor asks of a child process; *worker.Process is one.
type process interface {
	PID() int
	Welcome() worker.Welcome
	Exited() <-chan struct{}
	ExitCause() string
	Stop(grace time.Duration)
	Kill()
	Decode(ctx context.Context, j worker.DecodeJob) (worker.Decoded, error)
	Load(ctx context.Context, j worker.LoadJob) (worker.Loaded, error)
	EncodeText(ctx context.Context, ref photo.ModelRef, texts []string) ([][]float32, error)
	EncodeImages(ctx context.Context, ref photo.ModelRef, pixels [][]byte) ([]worker.Embedding, error)
	Memory(ctx context.Context) (worker.Memory, error)
}

// starter starts a child process of a role. ctx bounds the start.
type starter func(ctx context.Context, role worker.Role) (process, error)

// stopGrace is how long a process may take to end by itself.
const stopGrace = time.Second

func (ch *child) pid() int {
	if ch.process == nil {
		return 0
	}
	return ch.process.PID()
}

// realStarter starts the worker executable.
func realStarter(o Options) starter {
	return func(ctx context.Context, role worker.Role) (process, error) {
		p, err := worker.Start(ctx, worker.Options{
			Executable: o.Paths.Worker,
			Role:       role,
			Log:        o.Log.With().Str("worker", string(role)).Logger(),
			Build:      o.Build,
		})
		if err != nil {
			return nil, err
		}
		return p, nil
	}
}

// launch brings a child up, says so, and says when it has ended. It ends the child when its context ends, and returns
// when it is reaped.
func (s *Supervisor) launch(ch *child) {
	begun := s.now()
	fail := func(p process, err error) {
		if p != nil {
			p.Stop(stopGrace)
		}
		s.inbox.post(launchedEvent{child: ch, err: err})
	}
	var (
		model  catalog.Model
		folder string
	)
	if ch.graph != nil {
		var err error
		if model, folder, err = s.lookUp(ch.graph.ref); err != nil {
			fail(nil, err)
			return
		}
	}
	p, err := s.start(ch.ctx, ch.role)
	if err != nil {
		fail(nil, err)
		return
	}
	s.inbox.post(spawnedEvent{child: ch, process: p})
	var loaded worker.Loaded
	if ch.graph != nil {
		if loaded, err = s.load(ch, p, model, folder); err != nil {
			fail(p, err)
			return
		}
	}
	s.inbox.post(launchedEvent{child: ch, model: model, loaded: loaded, took: s.now().Sub(begun)})
	select {
	case <-p.Exited():
	case <-ch.ctx.Done():
		p.Stop(stopGrace)
	}
	s.inbox.post(exitedEvent{child: ch, cause: p.ExitCause()})
}

// load brings a graph into a child's memory, within the time limit.
func (s *Supervisor) load(ch *child, p process, m catalog.Model, folder string) (worker.Loaded, error) {
	ctx, cancel := context.WithTimeout(ch.ctx, ch.loadTimeout)
	defer cancel()
	threads := s.threads[ch.role]
	loaded, err := p.Load(ctx, worker.LoadJob{
		Model: m, Folder: folder, Graph: ch.graph.name, Cache: s.paths.Cache,
		RuntimeLibrary: s.paths.RuntimeLibrary, Threads: threads, Device: s.device,
	})
	if err != nil && ctx.Err() == context.DeadlineExceeded {
		p.Kill()
		return loaded, &worker.TimeoutError{Role: ch.role, PID: p.PID(), Culprit: true, After: ch.loadTimeout}
	}
	return loaded, err
}

// call has a child do a request, and says what came of it. The caller's context does not reach the child: native code
// cannot be interrupted, and the child must be watched until it has answered.
func (s *Supervisor) call(e callEffect) {
	r, p, ctx := e.request, e.process, context.Background()
	a := answer{model: e.model}
	switch r.kind {
	case decode:
		job, told := r.job, r.job.Begun
		job.Begun = func() {
			s.inbox.post(begunEvent{child: e.child, request: r})
			if told != nil {
				told()
			}
		}
		a.decoded, a.err = p.Decode(ctx, job)
	case encodeText:
		a.vectors, a.err = p.EncodeText(ctx, e.model.Ref(), r.texts)
	case encodeImages:
		a.embeddings, a.err = p.EncodeImages(ctx, e.model.Ref(), r.pixels)
	}
	s.inbox.post(doneEvent{child: e.child, request: r, answer: a})
}
