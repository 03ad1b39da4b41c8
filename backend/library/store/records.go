package store

import (
	"context"
	"encoding/json"
	"fmt"
	"path/filepath"
	"strings"

	"pixeldetective/backend/photo"
)

// Records returns what is known of the photos, in the order asked for; unknown numbers are left out.
func (s *Store) Records(ctx context.Context, nums []int64) ([]Record, error) {
	if len(nums) == 0 {
		return nil, nil
	}
	asked := list(nums)
	byNum := make(map[int64]*Record, len(nums))
	if err := s.index.each(ctx, "read photos", `SELECT p.num, p.id, p.bytes, d.json FROM json_each(?) j CROSS JOIN photo p ON p.num = j.value
		LEFT JOIN document d ON d.photo = p.num`, []any{asked}, func(r rowScanner) error {
		var rec Record
		var text *string
		if err := r.Scan(&rec.Num, &rec.Photo, &rec.Bytes, &text); err != nil {
			return err
		}
		if text != nil {
			if err := json.Unmarshal([]byte(*text), &rec.Metadata); err != nil {
				return fmt.Errorf("metadata of photo %s: %w", rec.Photo, err)
			}
		}
		byNum[rec.Num] = &rec
		return nil
	}); err != nil {
		return nil, err
	}
	distinct := make([]int64, 0, len(byNum))
	for num := range byNum {
		distinct = append(distinct, num)
	}
	asked = list(distinct)
	if err := s.index.each(ctx, "read paths", `SELECT f.photo, o.id, o.path, d.rel, f.name, o.state = 'offline' FROM json_each(?) j
		CROSS JOIN file f INDEXED BY file_photo ON f.photo = j.value CROSS JOIN dir d ON d.id = f.dir CROSS JOIN folder o ON o.id = d.folder
		WHERE o.state <> 'removing' ORDER BY o.path, d.rel, f.name`, []any{asked}, func(r rowScanner) error {
		var num int64
		var p Path
		var root, rel, name []byte
		if err := r.Scan(&num, &p.Folder, &root, &rel, &name, &p.Offline); err != nil {
			return err
		}
		p.Root, p.Rel = string(root), below(rel, name)
		byNum[num].Paths = append(byNum[num].Paths, p)
		return nil
	}); err != nil {
		return nil, err
	}
	if err := s.index.each(ctx, "read tags", `SELECT t.photo, t.name, t.kind, t.score FROM json_each(?) j CROSS JOIN tag t ON t.photo = j.value
		ORDER BY t.photo, t.score DESC, t.name`, []any{asked}, func(r rowScanner) error {
		var num int64
		var tag photo.Tag
		if err := r.Scan(&num, &tag.Name, &tag.Kind, &tag.Score); err != nil {
			return err
		}
		byNum[num].Tags = append(byNum[num].Tags, tag)
		return nil
	}); err != nil {
		return nil, err
	}
	all := make([]Record, 0, len(nums))
	for _, num := range nums {
		if rec, ok := byNum[num]; ok {
			all = append(all, *rec)
		}
	}
	return all, nil
}

// NumOf returns the number of a photo.
func (s *Store) NumOf(ctx context.Context, id photo.ID) (int64, bool, error) {
	var num int64
	ok, err := s.index.one(ctx, "look up photo", "SELECT num FROM photo WHERE id = ?", []any{id[:]}, &num)
	return num, ok, err
}

// PhotoAt returns the photo that a path shows, as of the last time it was indexed.
func (s *Store) PhotoAt(ctx context.Context, path string) (photo.ID, bool, error) {
	var id photo.ID
	folders, err := s.Folders(ctx)
	if err != nil {
		return id, false, err
	}
	path = filepath.Clean(path)
	for _, f := range folders {
		if path == f.Path || !inside(path, f.Path) {
			continue
		}
		rel := strings.TrimPrefix(strings.TrimPrefix(path, f.Path), "/")
		dir, name := "", rel
		if i := strings.LastIndexByte(rel, '/'); i >= 0 {
			dir, name = rel[:i], rel[i+1:]
		}
		ok, err := s.index.one(ctx, "look up path", `SELECT p.id FROM dir d CROSS JOIN file f ON f.dir = d.id CROSS JOIN photo p ON p.num = f.photo
			WHERE d.folder = ? AND d.rel = ? AND f.name = ?`, []any{f.ID, []byte(dir), []byte(name)}, &id)
		if ok || err != nil {
			return id, ok, err
		}
	}
	return id, false, nil
}

// Count returns the library's numbers; Embedded is about ref.
func (s *Store) Count(ctx context.Context, ref photo.ModelRef) (Counts, error) {
	var c Counts
	key, err := s.modelKey(ctx, ref)
	if err != nil {
		return c, err
	}
	_, err = s.index.one(ctx, "count", `SELECT (SELECT count(*) FROM photo) - (SELECT count(*) FROM photo INDEXED BY photo_gone WHERE files = 0),
		(SELECT count(*) FROM file), (SELECT count(*) FROM embedding INDEXED BY embedding_model WHERE model = ?),
		(SELECT count(*) FROM file INDEXED BY file_pending WHERE state = 0), (SELECT count(*) FROM file INDEXED BY file_failed WHERE state = 2),
		(SELECT count(*) FROM folder WHERE state <> 'removing'),
		(SELECT count(*) FROM photo p INDEXED BY photo_gone CROSS JOIN embedding e INDEXED BY embedding_model ON e.model = ? AND e.photo = p.num WHERE p.files = 0)`,
		[]any{key, key}, &c.Photos, &c.Files, &c.Embedded, &c.Pending, &c.Failed, &c.Folders, &c.Seen)
	c.Seen = c.Embedded - c.Seen
	return c, err
}

// Thumbnail returns the thumbnail of a photo, JPEG or WebP, or ErrNoThumbnail.
func (s *Store) Thumbnail(ctx context.Context, id photo.ID) ([]byte, error) {
	var b []byte
	ok, err := s.thumbs.one(ctx, "read thumbnail", "SELECT bytes FROM thumb WHERE photo = ?", []any{id[:]}, &b)
	if err == nil && !ok {
		err = fmt.Errorf("photo %s: %w", id, ErrNoThumbnail)
	}
	return b, err
}
