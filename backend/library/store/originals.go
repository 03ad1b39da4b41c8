package store

import (
	"context"

	"pixeldetective/backend/photo"
)

// Original is a file that held a photo's bytes when it was last read.
type Original struct {
	Root    string // path of the folder
	Rel     string // below Root, with '/'
	Size    int64  // bytes, when it was read
	MTime   int64  // nanoseconds since 1970, when it was read
	Offline bool   // its folder cannot be reached
}

// Originals are the files of a photo, and what is needed to show one.
type Originals struct {
	Format        string // as photo.Metadata
	Width, Height int    // upright; 0: unknown
	Bytes         int64
	Files         []Original // those that can be reached first
}

// originalsMost is how many files of one photo are returned: one is enough, the others are tried if it cannot be read.
const originalsMost = 64

// Originals returns the files that were read as this photo and are, as far as is known, what they were then; false: the
// photo is not known.
func (s *Store) Originals(ctx context.Context, id photo.ID) (Originals, bool, error) {
	var o Originals
	var num int64
	found, err := s.index.one(ctx, "look up photo", "SELECT num, format, width, height, bytes FROM photo WHERE id = ?", []any{id[:]},
		&num, &o.Format, &o.Width, &o.Height, &o.Bytes)
	if err != nil || !found {
		return o, false, err
	}
	err = s.index.each(ctx, "read originals", `SELECT o.path, d.rel, f.name, f.size, f.mtime, o.state = 'offline'
		FROM file f INDEXED BY file_photo CROSS JOIN dir d ON d.id = f.dir CROSS JOIN folder o ON o.id = d.folder
		WHERE f.photo = ? AND f.state = 1 AND o.state <> 'removing' ORDER BY o.state = 'offline', o.path, d.rel, f.name LIMIT ?`,
		[]any{num, originalsMost}, func(r rowScanner) error {
			var f Original
			var root, rel, name []byte
			if err := r.Scan(&root, &rel, &name, &f.Size, &f.MTime, &f.Offline); err != nil {
				return err
			}
			f.Root, f.Rel = string(root), below(rel, name)
			o.Files = append(o.Files, f)
			return nil
		})
	return o, err == nil, err
}

// KeepThumbnail keeps a thumbnail, JPEG or WebP, that was made again for a known photo.
func (s *Store) KeepThumbnail(ctx context.Context, id photo.ID, data []byte) error {
	return s.thumbs.write(ctx, "write thumbnail", func(t *tx) error {
		return t.exec("INSERT INTO thumb (photo, format, bytes) VALUES (?, ?, ?) ON CONFLICT (photo) DO UPDATE SET format = excluded.format, bytes = excluded.bytes",
			id[:], thumbnailFormat(data), data)
	})
}
