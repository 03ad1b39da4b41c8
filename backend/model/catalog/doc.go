// Package catalog knows which models there are, what their files must be, and which of them are here.
//
// It owns the manifests: catalog.json beside the models that ship with the program, and those that users put into their
// own models folder. It reads and judges; it runs nothing. What a family of models does with its files is the encoder's
// business alone.
//
// What always holds:
//   - A manifest that was accepted names only plain files, each with a size and a SHA-256, and describes graphs whose
//     shapes agree with the model's dimension. Nothing in it can point outside the model's own folder.
//   - A bad manifest of a user is a Problem with a sentence, never a failure: the other models stay usable.
//   - No byte of a model reaches native code before ReadFile has compared its SHA-256 with the manifest's.
//   - A file whose manifest knows no hash counts as installed only with the hash that was recorded when it came.
//   - Two models never share an id.
package catalog
