// Package onnx runs graphs with ONNX Runtime. It is the only importer of the binding to that library.
//
// It owns the library's life in this process, sessions, the choice of device, and the cache of optimised graphs. It
// knows nothing of pictures, texts or model families: a caller gives it bytes whose hash it has checked, the contract
// that the graph must keep, and a function that proves the graph with one inference.
//
// What always holds:
//   - A graph is hostile until proved otherwise. Its bytes are walked before the runtime sees them: weights in other
//     files, weights that claim more data than there is, and inputs or outputs other than the contract's are refused.
//     The runtime itself accepts all of these, or reads files for them.
//   - A graph that the runtime has accepted still has to pass the caller's proof within a time limit.
//   - An optimised graph from the cache goes through the same walk, and its bytes are compared with the hash that was
//     taken when it was written. A damaged one costs a rebuild, never a failure. The hash guards against damage, not
//     against somebody who can write to the cache: who can do that can as well replace the program.
//   - Every inference ends soon after its context does, but for a single operator that never returns: only ending the
//     process helps against that, and so does against building a session, which cannot be interrupted.
//
// The memory of a graph that asks for too much at run time is bounded by the process (encoder.LimitMemory).
package onnx
