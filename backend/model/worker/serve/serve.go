package serve

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime/debug"

	"github.com/rs/zerolog"
	"google.golang.org/grpc"

	"pixeldetective/backend/model/encoder"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/model/worker/internal/pipe"
	"pixeldetective/backend/model/worker/workerpb"
	"pixeldetective/backend/picture"
)

// Exit codes of a child.
const (
	exitDone  = 0 // the parent closed the pipe
	exitError = 1 // the protocol could not be served
	exitUsage = 2
)

// Engines are what the roles work with. Tests put in their own.
type Engines struct {
	// Startup prepares what Decode needs, lazily loaded parts too, before the sandbox closes. It returns the version of
	// the native library.
	Startup   func() (version string, err error)
	Decode    func(context.Context, picture.Job) (picture.Result, error)
	LoadText  func(context.Context, encoder.LoadOptions) (encoder.TextEncoder, encoder.Loaded, error)
	LoadImage func(context.Context, encoder.LoadOptions) (encoder.ImageEncoder, encoder.Loaded, error)
	Protocol  uint32
	Build     string
}

// Native returns the engines of the program: libvips and ONNX Runtime.
func Native() Engines {
	return Engines{
		Startup: startPicture, Decode: picture.Decode,
		LoadText: encoder.LoadText, LoadImage: encoder.LoadImage,
		Protocol: worker.ProtocolVersion, Build: worker.Build(),
	}
}

// Main is pixel-detective-worker: args are its arguments without the program's name. It returns the exit code, but
// usually the process exits in it, when the parent closes the pipe.
func Main(args []string) int { return Run(args, Native()) }

// Run is Main with other engines.
func Run(args []string, engines Engines) int {
	o, err := parse(args)
	if err != nil {
		fmt.Fprintln(os.Stderr, "pixel-detective-worker:", err)
		return exitUsage
	}
	log := zerolog.New(os.Stderr).Level(o.level)
	in, out, err := claim()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pixel-detective-worker: this program is started by Pixel Detective, not by hand:", err)
		return exitUsage
	}
	if err := limit(o.memory); err != nil {
		log.Warn().Err(err).Msg("the worker's limits could not be set")
	}
	if o.memory > 0 {
		debug.SetMemoryLimit(int64(o.memory / 2)) // native code has the other half
	}
	// The reader of the connection is the first to learn that the parent is gone. Exit does not wait for anything: not
	// for goroutines, not for native code.
	conn := pipe.New(in, out, func(err error) {
		code := exitDone
		if !errors.Is(err, io.EOF) {
			code = exitError
		}
		os.Exit(code)
	})
	s := &server{role: o.role, engines: engines, log: log, ready: make(chan struct{}), turn: make(chan struct{}, 1)}
	s.memory = openMemory()
	go s.start() // ends before anything but the handshake is answered; the process's end is its owner
	g := grpc.NewServer(
		grpc.MaxRecvMsgSize(pipe.MaxMessage), grpc.MaxSendMsgSize(pipe.MaxMessage),
		grpc.InitialWindowSize(pipe.Window), grpc.InitialConnWindowSize(pipe.Window),
		grpc.ReadBufferSize(pipe.Buffer), grpc.WriteBufferSize(pipe.Buffer),
		grpc.MaxConcurrentStreams(16),
	)
	workerpb.RegisterWorkerServer(g, s)
	if err := g.Serve(pipe.Listen(conn)); err != nil {
		log.Error().Err(err).Msg("the worker cannot serve")
	}
	return exitError
}

type options struct {
	role   worker.Role
	memory uint64
	level  zerolog.Level
}

func parse(args []string) (options, error) {
	usage := errors.New("usage: pixel-detective-worker decode|text|image [--memory-limit BYTES] [--log-level LEVEL]")
	if len(args) == 0 {
		return options{}, usage
	}
	o := options{role: worker.Role(args[0])}
	switch o.role {
	case worker.RoleDecode, worker.RoleText, worker.RoleImage:
	default:
		return options{}, fmt.Errorf("there is no role %q; %w", args[0], usage)
	}
	flags := flag.NewFlagSet("pixel-detective-worker", flag.ContinueOnError)
	flags.SetOutput(io.Discard)
	flags.Uint64Var(&o.memory, "memory-limit", 0, "bytes of data that the process may hold; 0: no limit")
	flags.TextVar(&o.level, "log-level", zerolog.InfoLevel, "least level of the log records")
	if err := flags.Parse(args[1:]); err != nil {
		return options{}, fmt.Errorf("%w; %w", err, usage)
	}
	if flags.NArg() > 0 {
		return options{}, usage
	}
	return o, nil
}
