package store

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
)

// removeBatch is how many file rows are removed in one transaction.
const removeBatch = 1000

// AddFolder adds a folder. If it is known or lies inside a known one, that one is returned. If it holds known ones, they
// become part of it and lose no row.
func (s *Store) AddFolder(ctx context.Context, path string) (Folder, error) {
	if !filepath.IsAbs(path) {
		return Folder{}, fmt.Errorf("add folder %q: the path is not absolute", path)
	}
	path = filepath.Clean(path)
	// A folder of that name that an older program is removing is gone first; newer ones give the name free at once.
	var taken int64
	if removing, err := s.index.one(ctx, "look up folder", "SELECT id FROM folder WHERE path = ? AND state = 'removing'", []any{[]byte(path)}, &taken); err != nil {
		return Folder{}, err
	} else if removing {
		if err := s.FinishRemovals(ctx); err != nil {
			return Folder{}, err
		}
	}
	at := s.now()
	var added FolderID
	var swallowed []string
	err := s.index.write(ctx, "add folder", func(t *tx) error {
		added, swallowed = 0, nil
		var children []Folder
		err := t.each("SELECT id, path FROM folder WHERE state <> 'removing'", nil, func(r rowScanner) error {
			var f Folder
			var p []byte
			if err := r.Scan(&f.ID, &p); err != nil {
				return err
			}
			f.Path = string(p)
			if inside(path, f.Path) {
				added = f.ID
			} else if inside(f.Path, path) {
				children = append(children, f)
			}
			return nil
		})
		if err != nil || added != 0 {
			return err
		}
		res, err := t.result("INSERT INTO folder (path, added_at) VALUES (?, ?)", []byte(path), at.UnixNano())
		if err != nil {
			return err
		}
		id, err := res.LastInsertId()
		if err != nil {
			return err
		}
		added = FolderID(id)
		for _, c := range children {
			if err := t.swallow(added, path, c); err != nil {
				return err
			}
			swallowed = append(swallowed, c.Path)
		}
		return t.change(FolderChange, id, 0)
	})
	if err != nil {
		return Folder{}, err
	}
	if err := s.keepRoot(ctx, path, added, swallowed); err != nil {
		return Folder{}, err
	}
	return s.folder(ctx, added)
}

// swallow makes a known folder a part of one that holds it.
func (t *tx) swallow(into FolderID, path string, child Folder) error {
	prefix := strings.TrimPrefix(strings.TrimPrefix(child.Path, path), "/")
	if err := t.exec("UPDATE dir SET folder = ?, rel = CAST(? || CASE WHEN length(rel) = 0 THEN x'' ELSE x'2f' || rel END AS BLOB) WHERE folder = ?",
		into, []byte(prefix), child.ID); err != nil {
		return err
	}
	if err := t.exec("DELETE FROM folder WHERE id = ?", child.ID); err != nil {
		return err
	}
	return t.change(FolderChange, int64(child.ID), 0)
}

// keepRoot notes the folder among the person's choices, so that a lost index.db knows what to read again.
func (s *Store) keepRoot(ctx context.Context, path string, id FolderID, swallowed []string) error {
	f, err := s.folder(ctx, id)
	if err != nil || f.Path != path {
		return err
	}
	return s.decisions.write(ctx, "keep folder", func(t *tx) error {
		for _, p := range swallowed {
			if err := t.exec("DELETE FROM root WHERE path = ?", []byte(p)); err != nil {
				return err
			}
		}
		return t.exec("INSERT INTO root (path, added_at) VALUES (?, ?) ON CONFLICT DO NOTHING", []byte(path), f.AddedAt.UnixNano())
	})
}

// seedFolders gives a new index.db the folders that the person once added.
func (s *Store) seedFolders(ctx context.Context) error {
	var paths [][]byte
	var times []int64
	err := s.decisions.each(ctx, "read folders", "SELECT path, added_at FROM root ORDER BY path", nil, func(r rowScanner) error {
		var p []byte
		var at int64
		err := r.Scan(&p, &at)
		paths, times = append(paths, p), append(times, at)
		return err
	})
	if err != nil || len(paths) == 0 {
		return err
	}
	return s.index.write(ctx, "restore folders", func(t *tx) error {
		for i, p := range paths {
			if err := t.exec("INSERT INTO folder (path, added_at) VALUES (?, ?) ON CONFLICT DO NOTHING", p, times[i]); err != nil {
				return err
			}
		}
		return nil
	})
}

const folderColumns = "SELECT id, path, state, reason, added_at, scanned_at FROM folder"

func scanFolder(r rowScanner) (Folder, error) {
	var f Folder
	var path []byte
	var added, scanned int64
	err := r.Scan(&f.ID, &path, &f.State, &f.Reason, &added, &scanned)
	f.Path, f.AddedAt = string(path), time.Unix(0, added)
	if scanned != 0 {
		f.ScannedAt = time.Unix(0, scanned)
	}
	return f, err
}

func (s *Store) folder(ctx context.Context, id FolderID) (Folder, error) {
	f, ok := Folder{}, false
	err := s.index.each(ctx, "read folder", folderColumns+" WHERE id = ? AND state <> 'removing'", []any{id}, func(r rowScanner) (err error) {
		f, err = scanFolder(r)
		ok = true
		return err
	})
	if err == nil && !ok {
		err = fmt.Errorf("folder %d: %w", id, ErrUnknownFolder)
	}
	return f, err
}

// Folders returns all folders, ordered by path.
func (s *Store) Folders(ctx context.Context) ([]Folder, error) {
	var all []Folder
	err := s.index.each(ctx, "list folders", folderColumns+" WHERE state <> 'removing' ORDER BY path", nil, func(r rowScanner) error {
		f, err := scanFolder(r)
		all = append(all, f)
		return err
	})
	return all, err
}

// SetFolderState says whether a folder can be reached, and why not. Nothing is written where nothing changes.
func (s *Store) SetFolderState(ctx context.Context, id FolderID, state FolderState, reason string) error {
	if f, err := s.folder(ctx, id); err != nil || f.State == state && f.Reason == reason {
		return err
	}
	return s.index.write(ctx, "set a folder's state", func(t *tx) error {
		if err := t.exec("UPDATE folder SET state = ?, reason = ? WHERE id = ? AND state <> 'removing'", string(state), reason, id); err != nil {
			return err
		}
		return t.change(FolderChange, int64(id), 0)
	})
}

// MarkScanned notes that a scan of the whole folder ended at the given time.
func (s *Store) MarkScanned(ctx context.Context, id FolderID, at time.Time) error {
	return s.index.write(ctx, "note a scan", func(t *tx) error {
		return t.exec("UPDATE folder SET scanned_at = ? WHERE id = ?", at.UnixNano(), id)
	})
}

// RemoveFolder takes a folder and its file rows out of the library. Nothing on disk changes; photos are kept without a
// file. What a kill interrupts is finished by the next RemoveFolder, FinishRemovals or Repair; the folder is not seen
// meanwhile.
func (s *Store) RemoveFolder(ctx context.Context, id FolderID) error {
	if err := s.RetireFolder(ctx, id); err != nil && !errors.Is(err, ErrUnknownFolder) {
		return err
	}
	return s.FinishRemovals(ctx)
}

// RetireFolder is the first step of RemoveFolder: from now on the folder is not seen, and can be added anew. It takes no
// time; FinishRemovals does the rest.
func (s *Store) RetireFolder(ctx context.Context, id FolderID) error {
	f, err := s.folder(ctx, id)
	if err != nil {
		return err
	}
	// First the choice, then the rows: a rebuilt index must not bring the folder back.
	if err := s.decisions.write(ctx, "forget folder", func(t *tx) error {
		return t.leaveRoot(f.Path, s.now())
	}); err != nil {
		return err
	}
	// No path holds a zero byte, so the name is free.
	return s.index.write(ctx, "remove folder", func(t *tx) error {
		if err := t.exec("UPDATE folder SET state = 'removing', path = CAST(path || x'00' || id AS BLOB) WHERE id = ?", id); err != nil {
			return err
		}
		return t.change(FolderChange, int64(id), 0)
	})
}

// FinishRemovals removes the rows of folders that were retired, in bounded transactions.
func (s *Store) FinishRemovals(ctx context.Context) error {
	var ids []int64
	err := s.index.each(ctx, "list folders", "SELECT id FROM folder WHERE state = 'removing'", nil, func(r rowScanner) error {
		var id int64
		err := r.Scan(&id)
		ids = append(ids, id)
		return err
	})
	for _, id := range ids {
		if err != nil {
			return err
		}
		err = s.removeDirs(ctx, FolderID(id), "", func(int64, string) bool { return true }, nil)
		if err == nil {
			err = s.index.write(ctx, "remove folder", func(t *tx) error { return t.exec("DELETE FROM folder WHERE id = ?", id) })
		}
	}
	return err
}

// removeDirs removes the directories of a subtree that gone picks, in bounded transactions, and counts the files.
func (s *Store) removeDirs(ctx context.Context, folder FolderID, subtree string, gone func(id int64, rel string) bool, removed *int) error {
	last := int64(0)
	for {
		var batch []int64
		n := 0
		err := s.index.each(ctx, "list directories", `SELECT id, rel FROM dir WHERE folder = ? AND id > ? ORDER BY id LIMIT 1000`,
			[]any{folder, last}, func(r rowScanner) error {
				var id int64
				var rel []byte
				if err := r.Scan(&id, &rel); err != nil {
					return err
				}
				n++
				last = id
				if (subtree == "" || inside(string(rel), subtree)) && gone(id, string(rel)) {
					batch = append(batch, id)
				}
				return nil
			})
		if err != nil {
			return err
		}
		for _, id := range batch {
			if err := s.removeDir(ctx, id, removed); err != nil {
				return err
			}
		}
		if n < 1000 {
			return nil
		}
	}
}

// removeDir removes a directory and its files.
func (s *Store) removeDir(ctx context.Context, dir int64, removed *int) error {
	for {
		n := 0
		err := s.index.write(ctx, "remove directory", func(t *tx) error {
			rows, err := t.filesAfter(dir, nil, removeBatch)
			if err != nil {
				return err
			}
			touched := newTouched()
			for _, f := range rows {
				if err := t.removeFile(f, touched); err != nil {
					return err
				}
			}
			if err := t.settle(touched); err != nil {
				return err
			}
			n = len(rows)
			if n == removeBatch {
				return t.exec("UPDATE dir SET digest = NULL WHERE id = ?", dir)
			}
			return t.exec("DELETE FROM dir WHERE id = ?", dir)
		})
		if err != nil {
			return err
		}
		if removed != nil {
			*removed += n
		}
		if n < removeBatch {
			return nil
		}
	}
}

// inside says whether path is dir or lies below it.
func inside(path, dir string) bool {
	return path == dir || strings.HasPrefix(path, strings.TrimSuffix(dir, "/")+"/")
}
