package picture

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/container"
	"pixeldetective/backend/picture/metadata"
	"pixeldetective/backend/picture/resize"
)

// MinSide is how long both sides of the pixel buffer stay when a photo is shrunk while it is decoded: about twice the largest
// input that a model wants (384), and a quarter of the shorter side of the most common sensors (4000×3000, 4032×3024),
// which a rounder 768 would decode at half their size and a third slower. It does not depend on the inputs that a Job names, so that the digest of a photo's
// pixels is the same for every model.
const MinSide = 750

// Limits bounds what Decode takes on. They are judged from the file's header before pixels are allocated.
type Limits struct {
	MaxPixels uint64 // width × height; 0: DefaultMaxPixels
	MaxBytes  int64  // of the file; 0: DefaultMaxBytes

	minSide int // how long both sides stay when the picture is shrunk while it is decoded; 0: MinSide
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
	// Preview decodes the pixels as large as the thumbnail needs them, and makes no fingerprints: they are those of pixels
	// that were shrunk to MinSide.
	Preview bool
	Limits  Limits
}

// Result is what Decode makes of a photo.
type Result struct {
	Inputs         [][]byte // one for each of Job.Inputs: Width × Height × 3 bytes, RGB, row by row
	Thumbnail      []byte   // JPEG; nil if none was wanted
	Metadata       photo.Metadata
	PixelDigest    photo.PixelDigest
	PerceptualHash photo.PerceptualHash
}

// RefusedError says that a photo was looked at and not taken. Reason is a sentence for people.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// Decode makes of a photo what j asks for. Anything wrong with the photo is a *RefusedError; an input that cannot be asked
// for is an error of the caller; other errors are ctx's, which is looked at between the steps. Calls wait for each other.
func Decode(ctx context.Context, j Job) (Result, error) {
	if j.Preview && (j.ThumbnailSide <= 0 || len(j.Inputs) > 0) {
		return Result{}, errors.New("picture: a preview is a thumbnail and nothing else")
	}
	for _, s := range j.Inputs {
		if !s.Valid() {
			return Result{}, fmt.Errorf("picture: no such input: %+v", s)
		}
	}
	if j.Limits.MaxPixels == 0 {
		j.Limits.MaxPixels = DefaultMaxPixels
	}
	if j.Limits.MaxBytes == 0 {
		j.Limits.MaxBytes = DefaultMaxBytes
	}
	if n := int64(len(j.Data)); n > j.Limits.MaxBytes {
		return Result{}, &RefusedError{fmt.Sprintf("The file is too large: %d MiB, the limit is %d MiB.", n>>20, j.Limits.MaxBytes>>20)}
	}
	f, err := container.Open(j.Data, strings.ToLower(j.Extension), container.Limits{MaxPixels: j.Limits.MaxPixels})
	if err != nil {
		return Result{}, refused(err)
	}
	m := metadata.Read(f, j.Sidecar)
	if f.Upright {
		m.Orientation = 0
	}
	if j.Preview {
		j.Limits.minSide = shortestSide(f.Width, f.Height, j.ThumbnailSide)
	}
	turn.Lock()
	defer turn.Unlock()
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	b, err := decodePixels(f, m.Orientation, j.Limits)
	if err != nil {
		return Result{}, refused(err)
	}
	defer b.free()
	m.Format, m.Damaged = string(f.Format), b.damaged
	m.Width, m.Height = b.fullWidth, b.fullHeight
	return finish(ctx, j, b.pixels, m)
}

// finish makes inputs, thumbnail and fingerprints of the upright pixels.
func finish(ctx context.Context, j Job, pixels *resize.RGB, m photo.Metadata) (Result, error) {
	r := Result{Metadata: m}
	if j.Preview {
		small := reduce(pixels, j.ThumbnailSide)
		var err error
		if r.Thumbnail, err = encodePicture(small.Pix, small.Width, small.Height, previewQuality); err != nil {
			return Result{}, refused(err)
		}
		return r, nil
	}
	r.PixelDigest = pixelDigest(pixels)
	for _, s := range j.Inputs {
		if err := ctx.Err(); err != nil {
			return Result{}, err
		}
		r.Inputs = append(r.Inputs, resize.Resize(pixels, s).Pix)
	}
	if err := ctx.Err(); err != nil {
		return Result{}, err
	}
	small := reduce(pixels, smallSide)
	r.PerceptualHash = perceptualHash(small)
	if j.ThumbnailSide > 0 {
		if j.ThumbnailSide != smallSide {
			small = reduce(pixels, j.ThumbnailSide)
		}
		var err error
		if r.Thumbnail, err = encodeThumbnail(small.Pix, small.Width, small.Height); err != nil {
			return Result{}, refused(err)
		}
	}
	return r, nil
}

// refused turns any error about a photo into a *RefusedError.
func refused(err error) error {
	var r *container.RefusedError
	if errors.As(err, &r) {
		return &RefusedError{r.Reason}
	}
	var own *RefusedError
	if errors.As(err, &own) {
		return own
	}
	if strings.Contains(err.Error(), "out of memory") { // libvips, and the limit of this process's memory
		return &RefusedError{"The picture needs more memory than reading one may take."}
	}
	return &RefusedError{fmt.Sprintf("The picture cannot be decoded: %s.", strings.TrimRight(err.Error(), ". "))}
}
