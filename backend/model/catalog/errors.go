package catalog

import "fmt"

// MissingError says that a model's file is not there or cannot be read.
type MissingError struct {
	File string // path
	Err  error  // the system's reason
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("the model file %q cannot be read (%v); install the model again", e.File, e.Err)
}

// Unwrap returns the system's reason.
func (e *MissingError) Unwrap() error { return e.Err }

// AlteredError says that a model's file is not the one that its manifest describes.
type AlteredError struct {
	File string // path
	Want string // what the manifest says: "SHA-256 …" or "N bytes"
	Have string // what the file is, in the same words
}

func (e *AlteredError) Error() string {
	return fmt.Sprintf("the model file %q is damaged or was changed, so it was not loaded: it should have %s and has %s; install the model again",
		e.File, e.Want, e.Have)
}

// ShippedError says that the list of models that ships with the program cannot be read. The catalog that Open returns
// with it holds the user's models.
type ShippedError struct {
	Path   string // of the list
	Reason string
}

func (e *ShippedError) Error() string {
	return fmt.Sprintf("the list of models that ships with the program, %q, cannot be used: %s; install the program again, or set PIXEL_DETECTIVE_MODELS to the folder that holds it",
		e.Path, e.Reason)
}

// NoModelError says that no model of a role is installed.
type NoModelError struct {
	Role   Role
	Reason string // a sentence without its full stop
}

func (e *NoModelError) Error() string {
	what := "that understands pictures and words"
	if e.Role == RoleCaption {
		what = "that writes captions"
	}
	return fmt.Sprintf("no model %s is installed: %s", what, e.Reason)
}
