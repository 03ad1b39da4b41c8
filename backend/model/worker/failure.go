package worker

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker/workerpb"
)

// reapLimit is how long a call whose connection broke waits to learn how the child ended. A child that is still there
// after it has broken the protocol.
const reapLimit = 2 * time.Second

// callError turns what gRPC says into what callers decide on. Codes decide, texts never do.
func (p *Process) callError(ctx context.Context, err error, begun bool) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("the %s worker (process %d): %w", p.role, p.pid, err)
	}
	if errors.Is(err, errUnexpected) {
		return p.brokeProtocol(begun)
	}
	s := status.Convert(err)
	switch s.Code() {
	case codes.Unavailable:
		return p.crashError(begun)
	case codes.Canceled:
		// The caller's context stands, so either the connection was closed under the call, or the child gave up.
		if p.ending.Load() || p.ExitCause() != "" {
			return p.crashError(begun)
		}
		return fmt.Errorf("the %s worker (process %d): %w", p.role, p.pid, context.Canceled)
	case codes.DeadlineExceeded:
		return fmt.Errorf("the %s worker (process %d): %w", p.role, p.pid, context.DeadlineExceeded)
	case codes.InvalidArgument:
		return &RefusedError{Reason: bounded(s.Message(), maxSentence)}
	case codes.FailedPrecondition:
		return loadError(s)
	default:
		return fmt.Errorf("the %s worker (process %d): %s", p.role, p.pid, bounded(s.Message(), maxSentence))
	}
}

// crashError waits until the child is reaped and says how it ended.
func (p *Process) crashError(begun bool) error {
	timer := time.NewTimer(reapLimit)
	defer timer.Stop()
	select {
	case <-p.exited:
	case <-timer.C:
		return p.brokeProtocol(begun)
	}
	return &CrashError{Role: p.role, PID: p.pid, Culprit: begun && !p.ending.Load(), Cause: p.cause}
}

// brokeProtocol ends a child that lives and does not speak the protocol.
func (p *Process) brokeProtocol(begun bool) error {
	ours := p.ending.Load()
	p.Kill()
	cause := "it broke the protocol and was ended"
	if words := p.stderr.lastWords(); words != "" {
		cause += "; the last it wrote: " + words
	}
	return &CrashError{Role: p.role, PID: p.pid, Culprit: begun && !ours, Cause: cause}
}

// loadError rebuilds the typed reason that a child sent.
func loadError(s *status.Status) error {
	e := &LoadError{Kind: LoadFailed, Reason: bounded(s.Message(), maxSentence)}
	for _, detail := range s.Details() {
		problem, ok := detail.(*workerpb.Problem)
		if !ok {
			continue
		}
		e.File = bounded(problem.GetFile(), maxSentence)
		// These errors say the reason, a semicolon, and what to do.
		if i := strings.LastIndex(e.Reason, "; "); i >= 0 {
			e.Reason, e.Remedy = e.Reason[:i], e.Reason[i+2:]
		}
		switch problem.GetKind() {
		case workerpb.Problem_KIND_ALTERED:
			e.Kind = LoadAltered
			e.Err = &catalog.AlteredError{
				File: e.File, Want: bounded(problem.GetWant(), maxSentence), Have: bounded(problem.GetHave(), maxSentence),
			}
		case workerpb.Problem_KIND_MISSING:
			e.Kind = LoadMissing
			e.Err = &catalog.MissingError{File: e.File, Err: errors.New(bounded(problem.GetHave(), maxSentence))}
		case workerpb.Problem_KIND_CONTRACT:
			e.Kind = LoadContract
		case workerpb.Problem_KIND_RUNTIME:
			e.Kind = LoadRuntime
		}
	}
	return e
}
