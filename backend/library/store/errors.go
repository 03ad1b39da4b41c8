package store

import (
	"errors"
	"fmt"
	"time"
)

// ErrGap says that changes after the given number are no longer kept: the reader must load everything anew and go on from
// Seq.
var ErrGap = errors.New("the change feed no longer goes back that far")

// ErrUnknownFolder says that a folder is not, or no longer, part of the library.
var ErrUnknownFolder = errors.New("the folder is not part of the library")

// ErrNoThumbnail says that there is no thumbnail of a photo.
var ErrNoThumbnail = errors.New("there is no thumbnail of this photo")

// NewerSchemaError says that a file of the library was made by a newer version of the program. It was not touched.
type NewerSchemaError struct {
	File        string // path
	Have, Known int    // schema version of the file, newest one known
}

func (e *NewerSchemaError) Error() string {
	return fmt.Sprintf("%q was made by a newer version of this program (schema %d, this one knows %d); it was left as it is: "+
		"use the newer version, or another library folder", e.File, e.Have, e.Known)
}

// DamagedError says that a file of the library cannot be read as a database. What it held is kept in MovedTo; where that
// is empty it was left in place.
type DamagedError struct {
	File    string // path
	Reason  string // what is wrong with it
	MovedTo string // where it is kept now; empty: it was not moved
	Outcome string // what the program goes on with, a clause
}

func (e *DamagedError) Error() string {
	s := fmt.Sprintf("%q is damaged (%s)", e.File, e.Reason)
	if e.MovedTo != "" {
		s += fmt.Sprintf("; it is kept as %q", e.MovedTo)
	}
	if e.Outcome != "" {
		s += "; " + e.Outcome
	}
	return s
}

// ForeignError says that a file of the library's folder is another program's database. It was not touched.
type ForeignError struct {
	File   string
	Reason string
}

func (e *ForeignError) Error() string {
	return fmt.Sprintf("%q is not a database of this program (%s); it was left as it is: move it away, or use another library folder", e.File, e.Reason)
}

// NetworkFileSystemError says that the library's folder is on a file system on which several processes cannot share a
// database safely.
type NetworkFileSystemError struct {
	Dir  string
	Kind string // nfs, smb, sshfs …
}

func (e *NetworkFileSystemError) Error() string {
	return fmt.Sprintf("the library folder %q is on a network file system (%s), where a database can be damaged; photos may lie there, "+
		"the library may not: choose a folder on a local disk with --library", e.Dir, e.Kind)
}

// ReadOnlyError says that something had to be written to a library that can only be read.
type ReadOnlyError struct {
	File   string
	Reason string
}

func (e *ReadOnlyError) Error() string {
	return fmt.Sprintf("%q cannot be written (%s): make the library folder writable, or choose another with --library", e.File, e.Reason)
}

// FullError says that the disk is full. What had been committed is kept; the work goes on once there is space.
type FullError struct {
	File string
	Err  error
}

func (e *FullError) Error() string {
	return fmt.Sprintf("the disk that holds %q is full; everything found so far is kept: free some space and start again", e.File)
}

// Unwrap returns SQLite's error.
func (e *FullError) Unwrap() error { return e.Err }

// BusyError says that another process kept a database locked for longer than the program waits.
type BusyError struct {
	File   string
	Waited time.Duration
	Err    error
}

func (e *BusyError) Error() string {
	return fmt.Sprintf("%q is locked by another program for more than %s; nothing was changed: end the other program, or try again", e.File, e.Waited)
}

// Unwrap returns SQLite's error.
func (e *BusyError) Unwrap() error { return e.Err }

// InUseError says that a library has to be changed for this version of the program while another process uses it.
type InUseError struct {
	Dir     string
	Holder  Holder
	Purpose string // what could not be done
}

func (e *InUseError) Error() string {
	return fmt.Sprintf("the library in %q is in use by process %d (%s since %s), so it is too early to %s: end that process and start again",
		e.Dir, e.Holder.PID, e.Holder.Purpose, e.Holder.Since.Format(time.DateTime), e.Purpose)
}

// HeldError says who holds the lease.
type HeldError struct{ Holder }

func (e *HeldError) Error() string {
	return fmt.Sprintf("process %d holds the library (%s since %s)", e.PID, e.Purpose, e.Since.Format(time.DateTime))
}
