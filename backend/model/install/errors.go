package install

import (
	"errors"
	"fmt"
	"syscall"
)

// FileError says why a file of a model could not be had, what was kept, and what to do.
type FileError struct {
	Model  string // its name
	File   string // its name in the manifest
	Reason string // part of a sentence
	Remedy string // part of a sentence
	Kept   int64  // bytes of the file that stay on disk for the next time
	Err    error  // the cause; may be nil
}

func (e *FileError) Error() string {
	kept := ""
	if e.Kept > 0 {
		kept = fmt.Sprintf("; %s of it are kept", Megabytes(e.Kept))
	}
	return fmt.Sprintf("the file %q of the model %q was not installed: %s%s; %s", e.File, e.Model, e.Reason, kept, e.Remedy)
}

// Unwrap returns the cause.
func (e *FileError) Unwrap() error { return e.Err }

// SpaceError says that a model does not fit.
type SpaceError struct {
	Model      string
	Folder     string
	Need, Free int64 // bytes
}

func (e *SpaceError) Error() string {
	return fmt.Sprintf("there is not enough space for the model %q: %s are needed in %q, and %s are free; make room, or remove a model that you do not use",
		e.Model, Megabytes(e.Need), e.Folder, Megabytes(e.Free))
}

// BusyError says that somebody else is at work in the folder of a model.
type BusyError struct{ Model string }

func (e *BusyError) Error() string {
	return fmt.Sprintf("the model %q is being installed or removed by another process or window; wait until that is done", e.Model)
}

// InUseError says why a model is not removed.
type InUseError struct {
	Model string
	Ships bool // it came with the program; else: it is in use
}

func (e *InUseError) Error() string {
	if e.Ships {
		return fmt.Sprintf("the model %q came with the program and is not removed: search needs it where no other model is", e.Model)
	}
	return fmt.Sprintf("the model %q is in use and is not removed; use another one first", e.Model)
}

// Megabytes writes a number of bytes for people.
func Megabytes(n int64) string {
	if n < 1_000_000 {
		return fmt.Sprintf("%d kB", (n+999)/1000)
	}
	return fmt.Sprintf("%d MB", n/1_000_000)
}

const (
	remedyAgain  = "install the model again, and it goes on from there"
	remedyFolder = "or install it from a folder that holds its files (pixel-detective models install ID --from FOLDER)"
)

// wrong is what is offered or received and is not the published file: it is thrown away and fetched once more.
type wrong struct {
	reason string
	// offered: nothing was received of it, so what is on disk may be right.
	offered bool
}

func (w *wrong) Error() string { return w.reason }

// final is a fault that trying again would not mend.
type final struct {
	reason, remedy string
	err            error
}

func (f *final) Error() string { return f.reason }
func (f *final) Unwrap() error { return f.err }

// disk turns an error of writing into a final one, in words.
func disk(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return &final{"the disk is full", "make room, then install the model again, and it goes on from there", err}
	}
	return &final{fmt.Sprintf("it cannot be written (%v)", err), "make the folder writable, then install the model again", err}
}
