package supervisor

import (
	"context"
	"sync"
	"time"

	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// scripted is a process that does what a test says.
type scripted struct {
	pid    int
	role   worker.Role
	script *script

	once   sync.Once
	exited chan struct{}
}

// script says how the scripted processes of a test behave. Its functions are called from several goroutines.
type script struct {
	load   func(p *scripted) error
	decode func(ctx context.Context, p *scripted, j worker.DecodeJob) (worker.Decoded, error)
	text   func(ctx context.Context, p *scripted, texts []string) ([][]float32, error)
	images func(ctx context.Context, p *scripted, pixels [][]byte) ([]worker.Embedding, error)
	memory func(p *scripted) worker.Memory

	mu      sync.Mutex
	all     []*scripted
	refused error // start fails with this
}

func (s *script) start(ctx context.Context, role worker.Role) (process, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.refused != nil {
		return nil, s.refused
	}
	p := &scripted{pid: 1000 + len(s.all), role: role, script: s, exited: make(chan struct{})}
	s.all = append(s.all, p)
	return p, ctx.Err()
}

// started returns the processes of a role that were started so far.
func (s *script) started(role worker.Role) []*scripted {
	s.mu.Lock()
	defer s.mu.Unlock()
	var of []*scripted
	for _, p := range s.all {
		if p.role == role {
			of = append(of, p)
		}
	}
	return of
}

// alive counts the processes that have not ended.
func (s *script) alive() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, p := range s.all {
		select {
		case <-p.exited:
		default:
			n++
		}
	}
	return n
}

func (p *scripted) end()                    { p.once.Do(func() { close(p.exited) }) }
func (p *scripted) PID() int                { return p.pid }
func (p *scripted) Exited() <-chan struct{} { return p.exited }
func (p *scripted) ExitCause() string       { return "signal: killed" }
func (p *scripted) Stop(time.Duration)      { p.end() }
func (p *scripted) Kill()                   { p.end() }
func (p *scripted) Welcome() worker.Welcome {
	return worker.Welcome{Role: p.role, PID: p.pid, Nice: 10, Sandbox: worker.Sandbox{LandlockABI: 4, Seccomp: true}}
}

// crash is what a call gets when the process ends under it.
func (p *scripted) crash(culprit bool) error {
	return &worker.CrashError{Role: p.role, PID: p.pid, Culprit: culprit, Cause: "signal: killed"}
}

func (p *scripted) Load(ctx context.Context, _ worker.LoadJob) (worker.Loaded, error) {
	if p.script.load != nil {
		if err := p.script.load(p); err != nil {
			return worker.Loaded{}, err
		}
	}
	return worker.Loaded{Device: "cpu", MemoryBytes: 100 << 20}, ctx.Err()
}

func (p *scripted) Decode(ctx context.Context, j worker.DecodeJob) (worker.Decoded, error) {
	if p.script.decode != nil {
		return p.script.decode(ctx, p, j)
	}
	j.Begun()
	return worker.Decoded{}, nil
}

func (p *scripted) EncodeText(ctx context.Context, _ photo.ModelRef, texts []string) ([][]float32, error) {
	if p.script.text != nil {
		return p.script.text(ctx, p, texts)
	}
	return make([][]float32, len(texts)), nil
}

func (p *scripted) EncodeImages(ctx context.Context, _ photo.ModelRef, pixels [][]byte) ([]worker.Embedding, error) {
	if p.script.images != nil {
		return p.script.images(ctx, p, pixels)
	}
	return make([]worker.Embedding, len(pixels)), nil
}

func (p *scripted) Memory(context.Context) (worker.Memory, error) {
	if p.script.memory != nil {
		return p.script.memory(p), nil
	}
	return worker.Memory{Resident: 120 << 20, Unique: 100 << 20}, nil
}
