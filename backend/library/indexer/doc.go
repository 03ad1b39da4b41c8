// Package indexer brings photos from disk into the library: pending file rows → read and hash → decode → embed → one
// transaction. It owns the order and the bounds of that work, and nothing on disk: rows are the store's, processes the
// supervisor's.
//
// What always holds, and is tested by killing:
//
//   - A photo is searchable if and only if its transaction committed. Nothing is announced before.
//   - A kill costs at most the batch in hand. What was committed is never done again.
//   - Inferences are counted before they are made, so that the counters never claim less work than was done.
//   - A second run over unchanged files opens no photo: only pending rows are read, and a scan makes none pending.
//   - Content seen before costs no inference: the same bytes are linked, the same pixels lend their vector. Two files
//     with the same bytes in flight at once are one piece of work.
//   - An unreadable photo is a row with a reason, retried when the file changes; it never stops the others.
//   - A photo that ends its decoder is tried once more alone; if it ends that too, it is quarantined.
//   - A folder that is gone is offline: its rows stay.
//   - Pending files are taken newest first. One that changes meanwhile is newer, so a pass does not meet it again; the next
//     one does.
//   - Two models may be in use: the one whose vectors answer, and the one that is wanted (upgrade.go). New and changed photos
//     are seen by the one that answers first; then the wanted one looks at all that lack a vector of it, page by page, and
//     leaves off when there is something new. It answers when every photo that can have a vector of it has one and its half
//     for questions is in memory. A photo that it cannot see is noted, stays as it is, and keeps nothing waiting; one whose
//     folder is offline is waited for, since it can be found by the vector that it has.
//   - Where the graphs of both models do not fit into memory, they take turns of at least a thousand photos, if there are so
//     many: two loads a thousand at most. A new photo then is found by its meaning after that turn.
//   - Pause, resume and cancel act within one batch.
//   - The bytes of photos in flight are bounded, whatever the number of pending files.
package indexer
