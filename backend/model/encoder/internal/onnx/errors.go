package onnx

import "fmt"

// RuntimeError says that ONNX Runtime's library cannot be used.
type RuntimeError struct {
	Path   string // of the library
	Reason string // part of a sentence
}

func (e *RuntimeError) Error() string {
	return fmt.Sprintf("ONNX Runtime cannot be used, so no photo can be understood: the library %q %s; install the program again, or set PIXEL_DETECTIVE_RUNTIME to a library of version %s or newer",
		e.Path, e.Reason, oldest)
}

// ContractError says that a graph is not what its manifest says, or not what this program accepts.
type ContractError struct {
	File   string // name of the graph's file
	Reason string // part of a sentence
}

func (e *ContractError) Error() string {
	return fmt.Sprintf("the model file %q was refused: %s; use the model's own file, or correct its manifest", e.File, e.Reason)
}
