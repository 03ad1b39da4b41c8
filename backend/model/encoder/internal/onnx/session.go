package onnx

import (
	"context"
	"errors"
	"fmt"
	"slices"

	ort "github.com/yalue/onnxruntime_go"

	"pixeldetective/backend/model/catalog"
)

// Tensor is a view of numbers with a shape. One of Floats, Ints and Bools is set and holds the shape's product of
// numbers; it is empty but not nil where the shape has a 0. An output with none of them set is made by the graph: Run sets
// its Shape and Floats.
type Tensor struct {
	Shape  []int64
	Floats []float32
	Ints   []int64
	Bools  []bool
}

// Session is a graph in memory. Run may not be called while another Run or Close of the same session is under way.
type Session struct {
	session *ort.DynamicAdvancedSession
}

// level is how much a graph is optimised when a session is built.
type level int

const (
	optimised   level   = iota // all, among them what fits this processor alone
	asItComes                  // for graphs that were optimised before
	levelInName = "all"        // names optimised in the key of the cache
)

// build makes a session. If keep is not empty, the optimised graph is written to that path.
func build(file []byte, c Contract, threads int, device string, l level, keep string) (*Session, error) {
	options, err := ort.NewSessionOptions()
	if err != nil {
		return nil, err
	}
	defer options.Destroy() //nolint:errcheck // nothing to be done about it
	optimisation := ort.GraphOptimizationLevel(ort.GraphOptimizationLevelEnableAll)
	if l == asItComes {
		optimisation = ort.GraphOptimizationLevelDisableAll
	}
	settings := []func() error{
		func() error { return options.SetIntraOpNumThreads(threads) },
		func() error { return options.SetInterOpNumThreads(1) },
		func() error { return options.SetExecutionMode(ort.ExecutionModeSequential) },
		func() error { return options.SetGraphOptimizationLevel(optimisation) },
		func() error { return options.SetLogSeverityLevel(ort.LoggingLevelFatal) },
		// Measured with the starter's image graph, two cores: with the arena and without patterns 163 MB and 42 ms a
		// picture; without the arena 250 MB and 83 ms (each large tensor is mapped, touched and unmapped anew); with
		// both 280 MB and 48 ms.
		func() error { return options.SetCpuMemArena(true) },
		func() error { return options.SetMemPattern(false) },
		// Threads that spin between two runs take the cores from decoding.
		func() error { return options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0") },
		func() error { return options.AddSessionConfigEntry("session.inter_op.allow_spinning", "0") },
		func() error { return appendProvider(options, device) },
	}
	if keep != "" {
		settings = append(settings, func() error { return options.SetOptimizedModelFilePath(keep) })
	}
	for _, set := range settings {
		if err := set(); err != nil {
			return nil, err
		}
	}
	session, err := ort.NewDynamicAdvancedSessionWithONNXData(file, names(c.Inputs), names(c.Outputs), options)
	if err != nil {
		return nil, err
	}
	return &Session{session: session}, nil
}

// Run makes one inference. Inputs and outputs come in the contract's order; the outputs' numbers are written in place,
// and it is an error if the graph's outputs have other shapes, but for those that the graph makes itself. It returns soon after the context is done, with the
// context's error; what outputs hold then is undefined.
func (s *Session) Run(ctx context.Context, inputs, outputs []Tensor) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	in, err := values(inputs, false)
	defer destroy(in)
	if err != nil {
		return err
	}
	out, err := values(outputs, true)
	defer func() { destroy(out) }()
	if err != nil {
		return err
	}
	options, err := ort.NewRunOptions()
	if err != nil {
		return err
	}
	defer options.Destroy() //nolint:errcheck // nothing to be done about it
	terminated := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(terminated)
		_ = options.Terminate() // the run ends by itself, if later
	})
	err = s.session.RunWithOptions(in, out, options)
	if !stop() {
		<-terminated // the options must outlive the call
		if err != nil {
			return context.Cause(ctx)
		}
	}
	if err != nil {
		return err
	}
	return receive(outputs, out)
}

// receive copies the outputs that the graph made itself.
func receive(outputs []Tensor, made []ort.Value) error {
	for i := range outputs {
		t := &outputs[i]
		if !t.open() {
			continue
		}
		v, ok := made[i].(*ort.Tensor[float32])
		if !ok {
			return fmt.Errorf("output %d is not of the type %s", i, catalog.Float32)
		}
		t.Shape, t.Floats = slices.Clone(v.GetShape()), append([]float32{}, v.GetData()...)
	}
	return nil
}

// open says whether a tensor has no numbers yet.
func (t Tensor) open() bool { return t.Floats == nil && t.Ints == nil && t.Bools == nil }

// Close frees the session.
func (s *Session) Close() {
	_ = s.session.Destroy() // it frees, and has no error to tell
}

// values wraps tensors for the runtime, which reads and writes their memory in place. Where open is true, those without
// numbers are left to the runtime.
func values(tensors []Tensor, open bool) ([]ort.Value, error) {
	list := make([]ort.Value, 0, len(tensors))
	for i, t := range tensors {
		var v ort.Value
		var err error
		switch {
		case t.Floats != nil:
			v, err = wrap(t.Shape, t.Floats)
		case t.Ints != nil:
			v, err = wrap(t.Shape, t.Ints)
		case t.Bools != nil:
			v, err = wrap(t.Shape, t.Bools)
		case open:
		default:
			err = errors.New("it has no numbers")
		}
		if err != nil {
			return list, fmt.Errorf("tensor %d: %w", i, err)
		}
		list = append(list, v)
	}
	return list, nil
}

func wrap[T float32 | int64 | bool](shape []int64, numbers []T) (ort.Value, error) {
	if n := ort.Shape(shape).FlattenedSize(); n != int64(len(numbers)) {
		return nil, fmt.Errorf("the shape %v does not hold %d numbers", shape, len(numbers))
	}
	return ort.NewTensor(ort.NewShape(shape...), numbers)
}

func destroy(values []ort.Value) {
	for _, v := range values {
		if v == nil { // the runtime never came to make it
			continue
		}
		_ = v.Destroy() // it frees, and has no error to tell
	}
}
