package encoder

import (
	"context"
	"runtime"
	"runtime/debug"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder/internal/onnx"
)

const (
	// testRunLimit is how long a test run may take by default. The largest models take a second on the slowest of
	// computers that the program is made for.
	testRunLimit = 30 * time.Second
	// textThreads is the default for texts: a query has 3 to 10 tokens, too few to be worth a second thread.
	textThreads = 1
)

// loadGraph reads a graph's file, checks it, and makes a session that prove has approved.
func loadGraph(ctx context.Context, o LoadOptions, name catalog.GraphName, g *catalog.Graph, c onnx.Contract,
	prove func(context.Context, *onnx.Session) error,
) (*onnx.Session, Loaded, error) {
	rt, err := onnx.Open(o.RuntimeLibrary)
	if err != nil {
		return nil, Loaded{}, err
	}
	file, _ := o.Model.File(g.Variants[g.Default]) // it was validated to be there
	threads, limit := o.Threads, o.TestRunLimit
	if threads <= 0 {
		threads = textThreads
		if name != catalog.GraphText {
			threads = runtime.GOMAXPROCS(0)
		}
	}
	if limit <= 0 {
		limit = testRunLimit
	}
	session, loaded, err := rt.Load(ctx, onnx.Options{
		File: file, Folder: o.Folder,
		Name: o.Model.ID + "-" + string(name), Precision: g.Default,
		Contract: c, Threads: threads, Device: o.Device, Cache: o.Cache,
		Prove: prove, TestRunLimit: limit,
	})
	// The file and its optimised form were in memory, and the runtime has copies of its own by now.
	debug.FreeOSMemory()
	if err != nil {
		return nil, Loaded{}, err
	}
	return session, Loaded{
		Device: loaded.Device, FallbackReason: loaded.FallbackReason, Runtime: rt.Version, FromCache: loaded.FromCache,
	}, nil
}

// readModelFile reads one of the model's files and checks its hash. The manifest was validated, so it has an entry.
func readModelFile(ctx context.Context, o LoadOptions, name string) ([]byte, error) {
	file, _ := o.Model.File(name)
	return catalog.ReadFile(ctx, o.Folder, file)
}
