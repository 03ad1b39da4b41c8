package onnx

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"pixeldetective/backend/model/catalog"
)

// Options say what to load.
type Options struct {
	File      catalog.File // the graph's
	Folder    string       // where it is
	Name      string       // of the graph in the cache, plain: model-half
	Precision catalog.Precision
	Contract  Contract
	Threads   int    // of one inference, at least 1
	Device    string // a device, or empty for the best there is
	Cache     string // folder for the optimised graph; empty: none is kept
	// Prove makes one inference and says what is wrong with what came out. It is given TestRunLimit.
	Prove        func(context.Context, *Session) error
	TestRunLimit time.Duration
}

// Loaded says how a graph was loaded.
type Loaded struct {
	Device         string // that it runs on
	FallbackReason string // why not on a better one; empty if none was wished for
	FromCache      bool   // the optimised graph was there
}

var (
	// errSlow is the cause of the context's end when a proof takes too long.
	errSlow = errors.New("its test run did not end in time")
	// errProof marks what is wrong with a graph that the runtime accepted.
	errProof = errors.New("its test run failed")
)

// Load makes a session of a graph and proves it with one inference: on the best of the devices wished for that can do
// it, from the optimised graph if there is a good one. What is wrong with the graph itself is a *ContractError; a file
// that is not the manifest's is *catalog.MissingError or *catalog.AlteredError, even if the optimised graph is there.
func (r *Runtime) Load(ctx context.Context, o Options) (*Session, Loaded, error) {
	devices, reason, err := r.candidates(o.Device)
	if err != nil {
		return nil, Loaded{}, err
	}
	var file []byte
	for _, device := range devices {
		c := o.cache(r, device)
		if c != nil && c.complete() {
			session, err := o.loadOptimised(ctx, c, device)
			if session != nil || err != nil {
				return session, Loaded{Device: device, FallbackReason: reason, FromCache: true}, err
			}
		}
		if file == nil {
			if file, err = o.read(ctx); err != nil {
				return nil, Loaded{}, err
			}
		}
		var session *Session
		if session, err = o.loadOriginal(ctx, file, c, device); err == nil {
			return session, Loaded{Device: device, FallbackReason: reason}, nil
		}
		if ctx.Err() != nil {
			return nil, Loaded{}, ctx.Err()
		}
		reason = fmt.Sprintf("%s could not be used: %v", device, err)
	}
	return nil, Loaded{}, &ContractError{File: o.File.Name, Reason: err.Error()}
}

// cache returns the place of the optimised graph, nil if none is to be kept. Other devices than the CPU compile for
// themselves as they start; an optimised graph would save them nothing that counts.
func (o Options) cache(r *Runtime, device string) *cache {
	if o.Cache == "" || device != CPU {
		return nil
	}
	c := newCache(o.Cache, fmt.Sprintf("%s-%s-%s", o.Name, o.Precision, device), o.File.SHA256, r.Version, device, string(o.Precision))
	return &c
}

// read reads the graph's file, and refuses what the runtime must not see.
func (o Options) read(ctx context.Context) ([]byte, error) {
	file, err := catalog.ReadFile(ctx, o.Folder, o.File)
	if err != nil {
		return nil, err
	}
	if err := o.examine(file); err != nil {
		return nil, &ContractError{File: o.File.Name, Reason: err.Error()}
	}
	return file, nil
}

func (o Options) examine(file []byte) error {
	if err := scan(file); err != nil {
		return err
	}
	return o.Contract.check(file)
}

// loadOptimised makes a session of the optimised graph, while the original is compared with its hash: only that is
// needed of it. Neither a session nor an error means that there is no good optimised graph.
func (o Options) loadOptimised(ctx context.Context, c *cache, device string) (*Session, error) {
	verified := make(chan error, 1)
	verifying, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { verified <- catalog.Verify(verifying, o.Folder, o.File) }()

	var session *Session
	data, ok := c.read()
	if ok && o.examine(data) == nil {
		if s, err := o.buildAndProve(ctx, data, device, asItComes, ""); err == nil {
			session = s
		}
	}
	err := <-verified
	if err == nil {
		err = ctx.Err()
	}
	if err != nil {
		if session != nil {
			session.Close()
		}
		return nil, err
	}
	if session == nil {
		c.remove()
	}
	return session, nil
}

// loadOriginal makes a session of the graph as it was delivered, and keeps what the runtime makes of it.
func (o Options) loadOriginal(ctx context.Context, file []byte, c *cache, device string) (*Session, error) {
	written := ""
	if c != nil {
		written = c.begin()
	}
	session, err := o.buildAndProve(ctx, file, device, optimised, written)
	if written == "" {
		return session, err
	}
	if err != nil {
		_ = os.Remove(written)
		if ctx.Err() != nil || errors.Is(err, errProof) {
			return nil, err
		}
		// The disk may be full: a cache that cannot be written must not cost the model.
		return o.buildAndProve(ctx, file, device, optimised, "")
	}
	if c.commit(written) != nil {
		c.remove()
	}
	return session, nil
}

func (o Options) buildAndProve(ctx context.Context, file []byte, device string, l level, keep string) (*Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := build(file, o.Contract, o.Threads, device, l, keep)
	if err != nil {
		return nil, fmt.Errorf("ONNX Runtime does not accept it (%s)", plain(err))
	}
	proving, cancel := context.WithTimeoutCause(ctx, o.TestRunLimit, errSlow)
	defer cancel()
	err = o.Prove(proving, s)
	if err == nil {
		return s, nil
	}
	s.Close()
	if errors.Is(err, errSlow) {
		return nil, fmt.Errorf("%w (it did not end within %s)", errProof, o.TestRunLimit)
	}
	return nil, fmt.Errorf("%w (%s)", errProof, plain(err))
}

func names(tensors []catalog.Tensor) []string {
	list := make([]string, len(tensors))
	for i, t := range tensors {
		list[i] = t.Name
	}
	return list
}
