package serve

import (
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"math"
	"runtime/debug"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/model/worker/workerpb"
)

// Load brings the graph of this role into memory. A process holds one.
func (s *server) Load(ctx context.Context, r *workerpb.LoadRequest) (*workerpb.LoadReply, error) {
	if err := s.wait(ctx); err != nil {
		return nil, err
	}
	graphs := map[worker.Role]catalog.GraphName{worker.RoleText: catalog.GraphText, worker.RoleImage: catalog.GraphImage}
	if graph, ok := graphs[s.role]; !ok || string(graph) != r.GetGraph() {
		return nil, status.Errorf(codes.FailedPrecondition, "a %s worker cannot load the %q graph", s.role, r.GetGraph())
	}
	var model catalog.Model
	if err := json.Unmarshal(r.GetModel(), &model); err != nil {
		return nil, status.Errorf(codes.FailedPrecondition, "the model's manifest cannot be read: %v", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ref != "" {
		return nil, status.Errorf(codes.FailedPrecondition, "this worker holds %s already", s.ref)
	}
	o := encoder.LoadOptions{
		Model: model, Folder: r.GetFolder(), Cache: r.GetCache(), RuntimeLibrary: r.GetRuntimeLibrary(),
		Threads: int(r.GetThreads()), Device: r.GetDevice(),
	}
	unbind, err := bindLoad(model, r.GetDevice())
	if err != nil {
		s.log.Warn().Err(err).Msg("the model is loaded without a bound on its memory")
	}
	defer unbind()
	var loaded encoder.Loaded
	if s.role == worker.RoleText {
		s.text, loaded, err = s.engines.LoadText(ctx, o)
	} else {
		s.image, loaded, err = s.engines.LoadImage(ctx, o)
	}
	if err != nil {
		s.text, s.image = nil, nil
		return nil, failure(err)
	}
	s.ref = model.Ref().String()
	debug.FreeOSMemory() // the files' bytes
	resident, _, err := s.memory.read()
	if err != nil {
		s.log.Debug().Err(err).Msg("the worker's memory cannot be read")
	}
	return &workerpb.LoadReply{
		Device: loaded.Device, FallbackReason: loaded.FallbackReason, Runtime: loaded.Runtime, FromCache: loaded.FromCache,
		MemoryBytes: resident,
	}, nil
}

// EncodeText turns texts into vectors.
func (s *server) EncodeText(ctx context.Context, r *workerpb.EncodeTextRequest) (*workerpb.EncodeTextReply, error) {
	if err := s.need(ctx, worker.RoleText); err != nil {
		return nil, err
	}
	if err := s.loaded(r.GetModel()); err != nil {
		return nil, err
	}
	vectors, err := s.text.Encode(ctx, r.GetTexts())
	if err != nil {
		return nil, failure(err)
	}
	b, dimension, err := pack(vectors, len(r.GetTexts()))
	if err != nil {
		return nil, err
	}
	return &workerpb.EncodeTextReply{Vectors: b, Dimension: dimension}, nil
}

// EncodeImages turns pixels into vectors and tags.
func (s *server) EncodeImages(ctx context.Context, r *workerpb.EncodeImagesRequest) (*workerpb.EncodeImagesReply, error) {
	if err := s.need(ctx, worker.RoleImage); err != nil {
		return nil, err
	}
	if err := s.loaded(r.GetModel()); err != nil {
		return nil, err
	}
	embeddings, err := s.image.Encode(ctx, r.GetPixels())
	if err != nil {
		return nil, failure(err)
	}
	vectors := make([][]float32, len(embeddings))
	reply := &workerpb.EncodeImagesReply{}
	for i, e := range embeddings {
		vectors[i] = e.Vector
		tags := &workerpb.Tags{}
		for _, t := range e.Tags {
			tags.Tags = append(tags.Tags, &workerpb.Tag{Name: t.Name, Kind: t.Kind, Score: t.Score})
		}
		reply.Tags = append(reply.Tags, tags)
	}
	if reply.Vectors, reply.Dimension, err = pack(vectors, len(r.GetPixels())); err != nil {
		return nil, err
	}
	return reply, nil
}

// loaded checks that the model that is asked for is the one that is here: vectors of two models must never be mixed.
func (s *server) loaded(ref string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ref == "" || s.ref != ref {
		return status.Errorf(codes.FailedPrecondition, "this worker holds %q and was asked for %q", s.ref, ref)
	}
	return nil
}

// pack writes n vectors of one length one after the other, as little-endian float32.
func pack(vectors [][]float32, n int) ([]byte, uint32, error) {
	if len(vectors) != n || n == 0 {
		return nil, 0, status.Error(codes.Internal, fmt.Sprintf("the encoder made %d vectors of %d", len(vectors), n))
	}
	d := len(vectors[0])
	b := make([]byte, 0, n*d*4)
	for _, v := range vectors {
		if len(v) != d {
			return nil, 0, status.Error(codes.Internal, "the encoder made vectors of different lengths")
		}
		for _, x := range v {
			b = binary.LittleEndian.AppendUint32(b, math.Float32bits(x))
		}
	}
	return b, uint32(d), nil
}
