// Package encoder turns pixels and texts into vectors, and pixels into tags and captions. It runs in worker processes only.
//
// It owns what a family of models does with its files: the rest of the program knows a model by its manifest alone.
// A family is an entry of families; a new one is a file here and a name in catalog.Families. Below it, internal/onnx
// runs graphs and internal/tokenize cuts texts.
//
// What always holds:
//   - Every file of a model is read once, into memory, and the SHA-256 of those bytes equals the manifest's before
//     anything else looks at them.
//   - A graph has proved itself with one inference before Load returns it.
//   - Every vector that is returned has the model's dimension, length 1, and only finite numbers. If one of a batch
//     cannot be, the whole batch is an error, and nothing of it is returned.
//   - A caption ends by itself: its tokens, its beams and the memory of its cache are bounded before the first step. It
//     can be cancelled between two steps, and the same picture gives the same words.
//   - An encoder holds buffers for its largest batch and no more: longer batches are cut up.
//
// A worker that loads models should call LimitMemory first: what a graph asks for at run time is otherwise bounded by
// the computer only.
package encoder
