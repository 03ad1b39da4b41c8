package worker

import (
	"fmt"
)

// StartError says that a child could not be started or is not one of ours. Reason and Remedy are sentences for people.
type StartError struct {
	Role       Role
	Executable string
	Reason     string
	Remedy     string
	Err        error // nil or the cause
}

func (e *StartError) Error() string {
	s := fmt.Sprintf("the %s worker could not be started: %s", e.Role, e.Reason)
	if e.Remedy != "" {
		s += ". " + e.Remedy
	}
	return s
}

func (e *StartError) Unwrap() error { return e.Err }

// LoadErrorKind says whose fault it is that a model could not be loaded.
type LoadErrorKind string

// The kinds of a LoadError.
const (
	LoadAltered  LoadErrorKind = "altered"  // a file's bytes are not what the manifest says; wraps *catalog.AlteredError
	LoadMissing  LoadErrorKind = "missing"  // a file is not there; wraps *catalog.MissingError
	LoadContract LoadErrorKind = "contract" // the graph is not what the manifest says
	LoadRuntime  LoadErrorKind = "runtime"  // the runtime library is missing, of another version, or fails
	LoadFailed   LoadErrorKind = "failed"   // anything else
)

// LoadError says why a graph could not be loaded. The child is well and can be asked again.
type LoadError struct {
	Kind   LoadErrorKind
	File   string // the file it is about, if any
	Reason string // a sentence without its full stop
	Remedy string // what the user can do, likewise; empty where nothing is known
	Err    error  // nil or the typed cause
}

func (e *LoadError) Error() string {
	if e.Remedy == "" {
		return e.Reason
	}
	return e.Reason + "; " + e.Remedy
}

func (e *LoadError) Unwrap() error { return e.Err }
