// Package install brings the files of models to this computer, and takes them away again.
//
// It owns what happens in the folders of models that are not part of the program: the files on their way ("NAME.part",
// with "NAME.json.part" beside it that says what of which address they are), the record of what was received
// (installed.json, see catalog.Record), and the locks that keep two processes from writing into one folder.
//
// # Nothing leaves
//
// This is the only package of the module that opens a connection to another computer. It does so in Install alone, which
// runs only because a person asked for a model, and only to the addresses of that model's files in its manifest, or where
// these redirect to. What is asked for is a file; nothing about the person, the photos or the library is in the question.
//
// # What always holds
//
//   - Under its own name lies only a file whose SHA-256 was compared: with the manifest's, or, where that knows none, with
//     nothing, but then what it was is recorded first. So the catalog never takes half a file for a whole one.
//   - A process may be killed at any moment. The next Install goes on from the bytes on disk, reads them again for the hash,
//     and asks the server for the rest on condition that the file did not change meanwhile.
//   - A file with a wrong byte is thrown away and fetched once more from its beginning; then the install fails and says why.
//   - No file is longer than its manifest says; of unverified files, than twice as much and a little.
//   - Install ends within a second of its context. What was received stays.
//   - Remove and Prune delete only files that a manifest or a record of this package names, or that are on their way.
//   - A file that somebody else's name still leads to (a hard link) is never written to.
package install
