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
	File      catalog.File // for its name and its hash
	Bytes     []byte       // of the file, their hash already compared with File's
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

// errSlow is the cause of the context's end when a proof takes too long.
var errSlow = errors.New("its test run did not end in time")

// Load makes a session of a graph and proves it with one inference: on the best of the devices wished for that can do
// it, from the optimised graph if there is a good one. What is wrong with the graph itself is a *ContractError.
func (r *Runtime) Load(ctx context.Context, o Options) (*Session, Loaded, error) {
	if err := scan(o.Bytes); err != nil {
		return nil, Loaded{}, &ContractError{File: o.File.Name, Reason: err.Error()}
	}
	if err := o.Contract.check(o.Bytes); err != nil {
		return nil, Loaded{}, &ContractError{File: o.File.Name, Reason: err.Error()}
	}
	devices, reason, err := r.candidates(o.Device)
	if err != nil {
		return nil, Loaded{}, err
	}
	for _, device := range devices {
		var session *Session
		var fromCache bool
		session, fromCache, err = r.loadOn(ctx, o, device)
		if err == nil {
			return session, Loaded{Device: device, FallbackReason: reason, FromCache: fromCache}, nil
		}
		if ctx.Err() != nil {
			return nil, Loaded{}, ctx.Err()
		}
		reason = fmt.Sprintf("%s could not be used: %v", device, err)
	}
	return nil, Loaded{}, &ContractError{File: o.File.Name, Reason: err.Error()}
}

// loadOn makes and proves a session on one device.
func (r *Runtime) loadOn(ctx context.Context, o Options, device string) (s *Session, fromCache bool, err error) {
	// Other devices compile for themselves as they start; an optimised graph would save them nothing that counts.
	if o.Cache == "" || device != CPU {
		s, err = o.buildAndProve(ctx, o.Bytes, device, optimised, "")
		return s, false, err
	}
	c := newCache(o.Cache, fmt.Sprintf("%s-%s-%s", o.Name, o.Precision, device), o.File.SHA256, r.Version, device, string(o.Precision))
	if data, ok := c.read(); ok {
		if scan(data) == nil && o.Contract.check(data) == nil {
			if s, err := o.buildAndProve(ctx, data, device, asItComes, ""); err == nil {
				return s, true, nil
			}
		}
		if ctx.Err() != nil {
			return nil, false, ctx.Err()
		}
		c.remove()
	}
	written := c.begin()
	s, err = o.buildAndProve(ctx, o.Bytes, device, optimised, written)
	if written == "" {
		return s, false, err
	}
	if err != nil {
		_ = os.Remove(written)
		if ctx.Err() != nil || errors.Is(err, errProof) {
			return nil, false, err
		}
		// The disk may be full: a cache that cannot be written must not cost the model.
		s, err = o.buildAndProve(ctx, o.Bytes, device, optimised, "")
		return s, false, err
	}
	if c.commit(written) != nil {
		c.remove()
	}
	return s, false, nil
}

// errProof marks what is wrong with a graph that the runtime accepted.
var errProof = errors.New("its test run failed")

func (o Options) buildAndProve(ctx context.Context, file []byte, device string, l level, keep string) (*Session, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	s, err := build(file, o.Contract, o.Threads, device, l, keep)
	if err != nil {
		return nil, fmt.Errorf("ONNX Runtime does not accept it (%w)", err)
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
	return nil, fmt.Errorf("%w (%w)", errProof, err)
}

func names(tensors []catalog.Tensor) []string {
	list := make([]string, len(tensors))
	for i, t := range tensors {
		list[i] = t.Name
	}
	return list
}
