package onnx

import (
	"fmt"
	"regexp"
	"strings"
)

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

// inSource is where the runtime's own source was when it found something wrong: file, line and function.
var inSource = regexp.MustCompile(`/onnxruntime_src/\S+:\d+ .*?\) `)

// maxReason is the length in bytes at which a reason of the runtime's is cut off.
const maxReason = 300

// plain makes a reason of the runtime's fit for a sentence.
func plain(err error) string {
	s := strings.Join(strings.Fields(inSource.ReplaceAllString(err.Error(), "")), " ")
	for _, prefix := range []string{"Error running network: ", "Error creating C session: "} {
		s = strings.TrimPrefix(s, prefix)
	}
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "") + "…"
	}
	return strings.TrimRight(s, " .")
}
