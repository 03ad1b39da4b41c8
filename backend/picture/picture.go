package picture

import (
	"context"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/resize"
)

// Limits bounds what Decode takes on. They are judged from the file's header before pixels are allocated.
type Limits struct {
	MaxPixels uint64 // width × height; 0: DefaultMaxPixels
	MaxBytes  int64  // of the file; 0: DefaultMaxBytes
}

// The limits that hold where a Job names none.
const (
	DefaultMaxPixels uint64 = 200e6
	DefaultMaxBytes  int64  = 256 << 20
)

// Job is one photo and what is wanted of it.
type Job struct {
	Data          []byte
	Extension     string // lower case, without the dot; a hint, content decides
	Sidecar       []byte // XMP beside the photo; nil if none
	Inputs        []resize.Spec
	ThumbnailSide int // longest side in pixels; 0: no thumbnail
	Limits        Limits
}

// Result is what Decode makes of a photo.
type Result struct {
	Inputs         [][]byte // one for each of Job.Inputs: Width × Height × 3 bytes, RGB, row by row
	Thumbnail      []byte   // JPEG or WebP; nil if none was wanted
	Metadata       photo.Metadata
	PixelDigest    photo.PixelDigest
	PerceptualHash photo.PerceptualHash
}

// RefusedError says that a photo was looked at and not taken. Reason is a sentence for people.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Startup prepares libvips. Call it once in a process, before Decode and before a sandbox closes.
func Startup() error { return nil }

// Shutdown gives libvips' memory back. Decode must not be called after it.
func Shutdown() {}

// Version returns the version of libvips, such as "8.14.1".
func Version() string { return "" }

// Decode makes of a photo what j asks for. Anything wrong with the photo is a *RefusedError; other errors are ctx's.
func Decode(ctx context.Context, j Job) (Result, error) {
	return Result{}, &RefusedError{Reason: "not there yet"}
}
