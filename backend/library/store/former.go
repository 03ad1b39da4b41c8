package store

import (
	"context"
	"slices"
	"time"
)

// formerKept is how many folders that were taken out are remembered, those that left last.
const formerKept = 16

// FormerFolder is a folder that was taken out of the library.
type FormerFolder struct {
	Path string    // bytes as the operating system gave them
	Left time.Time // when it was taken out
}

// FormerFolders returns the folders that a person took out and that are not in the library now, neither themselves nor as
// a part of another folder; those that left last come first. There are at most 16.
func (s *Store) FormerFolders(ctx context.Context) ([]FormerFolder, error) {
	now, err := s.Folders(ctx)
	if err != nil {
		return nil, err
	}
	var all []FormerFolder
	err = s.decisions.each(ctx, "list folders that were taken out", "SELECT path, left_at FROM former_root ORDER BY left_at DESC, path", nil, func(r rowScanner) error {
		var path []byte
		var left int64
		if err := r.Scan(&path, &left); err != nil {
			return err
		}
		f := FormerFolder{Path: string(path), Left: time.Unix(0, left)}
		if !slices.ContainsFunc(now, func(known Folder) bool { return inside(f.Path, known.Path) }) {
			all = append(all, f)
		}
		return nil
	})
	return all, err
}

// leaveRoot notes that a folder left the person's choices, and forgets those that left long before.
func (t *tx) leaveRoot(path string, at time.Time) error {
	if err := t.exec("DELETE FROM root WHERE path = ?", []byte(path)); err != nil {
		return err
	}
	if err := t.exec("INSERT INTO former_root (path, left_at) VALUES (?, ?) ON CONFLICT DO UPDATE SET left_at = excluded.left_at", []byte(path), at.UnixNano()); err != nil {
		return err
	}
	return t.exec("DELETE FROM former_root WHERE path NOT IN (SELECT path FROM former_root ORDER BY left_at DESC, path LIMIT ?)", formerKept)
}
