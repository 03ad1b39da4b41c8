package serve

import (
	"context"
	"errors"
	"sync"

	"github.com/rs/zerolog"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pixeldetective/backend/model/encoder"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/model/worker/workerpb"
)

// server answers the parent.
type server struct {
	workerpb.UnimplementedWorkerServer
	role    worker.Role
	engines Engines
	log     zerolog.Logger
	memory  memory

	ready   chan struct{} // closed when the fields below are set
	failed  error         // why the role could not be started
	runtime string
	sandbox worker.Sandbox

	turn chan struct{} // held by the photo that is being decoded

	mu    sync.Mutex // held while a model loads, and to read what is loaded
	ref   string     // of the model that is loaded; empty: none
	text  encoder.TextEncoder
	image encoder.ImageEncoder
}

// start prepares the role and closes the sandbox.
func (s *server) start() {
	defer close(s.ready)
	if s.role != worker.RoleDecode {
		return
	}
	version, err := s.engines.Startup()
	if err != nil {
		s.failed = err
		return
	}
	s.runtime = version
	s.sandbox = closeSandbox()
	if s.sandbox.Reason != "" {
		s.log.Warn().Str("reason", s.sandbox.Reason).Msg("photos are decoded without a complete sandbox")
	}
}

// Handshake answers once the role is ready.
func (s *server) Handshake(ctx context.Context, h *workerpb.Hello) (*workerpb.Welcome, error) {
	if h.GetRole() != string(s.role) {
		return nil, status.Errorf(codes.FailedPrecondition, "it was started as %s and greeted as %s", s.role, h.GetRole())
	}
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	return &workerpb.Welcome{
		Protocol: s.engines.Protocol, Build: s.engines.Build, Role: string(s.role), Pid: pid(), Nice: niceness(),
		Runtime: s.runtime, Device: "cpu",
		Sandbox: &workerpb.Sandbox{
			LandlockAbi: int32(s.sandbox.LandlockABI), Seccomp: s.sandbox.Seccomp, Reason: s.sandbox.Reason,
		},
	}, nil
}

// Memory reports what the process holds now.
func (s *server) Memory(ctx context.Context, _ *workerpb.MemoryRequest) (*workerpb.MemoryReply, error) {
	resident, unique, err := s.memory.read()
	if err != nil {
		return nil, status.Errorf(codes.Internal, "its memory cannot be read: %v", err)
	}
	return &workerpb.MemoryReply{ResidentBytes: resident, UniqueBytes: unique}, nil
}

// wait returns when the role is ready, or why it is not.
func (s *server) wait(ctx context.Context) error {
	select {
	case <-s.ready:
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
	if s.failed != nil {
		return status.Error(codes.FailedPrecondition, sentence(s.failed))
	}
	return nil
}

var errRole = errors.New("this worker has another role")

// need checks that the role is ready and is the one that a call needs.
func (s *server) need(ctx context.Context, role worker.Role) error {
	if err := s.wait(ctx); err != nil {
		return err
	}
	if s.role != role {
		return status.Error(codes.Unimplemented, errRole.Error())
	}
	return nil
}
