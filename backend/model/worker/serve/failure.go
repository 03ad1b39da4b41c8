package serve

import (
	"context"
	"errors"
	"strings"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder"
	"pixeldetective/backend/model/worker/workerpb"
	"pixeldetective/backend/picture"
)

// failure turns an error into the status that the parent's side knows: INVALID_ARGUMENT for a photo that was refused,
// FAILED_PRECONDITION with a Problem for a model that was. Unavailable is never used: gRPC says that of a dead child.
func failure(err error) error {
	var (
		refused  *picture.RefusedError
		altered  *catalog.AlteredError
		missing  *catalog.MissingError
		contract *encoder.ContractError
		library  *encoder.RuntimeError
	)
	problem := &workerpb.Problem{Reason: sentence(err)}
	switch {
	case errors.As(err, &refused):
		return status.Error(codes.InvalidArgument, clean(refused.Reason))
	case errors.As(err, &altered):
		problem.Kind = workerpb.Problem_KIND_ALTERED
		problem.File, problem.Want, problem.Have = clean(altered.File), clean(altered.Want), clean(altered.Have)
	case errors.As(err, &missing):
		problem.Kind, problem.File = workerpb.Problem_KIND_MISSING, clean(missing.File)
		if missing.Err != nil {
			problem.Have = sentence(missing.Err)
		}
	case errors.As(err, &contract):
		problem.Kind, problem.File = workerpb.Problem_KIND_CONTRACT, clean(contract.File)
	case errors.As(err, &library):
		problem.Kind, problem.File = workerpb.Problem_KIND_RUNTIME, clean(library.Path)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return status.FromContextError(err).Err()
	default:
		return status.Error(codes.Internal, sentence(err))
	}
	s := status.New(codes.FailedPrecondition, problem.GetReason())
	if detailed, err := s.WithDetails(problem); err == nil {
		s = detailed
	}
	return s.Err()
}

func sentence(err error) string { return clean(err.Error()) }

// clean makes a text fit for a status: valid UTF-8 of bounded length, as gRPC puts it into a header.
func clean(s string) string {
	const limit = 1000
	if len(s) > limit {
		s = s[:limit] + "…"
	}
	return strings.ToValidUTF8(s, "")
}
