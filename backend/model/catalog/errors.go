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
	Want string // what the manifest says: a SHA-256 or a size
	Have string // what the file is
}

func (e *AlteredError) Error() string {
	return fmt.Sprintf("the model file %q is damaged or was changed (it should be %s and is %s); it was not loaded; install the model again", e.File, e.Want, e.Have)
}
