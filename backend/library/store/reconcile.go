package store

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sort"

	"github.com/RoaringBitmap/roaring/v2"
)

// mergeEntries is how many entries of changed directories are gathered before they are merged in one transaction, and how
// many rows of one directory are merged in one.
const mergeEntries = 2000

// Reconcile brings the file rows of a folder in line with what a walk sees. It is used by one goroutine.
type Reconcile struct {
	s         *Store
	folder    FolderID
	subtree   string
	seen      *roaring.Bitmap // numbers of directories
	protected []string        // unreadable directories
	waiting   []listing
	entries   int // in waiting
	result    ReconcileResult
}

// listing is a directory whose digest differs.
type listing struct {
	rel     string
	entries []Entry
	digest  []byte
	rows    int // file rows that there were
}

func (l listing) size() int { return max(len(l.entries), l.rows) }

// BeginReconcile starts a reconcile of the whole folder (subtree "") or of one directory and all below it. rel paths are
// below the folder's path, with '/', bytes as the operating system gave them.
func (s *Store) BeginReconcile(ctx context.Context, folder FolderID, subtree string) (*Reconcile, error) {
	if s.readOnly {
		return nil, &ReadOnlyError{File: s.index.file, Reason: "it was opened for searching only"}
	}
	if _, err := s.folder(ctx, folder); err != nil {
		return nil, err
	}
	return &Reconcile{s: s, folder: folder, subtree: subtree, seen: roaring.New()}, nil
}

// Directory tells what is in one directory: photo files only, sorted by Name. Each directory is told once. Where nothing
// changed one row is read. entries may be used again after the call.
func (r *Reconcile) Directory(ctx context.Context, rel string, entries []Entry) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	r.result.Directories++
	r.result.Files += len(entries)
	digest := listingDigest(entries)
	var id int64
	var have []byte
	var problem bool
	var rows int
	// Not ctx: the driver starts a goroutine for each statement that can be broken off, and this one ends at once.
	known, err := r.s.index.one(context.WithoutCancel(ctx), "read directory", "SELECT id, digest, files, problem IS NOT NULL FROM dir WHERE folder = ? AND rel = ?",
		[]any{r.folder, []byte(rel)}, &id, &have, &rows, &problem)
	switch {
	case err != nil:
		return err
	case !known && len(entries) == 0:
		return nil // a folder without photos needs no row
	case known && !problem && slices.Equal(have, digest):
		r.seen.Add(uint32(id))
		r.result.Unchanged += len(entries)
		return nil
	}
	r.waiting = append(r.waiting, listing{rel, slices.Clone(entries), digest, rows})
	r.entries += max(len(entries), rows) + 1
	if r.entries < mergeEntries {
		return nil
	}
	return r.flush(ctx)
}

// Unreadable tells that a directory could not be read: the rows of it and below it stay as they are.
func (r *Reconcile) Unreadable(ctx context.Context, rel string, reason string) error {
	r.protected = append(r.protected, rel)
	return r.s.index.write(ctx, "note an unreadable directory", func(t *tx) error {
		if err := t.isKept(r.folder); err != nil {
			return err
		}
		return t.exec(`INSERT INTO dir (folder, rel, problem) VALUES (?, ?, ?)
			ON CONFLICT (folder, rel) DO UPDATE SET problem = excluded.problem`, r.folder, []byte(rel), reason)
	})
}

// Finish writes what is left to write and removes the rows of directories that were not seen.
func (r *Reconcile) Finish(ctx context.Context) (ReconcileResult, error) {
	if err := r.flush(ctx); err != nil {
		return r.result, err
	}
	err := r.s.removeDirs(ctx, r.folder, r.subtree, func(id int64, rel string) bool {
		return !r.seen.Contains(uint32(id)) && !slices.ContainsFunc(r.protected, func(p string) bool { return p == "" || inside(rel, p) })
	}, &r.result.Removed)
	return r.result, err
}

// Abandon ends a reconcile that was broken off. What was merged stays; nothing that was not seen is removed.
func (r *Reconcile) Abandon() { r.waiting = nil }

// flush merges the waiting directories, several in a transaction; a large one takes several.
func (r *Reconcile) flush(ctx context.Context) error {
	for len(r.waiting) > 0 {
		if err := ctx.Err(); err != nil {
			return err
		}
		if r.waiting[0].size() > mergeEntries {
			if err := r.large(ctx, r.waiting[0]); err != nil {
				return err
			}
			r.waiting = r.waiting[1:]
			continue
		}
		n, entries := 0, 0
		for n < len(r.waiting) && entries+r.waiting[n].size() <= mergeEntries {
			entries += r.waiting[n].size()
			n++
		}
		var counts ReconcileResult
		var dirs []int64
		err := r.s.index.write(ctx, "merge directories", func(t *tx) error {
			counts, dirs = ReconcileResult{}, nil
			touched := newTouched()
			for _, l := range r.waiting[:n] {
				dir, err := t.dir(r.folder, l.rel)
				if err != nil {
					return err
				}
				dirs = append(dirs, dir)
				m := merge{t: t, dir: dir, touched: touched, counts: &counts}
				if err := m.run(l.entries, nil, nil); err != nil {
					return err
				}
				if err := t.exec("UPDATE dir SET digest = ?, files = ?, problem = NULL WHERE id = ?", l.digest, len(l.entries), dir); err != nil {
					return err
				}
			}
			return t.settle(touched)
		})
		if err != nil {
			return err
		}
		r.add(counts, dirs...)
		r.waiting = r.waiting[n:]
	}
	r.waiting, r.entries = nil, 0
	return nil
}

// large merges one directory in several transactions; until the last its digest is unknown.
func (r *Reconcile) large(ctx context.Context, l listing) error {
	var after []byte
	rest := l.entries
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		step, until, err := r.step(ctx, l.rel, rest, after)
		if err != nil {
			return err
		}
		var counts ReconcileResult
		var dir int64
		err = r.s.index.write(ctx, "merge a directory", func(t *tx) (err error) {
			counts = ReconcileResult{}
			if dir, err = t.dir(r.folder, l.rel); err != nil {
				return err
			}
			touched := newTouched()
			m := merge{t: t, dir: dir, touched: touched, counts: &counts}
			if err := m.run(step, after, until); err != nil {
				return err
			}
			digest := l.digest
			if until != nil {
				digest = nil
			}
			if err := t.exec("UPDATE dir SET digest = ?, files = ?, problem = NULL WHERE id = ?", digest, len(l.entries), dir); err != nil {
				return err
			}
			return t.settle(touched)
		})
		if err != nil {
			return err
		}
		r.add(counts, dir)
		if until == nil {
			return nil
		}
		rest, after = rest[len(step):], until
	}
}

// step cuts off what one transaction merges: the entries and rows with names in (after, until]; until nil: all that is left.
func (r *Reconcile) step(ctx context.Context, rel string, rest []Entry, after []byte) (step []Entry, until []byte, err error) {
	if after == nil {
		after = []byte{}
	}
	_, err = r.s.index.one(ctx, "read directory", `SELECT f.name FROM file f JOIN dir d ON d.id = f.dir
		WHERE d.folder = ? AND d.rel = ? AND f.name > ? ORDER BY f.name LIMIT 1 OFFSET ?`,
		[]any{r.folder, []byte(rel), after, mergeEntries}, &until)
	if err != nil {
		return nil, nil, err
	}
	if len(rest) > mergeEntries && (until == nil || rest[mergeEntries-1].Name < string(until)) {
		until = []byte(rest[mergeEntries-1].Name)
	}
	if until == nil {
		return rest, nil, nil
	}
	n := sort.Search(len(rest), func(i int) bool { return rest[i].Name > string(until) })
	return rest[:n], until, nil
}

func (r *Reconcile) add(c ReconcileResult, dirs ...int64) {
	r.result.Added += c.Added
	r.result.Changed += c.Changed
	r.result.Removed += c.Removed
	r.result.Unchanged += c.Unchanged
	for _, d := range dirs {
		r.seen.Add(uint32(d))
	}
}

// isKept returns ErrUnknownFolder of a folder that was taken out, perhaps while it is scanned.
func (t *tx) isKept(folder FolderID) error {
	kept, err := t.one("SELECT 1 FROM folder WHERE id = ? AND state <> 'removing'", []any{folder}, new(int))
	if err == nil && !kept {
		err = fmt.Errorf("folder %d: %w", folder, ErrUnknownFolder)
	}
	return err
}

// dir returns the number of a directory, which is made if it is new.
func (t *tx) dir(folder FolderID, rel string) (int64, error) {
	if err := t.isKept(folder); err != nil {
		return 0, err
	}
	var id int64
	ok, err := t.one("SELECT id FROM dir WHERE folder = ? AND rel = ?", []any{folder, []byte(rel)}, &id)
	if err != nil || ok {
		return id, err
	}
	res, err := t.result("INSERT INTO dir (folder, rel) VALUES (?, ?)", folder, []byte(rel))
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// listingDigest is the first 16 bytes of the SHA-256 of all that a file row keeps of a listing.
func listingDigest(entries []Entry) []byte {
	h := sha256.New()
	buf := make([]byte, 0, 512)
	for _, e := range entries {
		buf = binary.AppendUvarint(buf[:0], uint64(len(e.Name)))
		buf = append(buf, e.Name...)
		buf = binary.LittleEndian.AppendUint64(buf, uint64(e.Size))
		buf = binary.LittleEndian.AppendUint64(buf, uint64(e.MTime))
		buf = binary.LittleEndian.AppendUint64(buf, e.Inode)
		buf = binary.AppendUvarint(buf, uint64(len(e.Sidecar)))
		buf = append(buf, e.Sidecar...)
		buf = binary.LittleEndian.AppendUint64(buf, uint64(e.SidecarSize))
		buf = binary.LittleEndian.AppendUint64(buf, uint64(e.SidecarMTime))
		h.Write(buf)
	}
	return h.Sum(nil)[:16]
}

// DirectoryProblems returns the directories that could not be read when they were last looked at.
func (s *Store) DirectoryProblems(ctx context.Context) ([]DirectoryProblem, error) {
	var all []DirectoryProblem
	err := s.index.each(ctx, "list unreadable directories", `SELECT d.folder, f.path, d.rel, d.problem FROM dir d JOIN folder f ON f.id = d.folder
		WHERE d.problem IS NOT NULL AND f.state <> 'removing' ORDER BY f.path, d.rel`, nil, func(r rowScanner) error {
		var p DirectoryProblem
		var root, rel []byte
		err := r.Scan(&p.Folder, &root, &rel, &p.Reason)
		p.Path = join(string(root), string(rel))
		all = append(all, p)
		return err
	})
	return all, err
}
