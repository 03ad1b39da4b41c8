package worker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pixeldetective/backend/model/worker/internal/pipe"
	"pixeldetective/backend/model/worker/workerpb"
	"pixeldetective/backend/photo"
)

// errUnexpected says that a child answered out of turn.
var errUnexpected = errors.New("it answered out of turn")

// errEnded is what gRPC says of a child that is gone.
var errEnded = status.Error(codes.Unavailable, "it ended")

// Decode has a photo decoded. The child decodes one at a time and may be sent the next one meanwhile: see DecodeJob.Begun.
// Errors: *RefusedError, *CrashError, ctx's; any other means that the child answered nonsense.
func (p *Process) Decode(ctx context.Context, j DecodeJob) (Decoded, error) {
	request, err := decodeRequest(j)
	if err != nil {
		return Decoded{}, err
	}
	inner, cancel := context.WithCancel(ctx)
	defer cancel() // tells the child to give up, if it has not finished
	begun := false
	reply, err := func() (*workerpb.Decoded, error) {
		stream, err := p.client.Decode(inner)
		if err != nil {
			return nil, err
		}
		if err := send(stream, &workerpb.DecodeStep{Step: &workerpb.DecodeStep_Request{Request: request}}); err != nil {
			return nil, err
		}
		event, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		if event.GetBegun() == nil {
			return nil, errUnexpected
		}
		// The photo before this one must have arrived: else two would seem to be in hand if the child died now.
		select {
		case p.inHand <- struct{}{}:
			defer func() { <-p.inHand }()
		case <-p.exited:
			return nil, errEnded
		case <-ctx.Done():
			return nil, ctx.Err()
		}
		begun = true
		if j.Begun != nil {
			j.Begun()
		}
		if err := send(stream, &workerpb.DecodeStep{Step: &workerpb.DecodeStep_Proceed{Proceed: &workerpb.Proceed{}}}); err != nil {
			return nil, err
		}
		if event, err = stream.Recv(); err != nil {
			return nil, err
		}
		if event.GetDecoded() == nil {
			return nil, errUnexpected
		}
		return event.GetDecoded(), nil
	}()
	if err != nil {
		return Decoded{}, p.callError(ctx, err, begun)
	}
	d, err := decodedFrom(reply, j)
	if err != nil {
		return Decoded{}, fmt.Errorf("the decode worker (process %d) answered nonsense: %w", p.pid, err)
	}
	return d, nil
}

// send sends one step. If the stream has ended, its status is the error.
func send(stream grpc.BidiStreamingClient[workerpb.DecodeStep, workerpb.DecodeEvent], step *workerpb.DecodeStep) error {
	err := stream.Send(step)
	if errors.Is(err, io.EOF) {
		if _, err = stream.Recv(); err == nil {
			return errUnexpected
		}
	}
	return err
}

// Load has one graph of a model brought into memory. A process holds one graph. Errors: *LoadError, *CrashError, ctx's.
func (p *Process) Load(ctx context.Context, j LoadJob) (Loaded, error) {
	model, err := json.Marshal(j.Model)
	if err != nil {
		return Loaded{}, &LoadError{Kind: LoadFailed, Reason: "the model's manifest cannot be written down: " + err.Error()}
	}
	reply, err := p.client.Load(ctx, &workerpb.LoadRequest{
		Model: model, Folder: j.Folder, Graph: string(j.Graph), Cache: j.Cache,
		RuntimeLibrary: j.RuntimeLibrary, Threads: uint32(max(0, j.Threads)), Device: j.Device,
	})
	if err != nil {
		err = p.callError(ctx, err, true)
		var crash *CrashError
		var load *LoadError
		if !errors.As(err, &crash) && !errors.As(err, &load) && ctx.Err() == nil {
			err = &LoadError{Kind: LoadFailed, Reason: err.Error(), Err: err}
		}
		return Loaded{}, err
	}
	p.dimension.Store(int64(j.Model.Dimension))
	return Loaded{
		Device: bounded(reply.GetDevice(), 80), FallbackReason: bounded(reply.GetFallbackReason(), maxSentence),
		Runtime: bounded(reply.GetRuntime(), 80), FromCache: reply.GetFromCache(), MemoryBytes: reply.GetMemoryBytes(),
	}, nil
}

// EncodeText turns texts into vectors of length 1, one each. Errors: *CrashError, ctx's; any other means that the child
// has another model, or answered nonsense.
func (p *Process) EncodeText(ctx context.Context, ref photo.ModelRef, texts []string) ([][]float32, error) {
	if len(texts) == 0 {
		return nil, nil
	}
	clean := make([]string, len(texts))
	for i, t := range texts {
		clean[i] = strings.ToValidUTF8(t, "\ufffd")
	}
	reply, err := p.client.EncodeText(ctx, &workerpb.EncodeTextRequest{Model: ref.String(), Texts: clean})
	if err != nil {
		return nil, p.callError(ctx, err, true)
	}
	vectors, err := vectorsFrom(reply.GetVectors(), reply.GetDimension(), int(p.dimension.Load()), len(texts))
	if err != nil {
		return nil, fmt.Errorf("the text worker (process %d) answered nonsense: %w", p.pid, err)
	}
	return vectors, nil
}

// EncodeImages turns pixels, each as one of Decoded.Inputs, into vectors of length 1 and tags, one each. Errors as
// EncodeText's.
func (p *Process) EncodeImages(ctx context.Context, ref photo.ModelRef, pixels [][]byte) ([]Embedding, error) {
	if len(pixels) == 0 {
		return nil, nil
	}
	total := 0
	for _, b := range pixels {
		total += len(b)
	}
	if total > pipe.MaxMessage-1<<20 {
		return nil, fmt.Errorf("%d pictures of %d bytes in all are too many for one batch", len(pixels), total)
	}
	reply, err := p.client.EncodeImages(ctx, &workerpb.EncodeImagesRequest{Model: ref.String(), Pixels: pixels})
	if err != nil {
		return nil, p.callError(ctx, err, true)
	}
	embeddings, err := embeddingsFrom(reply, int(p.dimension.Load()), len(pixels))
	if err != nil {
		return nil, fmt.Errorf("the image worker (process %d) answered nonsense: %w", p.pid, err)
	}
	return embeddings, nil
}

// Memory asks what the child's process holds.
func (p *Process) Memory(ctx context.Context) (Memory, error) {
	reply, err := p.client.Memory(ctx, &workerpb.MemoryRequest{})
	if err != nil {
		return Memory{}, p.callError(ctx, err, false)
	}
	return Memory{Resident: reply.GetResidentBytes(), Unique: reply.GetUniqueBytes()}, nil
}

// decodeRequest writes a job down. What is over the limits is refused here: the child never sees it.
func decodeRequest(j DecodeJob) (*workerpb.DecodeRequest, error) {
	if len(j.Data) > MaxPhotoBytes {
		return nil, &RefusedError{Reason: fmt.Sprintf("the file has %d MB, and files over %d MB are not read",
			len(j.Data)>>20, MaxPhotoBytes>>20)}
	}
	sidecar := j.Sidecar
	if len(sidecar) > MaxSidecarBytes {
		sidecar = nil // the photo is worth having without
	}
	r := &workerpb.DecodeRequest{
		Data: j.Data, Extension: strings.ToValidUTF8(j.Extension, ""), Sidecar: sidecar,
		ThumbnailSide: uint32(min(max(0, j.ThumbnailSide), maxSide)), MaxPixels: maxPixels(j), Preview: j.Preview,
	}
	for _, in := range j.Inputs {
		if in.Width < 1 || in.Height < 1 || in.Width > maxSide || in.Height > maxSide {
			return nil, fmt.Errorf("an input of %d × %d pixels cannot be asked for", in.Width, in.Height)
		}
		spec := &workerpb.InputSpec{Width: uint32(in.Width), Height: uint32(in.Height)}
		switch in.Fit {
		case "stretch":
			spec.Fit = workerpb.InputSpec_FIT_STRETCH
		case "center-crop":
			spec.Fit = workerpb.InputSpec_FIT_CENTER_CROP
		default:
			return nil, fmt.Errorf("there is no fit %q", in.Fit)
		}
		switch in.Filter {
		case "bilinear":
			spec.Filter = workerpb.InputSpec_FILTER_BILINEAR
		case "bicubic":
			spec.Filter = workerpb.InputSpec_FILTER_BICUBIC
		default:
			return nil, fmt.Errorf("there is no filter %q", in.Filter)
		}
		r.Inputs = append(r.Inputs, spec)
	}
	return r, nil
}

func maxPixels(j DecodeJob) uint64 {
	if j.MaxPixels == 0 {
		return DefaultMaxPixels
	}
	return j.MaxPixels
}
