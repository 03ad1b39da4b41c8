package worker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync/atomic"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"pixeldetective/backend/model/worker/internal/pipe"
)

// DecodeMemoryLimit bounds the data of a decode worker's process, in bytes. The hungriest photo that picture takes on was
// seen to need 1.1 GB (an AVIF of 149 megapixels), and messages of the largest size fit beside it. A photo that eats memory
// ends its decoder here and nothing else.
const DecodeMemoryLimit = 2 << 30

// noMemoryLimit is the value of Options.MemoryLimit that means none.
const noMemoryLimit = 1

// arguments are the command line of a child: the role, then flags that the child side knows.
func arguments(o Options) []string {
	args := []string{string(o.Role)}
	limit := o.MemoryLimit
	if limit == 0 && o.Role == RoleDecode {
		limit = DecodeMemoryLimit
	}
	if limit > noMemoryLimit {
		args = append(args, "--memory-limit", strconv.FormatUint(limit, 10))
	}
	return append(args, "--log-level", o.Log.GetLevel().String())
}

func niceness(o Options) int {
	if o.Nice != 0 {
		return o.Nice
	}
	if o.Role == RoleText {
		return 0
	}
	return 10
}

// environment is all that a child gets to see of the parent's surroundings. Names are passed on one by one: what is not
// named here (proxies, tokens, session buses) stays out.
func environment(role Role, getenv func(string) string, extra []string) []string {
	env := []string{
		// One arena: without it, freed pixels stay in the arena of whichever thread allocated them.
		"MALLOC_ARENA_MAX=1",
		"OMP_NUM_THREADS=1",
		"GOTRACEBACK=single",
	}
	pass := []string{
		"LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "GOCOVERDIR", "GODEBUG",
		"SystemRoot", "TEMP", "TMP", // Windows starts no program without the first
	}
	switch role {
	case RoleDecode:
		env = append(env,
			"GOMAXPROCS=2",
			"VIPS_BLOCK_UNTRUSTED=1",    // loaders that are not made for foreign files
			"VIPS_CONCURRENCY=1",        // more threads buy nothing here
			"VIPS_DISC_THRESHOLD=1024g", // never a temporary file: the sandbox would refuse it
		)
	case RoleText:
		env = append(env, "GOMAXPROCS=2")
	case RoleImage:
		pass = append(pass, "HOME", "CUDA_VISIBLE_DEVICES", "CUDA_CACHE_PATH", "NVIDIA_VISIBLE_DEVICES")
	}
	for _, name := range pass {
		if v := getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return append(env, extra...)
}

// dial makes a gRPC client of the pipes. It connects once: a child that is gone does not come back.
func dial(conn net.Conn) (*grpc.ClientConn, error) {
	var used atomic.Bool
	return grpc.NewClient("passthrough:///worker",
		grpc.WithContextDialer(func(context.Context, string) (net.Conn, error) {
			if used.Swap(true) {
				return nil, errors.New("the worker is gone")
			}
			return conn, nil
		}),
		grpc.WithTransportCredentials(insecure.NewCredentials()),
		grpc.WithDefaultCallOptions(grpc.MaxCallRecvMsgSize(pipe.MaxMessage), grpc.MaxCallSendMsgSize(pipe.MaxMessage)),
		grpc.WithInitialWindowSize(pipe.Window), grpc.WithInitialConnWindowSize(pipe.Window),
		grpc.WithReadBufferSize(pipe.Buffer), grpc.WithWriteBufferSize(pipe.Buffer),
		grpc.WithIdleTimeout(0), grpc.WithDisableRetry(), grpc.WithDisableServiceConfig(), grpc.WithNoProxy(),
	)
}

// exitCause puts the end of a child into words.
func exitCause(state *os.ProcessState, err error, ours bool, lastWords string) string {
	var s string
	switch signal, code := exitStatus(state); {
	case state == nil:
		s = fmt.Sprintf("its end could not be seen: %v", err)
	case ours && signal == "" && code == 0:
		return "it was told to end"
	case ours && signal != "":
		return "it was ended by the program"
	case signal != "":
		s = "it was ended by signal " + signal
	case code == 0:
		s = "it ended without being told to (exit code 0)"
	default:
		s = fmt.Sprintf("it ended with exit code %d", code)
	}
	if lastWords != "" {
		s += fmt.Sprintf("; the last it wrote: %s", lastWords)
	}
	return s
}
