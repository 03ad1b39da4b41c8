package store

import (
	"time"

	"pixeldetective/backend/photo"
)

// FolderID is the number of a folder, stable for the life of index.db.
type FolderID int64

// FolderState says whether a folder can be reached.
type FolderState string

// The states of a folder.
const (
	FolderOnline  FolderState = "online"
	FolderOffline FolderState = "offline" // its photos stay searchable
)

// Folder is a folder that the person added.
type Folder struct {
	ID        FolderID
	Path      string // absolute and clean; bytes as the operating system gave them
	State     FolderState
	Reason    string // why it is offline, a sentence
	AddedAt   time.Time
	ScannedAt time.Time // end of the last complete scan; zero: never
}

// Entry is one photo file as a walk saw it.
type Entry struct {
	Name         string // bytes as the operating system gave them
	Size         int64  // bytes
	MTime        int64  // nanoseconds since 1970
	Inode        uint64 // 0 where the file system has none that lasts
	Sidecar      string // name of the .xmp file beside it; empty: none
	SidecarSize  int64
	SidecarMTime int64 // nanoseconds since 1970
}

// ReconcileResult counts what a reconcile saw and did.
type ReconcileResult struct {
	Directories, Files, Added, Changed, Removed, Unchanged int
}

// DirectoryProblem is a directory that could not be read.
type DirectoryProblem struct {
	Folder FolderID
	Path   string // absolute
	Reason string
}

// Pending is a file that waits to be indexed, as it was when it was read from the store. Commit compares these values with
// the row: what changed meanwhile stays pending.
type Pending struct {
	File         int64 // number of the file row
	Folder       FolderID
	Root         string // path of the folder
	Rel          string // path of the file below Root, with '/'
	Size         int64
	MTime        int64
	Inode        uint64
	Sidecar      string // name of the sidecar beside the file; empty: none
	SidecarSize  int64
	SidecarMTime int64
	// Refresh says that the sidecar is new or changed: metadata should be read again even if the bytes are known.
	Refresh  bool
	Attempts int
	// Previous is the photo that this path showed before it changed; nil if none.
	Previous *photo.ID
}

// Path returns the absolute path of the file.
func (p Pending) Path() string { return join(p.Root, p.Rel) }

// Totals are what waits.
type Totals struct{ Files, Bytes int64 }

// Known is what the store has of a photo.
type Known struct {
	Num      int64
	Embedded bool // it has a vector of the model asked for
}

// NewPhoto is what a decoder made of a photo.
type NewPhoto struct {
	Metadata       photo.Metadata
	PixelDigest    photo.PixelDigest
	PerceptualHash photo.PerceptualHash
	Thumbnail      []byte // JPEG or WebP; empty: none, an older one is kept
}

// Embedding is a vector that a model made.
type Embedding struct {
	Ref    photo.ModelRef
	Vector []float32 // length 1; kept as float16
}

// Indexed is a file whose photo is known now.
type Indexed struct {
	Pending
	Photo photo.ID
	// New is set for photos that were decoded: unknown ones, and known ones whose metadata was read again.
	New *NewPhoto
	// Embedding is the photo's new vector; nil if there is none to add.
	Embedding *Embedding
	// Tags replace the tags that the model TagsRef gave the photo, where TagsRef is set.
	Tags    []photo.Tag
	TagsRef photo.ModelRef
	// Unseen says for which other models the photo is to be noted as one that they cannot look at.
	Unseen []Unseen
	// EmbeddingFrom is a photo with the same pixels: all its vectors, tags and captions are copied; nil if none.
	EmbeddingFrom *photo.ID
}

// Unseen is a model that cannot look at a photo, for a reason that lasts until its files are tried anew.
type Unseen struct {
	Ref    photo.ModelRef
	Kind   FailureKind
	Reason string // a sentence
}

// FailureKind says what kind of reason kept a file from being indexed.
type FailureKind string

// The kinds of failures. All are tried again when the file changes.
const (
	FailureUnreadable  FailureKind = "unreadable"  // the operating system would not give it
	FailureRefused     FailureKind = "refused"     // not a photo, broken, beyond a limit of the decoder
	FailureQuarantined FailureKind = "quarantined" // it ended its decoder or did not let it end, twice, alone
	FailureTooLarge    FailureKind = "too-large"   // more bytes than the setting allows
	FailureVanished    FailureKind = "vanished"    // gone before it was read
)

// Failed is a file that could not be indexed.
type Failed struct {
	Pending
	Reason   string // a sentence
	Kind     FailureKind
	Attempts int // how often it was tried, to be kept with the file
}

// Failure is a file that could not be indexed, as it is kept.
type Failure struct {
	File   int64
	Path   string // absolute, bytes as the operating system gave them
	Folder FolderID
	Rel    string
	Reason string
	Kind   FailureKind
	At     time.Time
}

// Committed counts what a commit did.
type Committed struct {
	Linked   int // files that point at their photo now
	Added    int // photos that were unknown
	Embedded int // vectors added, copied ones included
	Failed   int // files marked as failed
	Stale    int // files that changed meanwhile and stay pending, or are gone
}

// ChangeKind says what a change is about.
type ChangeKind int

// The kinds of changes.
const (
	PhotoAdded   ChangeKind = 1 // a photo has a file again or for the first time
	PhotoRemoved ChangeKind = 2 // a photo has no file any more
	Embedded     ChangeKind = 3 // a photo has a new vector
	TextChanged  ChangeKind = 4 // words or metadata of a photo changed
	FolderChange ChangeKind = 5 // a folder was added, removed, or changed its state; Num is its id
	ModelChange  ChangeKind = 6 // another model answers, or vectors of a model were removed; Num is 0
)

// String returns the kind's name.
func (k ChangeKind) String() string {
	switch k {
	case PhotoAdded:
		return "photo_added"
	case PhotoRemoved:
		return "photo_removed"
	case Embedded:
		return "embedding"
	case TextChanged:
		return "text"
	case FolderChange:
		return "folder"
	case ModelChange:
		return "model"
	}
	return "unknown"
}

// Change is one step of the feed.
type Change struct {
	Seq  int64
	Kind ChangeKind
	Num  int64          // photo, or folder
	Ref  photo.ModelRef // of Embedded and ModelChange
}

// Source says which words of a photo a text query met.
type Source string

// The sources of text.
const (
	SourceCaption Source = "caption"
	SourceTag     Source = "tag"
	SourceKeyword Source = "keyword"
	SourceTitle   Source = "title" // title and description
	SourceFile    Source = "file"
	SourceFolder  Source = "folder"
	SourceCamera  Source = "camera"
	SourcePlace   Source = "place"
)

// TextQuery is words to be found. They are data: any character may be in them, none has a meaning.
type TextQuery struct {
	Terms   []string // each is found where its tokens stand side by side; a term without a letter or digit is left out
	Phrases []string // must all be there, in this order of words
	Not     []string // must not be there
	All     bool     // all terms must be there, not just one
	Sources []Source // look only here; empty: everywhere
}

// TextHit is a photo whose words match.
type TextHit struct {
	Num     int64
	Rank    float64 // smaller is better
	Sources []Source
}

// Path is one place where a photo lies.
type Path struct {
	Folder  FolderID
	Root    string
	Rel     string
	Offline bool
}

// String returns the absolute path.
func (p Path) String() string { return join(p.Root, p.Rel) }

// Record is what is known of a photo.
type Record struct {
	Num      int64
	Photo    photo.ID
	Bytes    int64
	Metadata photo.Metadata
	Paths    []Path // in the order of folder and path
	Tags     []photo.Tag
}

// Counts are the numbers of a library.
type Counts struct {
	Photos   int64 // with at least one file
	Files    int64
	Embedded int64 // vectors of the model asked for, of photos with or without a file
	Seen     int64 // those of photos with a file
	Pending  int64
	Failed   int64
	Folders  int64
}

// Decisions are what a person decided about a photo, or about what it took the place of.
type Decisions struct {
	Favourite bool
	Rating    *int // −1 to 5; nil: none given, the file's own counts
}

// Problem is something that Check found.
type Problem struct {
	File       string // index.db, thumbs.db or decisions.db
	What       string // a sentence
	Repairable bool   // Repair mends it
}

// RepairReport says what Repair did.
type RepairReport struct {
	TextRows       int   // rows of the text index written anew
	Counts         int   // photos whose number of files was wrong
	Dangling       int   // rows that pointed at nothing, removed
	Digests        int   // directories that the next scan will read row by row
	Requeued       int   // files that will be indexed again
	Thumbnails     int   // thumbnails of unknown photos, removed
	MissingThumbs  int   // photos without a thumbnail, requeued
	BytesReclaimed int64 // by compacting
}

func join(root, rel string) string {
	switch {
	case rel == "":
		return root
	case len(root) > 0 && root[len(root)-1] == '/':
		return root + rel
	default:
		return root + "/" + rel
	}
}
