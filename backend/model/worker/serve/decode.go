package serve

import (
	"encoding/json"
	"errors"

	"google.golang.org/grpc"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/model/worker/workerpb"
	"pixeldetective/backend/picture"
	"pixeldetective/backend/picture/resize"
)

// Decode waits for its turn, says so, waits for the parent's word, and decodes.
func (s *server) Decode(stream grpc.BidiStreamingServer[workerpb.DecodeStep, workerpb.DecodeEvent]) error {
	ctx := stream.Context()
	if err := s.need(ctx, worker.RoleDecode); err != nil {
		return err
	}
	step, err := stream.Recv()
	if err != nil {
		return err
	}
	job, err := jobFrom(step.GetRequest())
	if err != nil {
		return err
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		return status.FromContextError(ctx.Err()).Err()
	}
	decoded, err := func() (*workerpb.Decoded, error) {
		defer func() { <-s.turn }()
		if err := stream.Send(&workerpb.DecodeEvent{Event: &workerpb.DecodeEvent_Begun{Begun: &workerpb.Begun{}}}); err != nil {
			return nil, err
		}
		step, err := stream.Recv()
		if err != nil {
			return nil, err
		}
		if step.GetProceed() == nil {
			return nil, status.Error(codes.Internal, "a step out of turn")
		}
		result, err := s.engines.Decode(ctx, job)
		if err != nil {
			return nil, failure(err)
		}
		return decodedOf(result)
	}()
	if err != nil {
		return err
	}
	return stream.Send(&workerpb.DecodeEvent{Event: &workerpb.DecodeEvent_Decoded{Decoded: decoded}})
}

func jobFrom(r *workerpb.DecodeRequest) (picture.Job, error) {
	if r == nil {
		return picture.Job{}, status.Error(codes.Internal, "a step out of turn")
	}
	job := picture.Job{
		Data: r.GetData(), Extension: r.GetExtension(), Sidecar: r.GetSidecar(), ThumbnailSide: int(r.GetThumbnailSide()),
		Preview: r.GetPreview(),
		Limits:  picture.Limits{MaxPixels: r.GetMaxPixels(), MaxBytes: worker.MaxPhotoBytes},
	}
	for _, in := range r.GetInputs() {
		spec := resize.Spec{Width: int(in.GetWidth()), Height: int(in.GetHeight())}
		switch in.GetFit() {
		case workerpb.InputSpec_FIT_STRETCH:
			spec.Fit = resize.Stretch
		case workerpb.InputSpec_FIT_CENTER_CROP:
			spec.Fit = resize.CenterCrop
		default:
			return picture.Job{}, status.Errorf(codes.Internal, "there is no fit %d", in.GetFit())
		}
		switch in.GetFilter() {
		case workerpb.InputSpec_FILTER_BILINEAR:
			spec.Filter = resize.Bilinear
		case workerpb.InputSpec_FILTER_BICUBIC:
			spec.Filter = resize.Bicubic
		default:
			return picture.Job{}, status.Errorf(codes.Internal, "there is no filter %d", in.GetFilter())
		}
		job.Inputs = append(job.Inputs, spec)
	}
	return job, nil
}

func decodedOf(r picture.Result) (*workerpb.Decoded, error) {
	metadata, err := json.Marshal(r.Metadata)
	if err != nil {
		return nil, status.Error(codes.Internal, "its metadata cannot be written down: "+err.Error())
	}
	return &workerpb.Decoded{
		Inputs: r.Inputs, Thumbnail: r.Thumbnail, Metadata: metadata,
		PixelDigest: r.PixelDigest[:], PerceptualHash: uint64(r.PerceptualHash),
	}, nil
}

var errNoVersion = errors.New("libvips does not say its version")

// startPicture prepares libvips and has it load what it loads lazily: no file can be opened once the sandbox is closed.
func startPicture() (string, error) {
	if err := picture.Startup(); err != nil {
		return "", err
	}
	warm()
	version := picture.Version()
	if version == "" {
		return "", errNoVersion
	}
	return version, nil
}
