package worker

import (
	"fmt"
	"time"

	"pixeldetective/backend/photo"
)

// Role is what a child process does.
type Role string

// The roles of a child process.
const (
	RoleDecode Role = "decode"
	RoleText   Role = "text"
	RoleImage  Role = "image"
)

// InputSpec is a picture that a model wants: Width × Height RGB bytes made of the upright photo.
type InputSpec struct {
	Width, Height int
	Fit           string // stretch, center-crop
	Filter        string // bilinear, bicubic
}

// DecodeJob is one photo's bytes and what is wanted of them.
type DecodeJob struct {
	Data          []byte
	Extension     string // lower case, without the dot; a hint, content decides
	Sidecar       []byte // XMP beside the photo; nil if none
	Inputs        []InputSpec
	ThumbnailSide int    // longest side in pixels; 0: no thumbnail
	MaxPixels     uint64 // a photo of more is refused; 0: DefaultMaxPixels
	// Preview says that the thumbnail is to be looked at closely and that nothing else is wanted: Inputs are empty, and
	// Decoded has no fingerprints. Without it a thumbnail is made of pixels whose shorter side may be 750.
	Preview bool
	// Begun, if not nil, is called once, when the child takes this photo up: until then it waits behind another one. A
	// time limit for one decode starts here, and only a photo that was begun can be to blame.
	Begun func()
}

// Decoded is what a decode worker makes of a photo.
type Decoded struct {
	Inputs         [][]byte // one for each InputSpec: Width × Height × 3 bytes, RGB, row by row
	Thumbnail      []byte   // JPEG or WebP
	Metadata       photo.Metadata
	PixelDigest    photo.PixelDigest
	PerceptualHash photo.PerceptualHash
}

// Embedding is what an image worker makes of a photo's pixels.
type Embedding struct {
	Vector []float32 // length 1
	Tags   []photo.Tag
}

// RefusedError says that a worker looked at a photo and would not take it: too large, broken, not a photo. The worker is
// well. The reason is a sentence for people.
type RefusedError struct{ Reason string }

func (e *RefusedError) Error() string { return e.Reason }

// CrashError says that a worker process ended while it had work. Culprit is set where the work in hand was begun, so it
// is the work that killed it, as far as can be told.
type CrashError struct {
	Role    Role
	PID     int
	Culprit bool
	Cause   string // signal or exit code, and the last line it wrote
}

func (e *CrashError) Error() string {
	return fmt.Sprintf("the %s worker (process %d) ended: %s", e.Role, e.PID, e.Cause)
}

// TimeoutError says that work did not end in time and that its worker was ended for it. Culprit is as in CrashError.
type TimeoutError struct {
	Role    Role
	PID     int
	Culprit bool
	After   time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("the %s worker (process %d) did not answer within %s and was ended", e.Role, e.PID, e.After)
}

// UnavailableError says that no worker can do the work now. Reason says why, Remedy what the user can do, RetryAt when
// the program itself tries again (zero: only after the remedy).
type UnavailableError struct {
	What    string // what cannot be done: "searching by words"
	Reason  string
	Remedy  string
	RetryAt time.Time
}

func (e *UnavailableError) Error() string {
	s := e.What + " is not available: " + e.Reason
	if e.Remedy != "" {
		s += ". " + e.Remedy
	}
	return s
}
