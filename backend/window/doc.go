// Package window is what crosses between the program and the page in its window: the shapes of bound calls and events, the
// Bridge that answers them, and the HTTP handlers that carry bytes.
//
// What always holds:
//
//   - Intent goes in, whole states come out. Every event may be lost: the next one, or State, holds everything.
//   - Photos, files and folders are named by ids, as strings. A path crosses as text to be shown and never comes back.
//   - A page names a place on disk only by the id of a Candidate that this process made: from the native dialog, from a
//     drop, or from the person's own folders.
//   - Bytes of photos are asked for by content. What is served under a content id never changes: a preview is made of bytes
//     that were hashed again, an original is the very file that was read, by descriptor, size and time.
//   - Only this program's page is answered: by its Host, and by Origin or Referer where there is one.
//   - No picture is parsed here. What is pasted or dropped goes to a decode worker like any photo.
//   - No call waits for a model to load, a scan to end or a disk to wake, but those that say so.
package window
