package install

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"pixeldetective/backend/model/catalog"
)

// job is one file that is to be brought into the folder of its model. It belongs to one goroutine.
type job struct {
	model   catalog.Model
	file    catalog.File
	folder  string
	number  int // of the file in the manifest
	tracker *tracker
	ledger  *ledger

	// hash is over the first hashed bytes of the part.
	hash   hash.Hash
	hashed int64
}

// note says what the bytes of a part are. It lies beside the part.
type note struct {
	URL          string `json:"url"`
	ETag         string `json:"etag,omitempty"` // a strong one
	LastModified string `json:"last_modified,omitempty"`
	Bytes        int64  `json:"bytes"` // of the whole file, as the server said; −1: it did not
}

func (j *job) path() string { return filepath.Join(j.folder, j.file.Name) }

// part is where the bytes of the file are until it is whole.
func (j *job) part() string { return j.path() + catalog.PartSuffix }

func (j *job) notePath() string { return j.path() + ".json" + catalog.PartSuffix }

// taken is where a file from a folder is until it is judged. It is never written to, since it may be a link.
func (j *job) taken() string { return j.path() + ".from" + catalog.PartSuffix }

// most is how many bytes the file may have.
func (j *job) most() int64 {
	if j.file.Unverified {
		return 2*j.file.Bytes + spare
	}
	return j.file.Bytes
}

// readNote returns the note beside the part; the zero note if there is none that belongs to this address.
func (j *job) readNote() note {
	data, err := os.ReadFile(j.notePath())
	var n note
	if err != nil || json.Unmarshal(data, &n) != nil || n.URL != j.file.URL {
		return note{}
	}
	return n
}

// writeNote writes a note before the first byte of its part. Half a note is none, and costs nothing then.
func (j *job) writeNote(n note) error {
	data, err := json.Marshal(n)
	if err != nil {
		return err
	}
	f, err := os.Create(j.notePath())
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// size returns how many bytes of the file are on disk.
func (j *job) size() int64 {
	info, err := os.Lstat(j.part())
	if err != nil || !info.Mode().IsRegular() {
		return 0
	}
	return info.Size()
}

// discard throws away what is there of the file. A part is removed, never cut: its name alone is ours.
func (j *job) discard() {
	os.Remove(j.part())
	os.Remove(j.notePath())
	j.hash, j.hashed = nil, 0
	j.tracker.has(j.number, 0)
}

// place puts a file that was judged under its own name, after it was recorded.
func (j *job) place(from string, bytes int64, sum, origin string) error {
	if err := j.ledger.keep(catalog.RecordedFile{Name: j.file.Name, Bytes: bytes, SHA256: sum, From: origin}); err != nil {
		return disk(err)
	}
	if err := os.Rename(from, j.path()); err != nil {
		return disk(err)
	}
	if err := syncFolder(j.folder); err != nil {
		return disk(err)
	}
	os.Remove(j.notePath())
	j.tracker.finished(j.number, bytes)
	return nil
}

// judge compares a received file with the manifest.
func (j *job) judge(bytes int64, sum string) error {
	if !j.file.Unverified && bytes != j.file.Bytes {
		return &wrong{reason: fmt.Sprintf("it has %d bytes and should have %d", bytes, j.file.Bytes)}
	}
	if j.file.SHA256 != "" && sum != j.file.SHA256 {
		return &wrong{reason: fmt.Sprintf("it is not the file that was published: its SHA-256 is %s and should be %s", sum, j.file.SHA256)}
	}
	return nil
}

// failed puts an error into words for people.
func (j *job) failed(err error, reason, remedy string) error {
	return &FileError{Model: j.model.Name, File: j.file.Name, Reason: reason, Remedy: remedy, Kept: j.size(), Err: err}
}

// step is how many bytes are read between two looks at the context.
const step = 1 << 20

// digest adds the first n bytes of a reader to a hash.
func digest(ctx context.Context, h hash.Hash, r io.Reader, n int64) error {
	for n > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		k, err := io.CopyN(h, r, min(n, step))
		if n -= k; err != nil {
			return err
		}
	}
	return nil
}

func sumOf(h hash.Hash) string { return hex.EncodeToString(h.Sum(nil)) }

// sweep removes what a kill left of a record that was being written. Only the holder of the folder's lock may call it.
func sweep(folder string) {
	entries, _ := os.ReadDir(folder)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+catalog.RecordFile) && e.Type().IsRegular() {
			os.Remove(filepath.Join(folder, e.Name()))
		}
	}
}

// ledger writes the record of one model's folder.
type ledger struct {
	mu     sync.Mutex
	model  catalog.Model
	folder string
}

// keep adds files to the record, in the place of those of the same names.
func (l *ledger) keep(files ...catalog.RecordedFile) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	r, err := catalog.ReadRecord(l.folder)
	switch {
	case err != nil: // none, or one that means nothing
		r = catalog.Record{}
	case r.Model != l.model.ID || r.Revision != l.model.Revision:
		// What another revision left behind stays listed, so that it is removed one day.
		r.Files = slices.DeleteFunc(r.Files, func(f catalog.RecordedFile) bool {
			_, now := l.model.File(f.Name)
			return now
		})
	}
	r.Model, r.Revision = l.model.ID, l.model.Revision
	same := err == nil
	for _, f := range files {
		i := slices.IndexFunc(r.Files, func(have catalog.RecordedFile) bool { return have.Name == f.Name })
		switch {
		case i < 0:
			r.Files, same = append(r.Files, f), false
		case r.Files[i].SHA256 != f.SHA256 || r.Files[i].Bytes != f.Bytes:
			r.Files[i], same = f, false
		}
	}
	if same {
		return nil
	}
	return r.Write(l.folder)
}
