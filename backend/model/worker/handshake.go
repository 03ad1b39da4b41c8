package worker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pixeldetective/backend/model/worker/workerpb"
)

// handshake asks the child who it is and refuses one that does not belong to this program.
func (p *Process) handshake(ctx context.Context, o Options) error {
	build := o.Build
	if build == "" {
		build = Build()
	}
	w, err := p.client.Handshake(ctx, &workerpb.Hello{
		Protocol: ProtocolVersion, Build: build, Role: string(o.Role), LogLevel: o.Log.GetLevel().String(),
	})
	if err != nil {
		return err
	}
	reinstall := "Install Pixel Detective again: its programs must all be of one build"
	switch {
	case w.GetProtocol() != ProtocolVersion:
		return &StartError{
			Reason: fmt.Sprintf("it speaks protocol %d and this program speaks %d", w.GetProtocol(), ProtocolVersion),
			Remedy: reinstall,
		}
	case !sameBuild(w.GetBuild(), build):
		return &StartError{
			Reason: fmt.Sprintf("it is of build %q and this program is of build %q", bounded(w.GetBuild(), 80), build),
			Remedy: reinstall,
		}
	case w.GetRole() != string(o.Role):
		return &StartError{Reason: fmt.Sprintf("it says that its role is %q", bounded(w.GetRole(), 80))}
	}
	p.welcome = Welcome{
		Protocol: int(w.GetProtocol()), Build: bounded(w.GetBuild(), 80), Role: o.Role, PID: p.pid, Nice: int(w.GetNice()),
		Runtime: bounded(w.GetRuntime(), 80), Device: bounded(w.GetDevice(), 80),
		FallbackReason: bounded(w.GetFallbackReason(), maxSentence),
		Sandbox: Sandbox{
			LandlockABI: int(w.GetSandbox().GetLandlockAbi()), Seccomp: w.GetSandbox().GetSeccomp(),
			Reason: bounded(w.GetSandbox().GetReason(), maxSentence),
		},
	}
	return nil
}

// startError says why the handshake failed.
func (p *Process) startError(ctx context.Context, o Options, err error) error {
	var e *StartError
	if errors.As(err, &e) { // it answered, and is not ours
		e.Role, e.Executable = o.Role, o.Executable
		return e
	}
	e = &StartError{Role: o.Role, Executable: o.Executable, Err: err}
	if ctx.Err() != nil {
		if !errors.Is(context.Cause(ctx), errHandshakeLimit) {
			return fmt.Errorf("start the %s worker: %w", o.Role, context.Cause(ctx))
		}
		e.Reason = errHandshakeLimit.Error()
		return p.withWords(e)
	}
	if s := status.Convert(err); s.Code() == codes.FailedPrecondition {
		e.Reason = bounded(s.Message(), maxSentence)
		return e
	}
	// The connection broke. If the child ended by itself, that is the reason.
	timer := time.NewTimer(reapLimit / 4)
	defer timer.Stop()
	select {
	case <-p.exited:
		e.Reason = p.cause
		return e
	case <-timer.C:
		e.Reason = "it does not speak the protocol"
		return p.withWords(e)
	}
}

func (p *Process) withWords(e *StartError) error {
	if words := p.stderr.lastWords(); words != "" {
		e.Reason += "; the last it wrote: " + words
	}
	return e
}
