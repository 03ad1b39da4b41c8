package store

import (
	"context"
	"errors"
	"io"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"pixeldetective/backend/photo"
)

var errStub = errors.ErrUnsupported

// Open opens the library in o.Dir, and makes it if it is not there.
//
// Errors: *NewerSchemaError, *ForeignError, *NetworkFileSystemError, *ReadOnlyError, *FullError, *BusyError, *InUseError;
// *DamagedError where a damaged file could not be moved aside. A damaged file that could be moved aside is no error: the
// store opens with a new or restored one in its place and Notices says so.
func Open(ctx context.Context, o Options) (*Store, error) { return nil, errStub }

// Close ends all work and closes the files.
func (s *Store) Close() error { return errStub }

// Notices returns what Open had to mend, each a *DamagedError with a sentence for people.
func (s *Store) Notices() []error { return s.notices }

// Holder is a process that holds the lease.
type Holder struct {
	PID     int       `json:"pid"`
	Purpose string    `json:"purpose"`
	Since   time.Time `json:"since"`
}

// Lease is the right to index, watch and migrate. One process has it at a time; it ends with the process.
type Lease struct{}

// Release gives the lease back.
func (l *Lease) Release() error { return errStub }

// Lease takes the lease or returns *HeldError at once.
func (s *Store) Lease(ctx context.Context, purpose string) (*Lease, error) { return nil, errStub }

// WaitLease waits until the lease is free and takes it.
func (s *Store) WaitLease(ctx context.Context, purpose string) (*Lease, error) { return nil, errStub }

// LeaseHolder says who holds the lease, if anybody does.
func (s *Store) LeaseHolder() (Holder, bool) { return Holder{}, false }

// AddFolder adds a folder. If it is known or lies inside a known one, that one is returned. If it holds known ones, they
// become part of it and lose no row.
func (s *Store) AddFolder(ctx context.Context, path string) (Folder, error) { return Folder{}, errStub }

// Folders returns all folders, ordered by path.
func (s *Store) Folders(ctx context.Context) ([]Folder, error) { return nil, errStub }

// SetFolderState says whether a folder can be reached, and why not.
func (s *Store) SetFolderState(ctx context.Context, id FolderID, state FolderState, reason string) error {
	return errStub
}

// RemoveFolder takes a folder and its file rows out of the library. Nothing on disk changes; photos are kept without a file.
func (s *Store) RemoveFolder(ctx context.Context, id FolderID) error { return errStub }

// MarkScanned notes that a scan of the whole folder ended at the given time.
func (s *Store) MarkScanned(ctx context.Context, id FolderID, at time.Time) error { return errStub }

// Reconcile brings the file rows of a folder in line with what a walk sees. It is used by one goroutine.
type Reconcile struct{}

// BeginReconcile starts a reconcile of the whole folder (subtree "") or of one directory and all below it. rel paths are
// below the folder's path, with '/', bytes as the operating system gave them.
func (s *Store) BeginReconcile(ctx context.Context, folder FolderID, subtree string) (*Reconcile, error) {
	return nil, errStub
}

// Directory tells what is in one directory: photo files only, sorted by Name. Each directory is told once. Where nothing
// changed one row is read. entries may be used again after the call.
func (r *Reconcile) Directory(ctx context.Context, rel string, entries []Entry) error { return errStub }

// Unreadable tells that a directory could not be read: the rows of it and below it stay as they are.
func (r *Reconcile) Unreadable(ctx context.Context, rel string, reason string) error { return errStub }

// Finish writes what is left to write and removes the rows of directories that were not seen.
func (r *Reconcile) Finish(ctx context.Context) (ReconcileResult, error) {
	return ReconcileResult{}, errStub
}

// Abandon ends a reconcile that was broken off. What was merged stays; nothing that was not seen is removed.
func (r *Reconcile) Abandon() {}

// DirectoryProblems returns the directories that could not be read when they were last looked at.
func (s *Store) DirectoryProblems(ctx context.Context) ([]DirectoryProblem, error) {
	return nil, errStub
}

// PendingFiles returns files of reachable folders that wait to be indexed, with numbers above after, ordered by File.
// A file that changes again keeps its number: start over from 0 when a pass has ended.
func (s *Store) PendingFiles(ctx context.Context, after int64, limit int) ([]Pending, error) {
	return nil, errStub
}

// PendingTotals returns how much waits in reachable folders.
func (s *Store) PendingTotals(ctx context.Context) (Totals, error) { return Totals{}, errStub }

// Unembedded returns indexed photos that have no vector of the model, one file of each, ordered by File.
func (s *Store) Unembedded(ctx context.Context, ref photo.ModelRef, after int64, limit int) ([]Pending, error) {
	return nil, errStub
}

// Attempted notes, before a risky attempt, that the files are tried once more; so a killed process counts too.
func (s *Store) Attempted(ctx context.Context, files []int64) error { return errStub }

// RetryFailed makes failed files of these kinds pending again (all kinds if none is given) and returns how many.
func (s *Store) RetryFailed(ctx context.Context, kinds ...FailureKind) (int, error) {
	return 0, errStub
}

// Known returns which of the photos are known, and whether they have a vector of the model.
func (s *Store) Known(ctx context.Context, ids []photo.ID, ref photo.ModelRef) (map[photo.ID]Known, error) {
	return nil, errStub
}

// SamePixels returns, for each digest, a photo with these pixels and a vector of the model, where there is one.
func (s *Store) SamePixels(ctx context.Context, digests []photo.PixelDigest, ref photo.ModelRef) (map[photo.PixelDigest]photo.ID, error) {
	return nil, errStub
}

// Commit writes what became of pending files: thumbnails and supersedes links first, then all else in one transaction. A
// file whose row no longer says what Pending said stays as it is and is counted as stale; its photo is kept.
func (s *Store) Commit(ctx context.Context, done []Indexed, failed []Failed) (Committed, error) {
	return Committed{}, errStub
}

// Failures returns the files that could not be indexed, ordered by File.
func (s *Store) Failures(ctx context.Context) ([]Failure, error) { return nil, errStub }

// AddCounter adds to a durable counter.
func (s *Store) AddCounter(ctx context.Context, name string, n int64) error { return errStub }

// Counters returns all counters.
func (s *Store) Counters(ctx context.Context) (map[string]int64, error) { return nil, errStub }

// Embeddings calls fn for each photo that has a file and a vector of the model, ordered by num, after the given num. halfs
// is float16, little endian, and valid only during the call.
func (s *Store) Embeddings(ctx context.Context, ref photo.ModelRef, after int64, fn func(num int64, halfs []byte) error) error {
	return errStub
}

// EmbeddingsOf returns the vectors of the given photos.
func (s *Store) EmbeddingsOf(ctx context.Context, ref photo.ModelRef, nums []int64) (map[int64][]float32, error) {
	return nil, errStub
}

// Seq returns the number of the last change; 0: there was none.
func (s *Store) Seq(ctx context.Context) (int64, error) { return 0, errStub }

// Changes returns up to limit changes after a number, or ErrGap.
func (s *Store) Changes(ctx context.Context, after int64, limit int) ([]Change, error) {
	return nil, errStub
}

// Follow calls fn once at the start and then whenever a commit to index.db, of this or another process, was seen; it looks
// every so often. It returns when ctx ends or fn fails.
func (s *Store) Follow(ctx context.Context, every time.Duration, fn func(seq int64) error) error {
	return errStub
}

// Match returns the photos that a filter lets through; nil: all.
func (s *Store) Match(ctx context.Context, f Filter) (*roaring.Bitmap, error) { return nil, errStub }

// Text returns the photos whose words match, best first. A query without any word finds nothing.
func (s *Store) Text(ctx context.Context, q TextQuery, limit int) ([]TextHit, error) {
	return nil, errStub
}

// Records returns what is known of the photos, in the order asked for; unknown numbers are left out.
func (s *Store) Records(ctx context.Context, nums []int64) ([]Record, error) { return nil, errStub }

// NumOf returns the number of a photo.
func (s *Store) NumOf(ctx context.Context, id photo.ID) (int64, bool, error) {
	return 0, false, errStub
}

// PhotoAt returns the photo that a path shows, as of the last time it was indexed.
func (s *Store) PhotoAt(ctx context.Context, path string) (photo.ID, bool, error) {
	return photo.ID{}, false, errStub
}

// Count returns the library's numbers; Embedded is about ref.
func (s *Store) Count(ctx context.Context, ref photo.ModelRef) (Counts, error) {
	return Counts{}, errStub
}

// Thumbnail returns the thumbnail of a photo, JPEG or WebP, or ErrNoThumbnail.
func (s *Store) Thumbnail(ctx context.Context, id photo.ID) ([]byte, error) { return nil, errStub }

// QueryVectors returns the vectors of texts that were encoded before.
func (s *Store) QueryVectors(ctx context.Context, ref photo.ModelRef, texts []string) (map[string][]float32, error) {
	return nil, errStub
}

// PutQueryVectors keeps vectors of texts; the oldest beyond 10,000 are dropped.
func (s *Store) PutQueryVectors(ctx context.Context, ref photo.ModelRef, vectors map[string][]float32) error {
	return errStub
}

// SetFavourite says whether a photo is a favourite.
func (s *Store) SetFavourite(ctx context.Context, id photo.ID, favourite bool) error { return errStub }

// SetRating gives a photo −1 to 5 stars.
func (s *Store) SetRating(ctx context.Context, id photo.ID, stars int) error { return errStub }

// DecisionsOf returns what was decided about the photos, or about what they took the place of.
func (s *Store) DecisionsOf(ctx context.Context, ids []photo.ID) (map[photo.ID]Decisions, error) {
	return nil, errStub
}

// Check looks through all files and returns what is wrong with them.
func (s *Store) Check(ctx context.Context) ([]Problem, error) { return nil, errStub }

// Repair mends what Check finds as far as it can be derived. The caller holds the lease.
func (s *Store) Repair(ctx context.Context) (RepairReport, error) { return RepairReport{}, errStub }

// Backup copies decisions.db to the backup folder, at most once a day, and keeps the newest five copies.
func (s *Store) Backup(ctx context.Context) error { return errStub }

// DumpVectors writes "path, photo id, model, vector" of every file and model, a line each, tab separated, in a stable order:
// the path quoted, the vector as hexadecimal float16. For tests.
func (s *Store) DumpVectors(ctx context.Context, w io.Writer) error { return errStub }
