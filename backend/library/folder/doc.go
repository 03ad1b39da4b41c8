// Package folder knows what lies in the folders that a person added: Walk lists them, Scan brings the file rows of the
// store up to a walk, and Watcher keeps them there.
//
// It owns the rules of what counts as a photo file, what is skipped, and when a folder is offline. It reads directories and
// file attributes; it never opens a file, and it changes nothing on disk.
//
// What is skipped: names that begin with a dot; folders that other systems keep for themselves (Skipped); symbolic
// links, pipes, sockets and devices; files without the extension of a photo format (IsPhoto). The folder itself may be a
// link and may have any name. Other file systems mounted below it are walked too. Names are bytes: no rule needs them to
// be valid UTF-8, and their order is the order of their bytes.
//
// What must always hold:
//   - Rows come from listing directories, never from believing what kind of event the system reported. An event only
//     says which directory is worth listing again.
//   - A directory is watched before it is listed, so nothing that happens in between is missed.
//   - When the file system has been quiet for 5 seconds, the rows equal a fresh walk, where the folder can be watched;
//     elsewhere the watcher says so and looks again every few seconds (config.Indexing.RescanEvery).
//   - A directory that cannot be read keeps its rows, and is reported. A folder that is not there, a drive that is not
//     plugged in, or a mount point with nothing mounted keeps all of them: it is offline, not deleted.
package folder
