package worker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"

	"github.com/rs/zerolog"
	"google.golang.org/grpc"

	"pixeldetective/backend/model/worker/internal/pipe"
	"pixeldetective/backend/model/worker/workerpb"
)

// handshakeLimit bounds the time from the start of a process to its welcome.
const handshakeLimit = 10 * time.Second

// Options say which child to start and how.
type Options struct {
	// Executable is the path of pixel-detective-worker.
	Executable string
	Role       Role
	// Nice is the priority of the child. 0: by role (decode and image 10, text 0); below 0: the parent's.
	Nice int
	// MemoryLimit bounds the data that the child's process may hold, in bytes. 0: by role (see DecodeMemoryLimit; the
	// others are bounded by their model's size once they load one); 1: none.
	MemoryLimit uint64
	// Log gets what the child writes to its stderr.
	Log zerolog.Logger
	// Build is what the child's build must be; empty: Build().
	Build string
	// Env is added to the child's small environment, as NAME=value.
	Env []string
	// OnExit, if not nil, is called once the child was reaped, after Exited is closed, in a goroutine of the Process.
	// It is not called if Start returns an error.
	OnExit func(*Process)
}

// Process is one child. Its methods may be called from several goroutines.
type Process struct {
	role    Role
	pid     int
	log     zerolog.Logger
	cmd     *exec.Cmd
	pipes   *pipe.Conn
	conn    *grpc.ClientConn
	client  workerpb.WorkerClient
	stderr  *stderr
	welcome Welcome

	exited    chan struct{}
	cause     string      // written before exited is closed
	ending    atomic.Bool // Stop or Kill was called: the end is ours, not the child's
	dimension atomic.Int64
	inHand    chan struct{} // held by the call whose photo the child decodes
	onExit    func(*Process)
	keep      chan bool // Start says once whether the Process is the caller's
	closeOnce sync.Once
}

// Start starts a child and shakes hands with it. ctx bounds the start only, which takes 10 s at most. Errors:
// *StartError, or ctx's.
func Start(ctx context.Context, o Options) (*Process, error) {
	begin := time.Now()
	p, err := spawn(o)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, handshakeLimit, errHandshakeLimit)
	defer cancel()
	if err := p.handshake(ctx, o); err != nil {
		failed := p.startError(ctx, o, err)
		p.Kill()
		p.keep <- false
		return nil, failed
	}
	p.welcome.Took = time.Since(begin)
	p.keep <- true
	return p, nil
}

var errHandshakeLimit = fmt.Errorf("it did not answer within %s", handshakeLimit)

func spawn(o Options) (*Process, error) {
	fail := func(reason, remedy string, err error) (*Process, error) {
		return nil, &StartError{Role: o.Role, Executable: o.Executable, Reason: reason, Remedy: remedy, Err: err}
	}
	switch o.Role {
	case RoleDecode, RoleText, RoleImage:
	default:
		return fail(fmt.Sprintf("there is no role %q", string(o.Role)), "", nil)
	}
	if info, err := os.Stat(o.Executable); err != nil || info.IsDir() {
		return fail(fmt.Sprintf("the program %q is not there", o.Executable),
			"Install Pixel Detective again: its programs belong side by side in one folder", err)
	}
	cmd := exec.Command(o.Executable, arguments(o)...)
	cmd.Dir = filepath.Dir(o.Executable)
	cmd.Env = environment(o.Role, os.Getenv, o.Env)
	cmd.WaitDelay = time.Second // for a stderr that somebody else holds open
	cmd.SysProcAttr = childAttributes()

	childIn, toChild, err := os.Pipe()
	if err != nil {
		return fail("no pipe could be opened", "", err)
	}
	fromChild, childOut, err := os.Pipe()
	if err != nil {
		return fail("no pipe could be opened", "", errors.Join(err, childIn.Close(), toChild.Close()))
	}
	widen(toChild)
	widen(fromChild)
	log := o.Log.With().Str("worker", string(o.Role)).Logger()
	p := &Process{
		role: o.Role, log: log, cmd: cmd, onExit: o.OnExit,
		pipes:  pipe.New(fromChild, toChild, nil),
		exited: make(chan struct{}), keep: make(chan bool, 1), inHand: make(chan struct{}, 1),
	}
	p.stderr = newStderr(log)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = childIn, childOut, p.stderr
	err = cmd.Start()
	closeErr := errors.Join(childIn.Close(), childOut.Close())
	if err != nil {
		return fail(fmt.Sprintf("the program %q cannot be run: %v", o.Executable, err),
			"Install Pixel Detective again", errors.Join(err, closeErr, p.pipes.Close()))
	}
	p.pid = cmd.Process.Pid
	if nice := niceness(o); nice > 0 {
		if err := lowerPriority(p.pid, nice); err != nil {
			log.Warn().Err(err).Int("pid", p.pid).Msg("the worker keeps the priority of the program")
		}
	}
	if p.conn, err = dial(p.pipes); err != nil { // only a wrong option can be the reason
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return fail("the connection cannot be set up", "", errors.Join(err, p.pipes.Close()))
	}
	p.client = workerpb.NewWorkerClient(p.conn)
	go p.wait()
	return p, nil
}

// wait reaps the child. It is the one goroutine of a Process and ends after the child.
func (p *Process) wait() {
	err := p.cmd.Wait()
	p.stderr.finish()
	p.cause = exitCause(p.cmd.ProcessState, err, p.ending.Load(), p.stderr.lastWords())
	close(p.exited) // before the connection is closed under the calls: they look here for the reason
	p.disconnect()
	event := p.log.Warn()
	if p.ending.Load() {
		event = p.log.Debug()
	}
	event.Int("pid", p.pid).Str("cause", p.cause).Msg("the worker ended")
	if <-p.keep && p.onExit != nil {
		p.onExit(p)
	}
}

// Role returns what the child does.
func (p *Process) Role() Role { return p.role }

// PID returns the child's process id.
func (p *Process) PID() int { return p.pid }

// Welcome returns what the child said of itself.
func (p *Process) Welcome() Welcome { return p.welcome }

// Exited is closed when the child has ended and was reaped.
func (p *Process) Exited() <-chan struct{} { return p.exited }

// ExitCause says why the child ended: signal or exit code, and what it wrote last. Empty while it runs.
func (p *Process) ExitCause() string {
	select {
	case <-p.exited:
		return p.cause
	default:
		return ""
	}
}

// Stop asks the child to end by closing its stdin, kills it after grace, and returns when it was reaped. Calls in
// progress fail with a *CrashError that has no culprit.
func (p *Process) Stop(grace time.Duration) {
	p.ending.Store(true)
	p.disconnect()
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-p.exited:
	case <-timer.C:
		p.Kill()
	}
}

// Kill ends the child at once and returns when it was reaped.
func (p *Process) Kill() {
	p.ending.Store(true)
	_ = p.cmd.Process.Kill() // fails only if it was reaped already
	<-p.exited
}

// disconnect closes the child's stdin. A second call does nothing.
func (p *Process) disconnect() {
	p.closeOnce.Do(func() {
		_ = p.pipes.Close()
		_ = p.conn.Close()
	})
}
