// Package store is what the program knows of the photos on disk, and the only place that holds SQL.
//
// It owns three SQLite files in the library's folder, told apart by what losing them costs: index.db (time: it can be read
// again from the originals), thumbs.db (nothing but the time to make them) and decisions.db (a person's choices). It owns
// the lease, the OS lock of the one process that indexes and watches, and the change feed by which every other process
// follows.
//
// What always holds:
//
//   - Identity is content. A photo is keyed by the SHA-256 of its bytes; files only point at photos. A moved, copied or
//     renamed file is linked, never looked at by a model again; a photo without a file is kept, unsearchable, so that a
//     file that comes back costs no inference either.
//   - Same pixels, same vector: a photo whose decoded pixels are known takes the vector of the photo that has it.
//   - A photo is searchable if and only if the transaction that indexed it has been committed. Photo, text, tags, vector,
//     link of the file and change rows are written in one transaction; the thumbnail before it.
//   - dir.digest is the digest of a directory's listing as the file rows hold it, or NULL. Whoever changes a file row's
//     name, size, times, inode or sidecar changes the digest in the same transaction.
//   - photo.files is the number of file rows that point at the photo. Where it becomes 0 the feed says photo_removed, where
//     it leaves 0 photo_added, in the same transaction.
//   - Which model's vectors answer is recorded (answering.go). It changes in one transaction, when every photo that can have
//     a vector of the next model has one, and the feed says model. Vectors of the model before stay until they are pruned.
//     Which model a person wants is a choice, so it is kept in decisions.db: it outlives a lost index.db, and every process
//     on the library sees it.
//   - decisions.db is never written in the same transaction as index.db and never refers to its numbers, only to photo ids.
//   - A file that is damaged is moved aside and kept; one that belongs to another program or to a newer version is not
//     touched at all.
//   - Words of a person never become SQL or FTS5 syntax: they are parameters, or quoted tokens.
package store
