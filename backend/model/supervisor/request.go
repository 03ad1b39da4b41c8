package supervisor

import (
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// kind is what a request asks for.
type kind uint8

const (
	decode kind = iota
	encodeText
	encodeImages
)

// whereabouts is where a request is; it goes forward, and from working back to waiting.
type whereabouts uint8

const (
	arriving whereabouts = iota
	waiting
	working
	answered
)

// request is one piece of work of one caller. Its what-is-asked never changes; the rest belongs to the owner.
type request struct {
	kind     kind
	priority Priority
	ref      photo.ModelRef // the model that shall do it; zero: the one that answers
	alone    bool           // in a decoder with nothing else in flight
	job      worker.DecodeJob
	texts    []string
	pixels   [][]byte
	reply    chan answer // room for one

	number   uint64
	attempts int  // times it was sent to a worker
	begun    bool // its decoder has taken it up
	where    whereabouts
}

// graph returns the graph that a request needs; "" for decoding.
func (r *request) graph() catalog.GraphName {
	switch r.kind {
	case encodeText:
		return catalog.GraphText
	case encodeImages:
		return catalog.GraphImage
	default:
		return ""
	}
}

// answer is what a request gets, once.
type answer struct {
	decoded    worker.Decoded
	vectors    [][]float32
	embeddings []worker.Embedding
	model      catalog.Model
	err        error
}
