package store

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"

	"pixeldetective/backend/photo"
)

// CounterIndexed counts the files that were linked to their photo. It grows in the transaction that links them, so whoever
// sees that no file waits sees what that took.
const CounterIndexed = "files_indexed"

// Commit writes what became of pending files: thumbnails and supersedes links first, then all else in one transaction. A
// file whose row no longer says what Pending said stays as it is and is counted as stale; its photo is kept.
func (s *Store) Commit(ctx context.Context, done []Indexed, failed []Failed) (Committed, error) {
	if s.readOnly {
		return Committed{}, &ReadOnlyError{File: s.index.file, Reason: "it was opened for searching only"}
	}
	if err := s.writeThumbnails(ctx, done); err != nil {
		return Committed{}, err
	}
	if err := s.supersede(ctx, done); err != nil {
		return Committed{}, err
	}
	var c Committed
	err := s.index.write(ctx, "commit photos", func(t *tx) error {
		b := batch{t: t, touched: newTouched(), models: map[photo.ModelRef]int64{}, at: s.now().UnixNano()}
		for i := range done {
			if err := b.indexed(&done[i]); err != nil {
				return err
			}
		}
		for i := range failed {
			if err := b.failed(&failed[i]); err != nil {
				return err
			}
		}
		if err := t.settle(b.touched); err != nil {
			return err
		}
		c = b.counts
		if c.Linked == 0 {
			return nil
		}
		return t.addCounter(CounterIndexed, int64(c.Linked))
	})
	if err != nil {
		return Committed{}, err
	}
	return c, nil
}

// batch is a commit in hand.
type batch struct {
	t       *tx
	touched *touched
	models  map[photo.ModelRef]int64
	at      int64
	counts  Committed
}

func (b *batch) model(ref photo.ModelRef) (int64, error) {
	if key, ok := b.models[ref]; ok {
		return key, nil
	}
	key, err := b.t.model(ref)
	if err == nil {
		b.models[ref] = key
	}
	return key, err
}

// current reads the photo of a file row, and says whether the row still is what p says.
func (b *batch) current(p Pending) (num, previous *int64, fresh bool, err error) {
	var size, mtime, inode, scSize, scMTime int64
	var sidecar []byte
	ok, err := b.t.one("SELECT size, mtime, inode, sidecar, sidecar_size, sidecar_mtime, photo, previous FROM file WHERE id = ?",
		[]any{p.File}, &size, &mtime, &inode, &sidecar, &scSize, &scMTime, &num, &previous)
	fresh = ok && size == p.Size && mtime == p.MTime && inode == int64(p.Inode) &&
		string(sidecar) == p.Sidecar && scSize == p.SidecarSize && scMTime == p.SidecarMTime
	return num, previous, fresh, err
}

func (b *batch) indexed(x *Indexed) error {
	was, _, fresh, err := b.current(x.Pending)
	if err != nil {
		return err
	}
	num, known, err := b.photo(x)
	if err != nil {
		return err
	}
	if !known {
		b.counts.Stale++ // it was forgotten since the caller looked it up; the file stays pending
		return nil
	}
	if err := b.understood(x, num); err != nil {
		return err
	}
	if !fresh {
		b.counts.Stale++
		return nil
	}
	b.counts.Linked++
	if was == nil || *was != num {
		if was != nil {
			b.touched.unlink(*was)
		}
		b.touched.link(num)
	}
	return b.t.exec(`UPDATE file SET state = 1, photo = ?, previous = NULL, refresh = 0, attempts = 0, kind = '', reason = '', failed_at = 0
		WHERE id = ?`, num, x.File)
}

// photo makes or refreshes the row of a photo; known is false where there is none and nothing to make it of.
func (b *batch) photo(x *Indexed) (num int64, known bool, err error) {
	known, err = b.t.one("SELECT num FROM photo WHERE id = ?", []any{x.Photo[:]}, &num)
	if err != nil || x.New == nil {
		return num, known, err
	}
	m := &x.New.Metadata
	if !known {
		res, err := b.t.result("INSERT INTO photo (id, added_at) VALUES (?, ?)", x.Photo[:], b.at)
		if err != nil {
			return 0, false, err
		}
		if num, err = res.LastInsertId(); err != nil {
			return 0, false, err
		}
		b.counts.Added++
	}
	b.touched.reword(num)
	var digest, taken, latitude, longitude any
	if !x.New.PixelDigest.IsZero() {
		digest = x.New.PixelDigest[:]
	}
	if !m.Taken.IsZero() {
		taken = m.Taken.Local.Unix()
	}
	if m.Place != nil {
		latitude, longitude = m.Place.Latitude, m.Place.Longitude
	}
	err = b.t.exec(`UPDATE photo SET bytes = ?, pixel_digest = coalesce(?, pixel_digest), perceptual_hash = ?, format = ?, width = ?, height = ?,
		damaged = ?, taken = ?, taken_source = ?, latitude = ?, longitude = ?, make = ?, camera = ?, lens = ?, iso = ?, aperture = ?,
		exposure = ?, focal_length = ?, rating = ?, label = ?, city = ?, country = ? WHERE num = ?`,
		x.Size, digest, int64(x.New.PerceptualHash), m.Format, m.Width, m.Height, m.Damaged, taken, string(m.Taken.Source), latitude,
		longitude, m.Make, m.Camera, m.Lens, m.ISO, m.Aperture, m.Exposure, m.FocalLength, m.Rating, m.Label, m.City, m.Country, num)
	if err != nil {
		return 0, false, err
	}
	return num, true, b.document(num, m)
}

func (b *batch) document(num int64, m *photo.Metadata) error {
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("metadata of photo %d: %w", num, err)
	}
	if err := b.t.exec("INSERT INTO document (photo, json) VALUES (?, ?) ON CONFLICT (photo) DO UPDATE SET json = excluded.json",
		num, string(text)); err != nil {
		return err
	}
	if err := b.t.exec("DELETE FROM keyword WHERE photo = ?", num); err != nil {
		return err
	}
	for _, k := range m.Keywords {
		if err := b.t.exec("INSERT OR IGNORE INTO keyword (photo, name) VALUES (?, ?)", num, k); err != nil {
			return err
		}
	}
	return nil
}

// understood writes what models made of a photo.
func (b *batch) understood(x *Indexed, num int64) error {
	if x.EmbeddingFrom != nil {
		if err := b.copyFrom(*x.EmbeddingFrom, num); err != nil {
			return err
		}
	}
	if err := b.vector(x.Photo, num, x.Embedding); err != nil {
		return err
	}
	if x.TagsRef != (photo.ModelRef{}) {
		if err := b.tags(num, x.TagsRef, x.Tags); err != nil {
			return err
		}
	}
	for _, u := range x.Unseen {
		if err := b.unseen(num, u); err != nil {
			return err
		}
	}
	return nil
}

// vector writes what one model made of a photo.
func (b *batch) vector(id photo.ID, num int64, e *Embedding) error {
	if e == nil {
		return nil
	}
	halfs, err := encodeHalfs(e.Vector)
	if err != nil {
		return fmt.Errorf("vector of %s by %s: %w", id, e.Ref, err)
	}
	key, err := b.model(e.Ref)
	if err != nil {
		return err
	}
	if err := b.t.exec(`INSERT INTO embedding (model, photo, vector) VALUES (?, ?, ?)
		ON CONFLICT (model, photo) DO UPDATE SET vector = excluded.vector`, key, num, halfs); err != nil {
		return err
	}
	if err := b.t.exec("DELETE FROM unseen WHERE model = ? AND photo = ?", key, num); err != nil {
		return err
	}
	b.counts.Embedded++
	return b.t.change(Embedded, num, key)
}

// tags replaces the tags that a model gave a photo.
func (b *batch) tags(num int64, ref photo.ModelRef, tags []photo.Tag) error {
	key, err := b.model(ref)
	if err != nil {
		return err
	}
	if err := b.t.exec("DELETE FROM tag WHERE photo = ? AND model = ?", num, key); err != nil {
		return err
	}
	for _, tag := range tags {
		if math.IsNaN(float64(tag.Score)) || math.IsInf(float64(tag.Score), 0) {
			continue
		}
		if err := b.t.exec("INSERT OR REPLACE INTO tag (photo, model, kind, name, score) VALUES (?, ?, ?, ?, ?)",
			num, key, tag.Kind, tag.Name, float64(tag.Score)); err != nil {
			return err
		}
	}
	b.touched.reword(num)
	return nil
}

// unseen notes that a model cannot look at a photo.
func (b *batch) unseen(num int64, u Unseen) error {
	key, err := b.model(u.Ref)
	if err != nil {
		return err
	}
	return b.t.exec(`INSERT INTO unseen (model, photo, kind, reason, at) VALUES (?, ?, ?, ?, ?)
		ON CONFLICT (model, photo) DO UPDATE SET kind = excluded.kind, reason = excluded.reason, at = excluded.at`,
		key, num, string(u.Kind), u.Reason, b.at)
}

// copyFrom gives a photo what models made of another one with the same pixels.
func (b *batch) copyFrom(from photo.ID, num int64) error {
	var other int64
	ok, err := b.t.one("SELECT num FROM photo WHERE id = ?", []any{from[:]}, &other)
	if err != nil || !ok || other == num {
		return err
	}
	var keys []int64
	if err := b.t.each("INSERT OR IGNORE INTO embedding (model, photo, vector) SELECT model, ?, vector FROM embedding WHERE photo = ? RETURNING model",
		[]any{num, other}, func(r rowScanner) error {
			var key int64
			err := r.Scan(&key)
			keys = append(keys, key)
			return err
		}); err != nil {
		return err
	}
	for _, key := range keys {
		b.counts.Embedded++
		if err := b.t.change(Embedded, num, key); err != nil {
			return err
		}
	}
	if err := b.t.exec("INSERT OR IGNORE INTO tag (photo, model, kind, name, score) SELECT ?, model, kind, name, score FROM tag WHERE photo = ?",
		num, other); err != nil {
		return err
	}
	b.touched.reword(num)
	return b.t.exec("INSERT OR IGNORE INTO caption (photo, model, text) SELECT ?, model, text FROM caption WHERE photo = ?", num, other)
}

func (b *batch) failed(x *Failed) error {
	was, previous, fresh, err := b.current(x.Pending)
	if err != nil {
		return err
	}
	if !fresh {
		b.counts.Stale++
		return nil
	}
	b.counts.Failed++
	if was != nil {
		b.touched.unlink(*was)
		previous = was
	}
	return b.t.exec("UPDATE file SET state = 2, photo = NULL, previous = ?, attempts = ?, kind = ?, reason = ?, failed_at = ? WHERE id = ?",
		previous, x.Attempts, string(x.Kind), x.Reason, b.at, x.File)
}

func (s *Store) writeThumbnails(ctx context.Context, done []Indexed) error {
	some := false
	for i := range done {
		some = some || done[i].New != nil && len(done[i].New.Thumbnail) > 0
	}
	if !some {
		return nil
	}
	return s.thumbs.write(ctx, "write thumbnails", func(t *tx) error {
		for i := range done {
			x := &done[i]
			if x.New == nil || len(x.New.Thumbnail) == 0 {
				continue
			}
			if err := t.exec(`INSERT INTO thumb (photo, format, bytes) VALUES (?, ?, ?)
				ON CONFLICT (photo) DO UPDATE SET format = excluded.format, bytes = excluded.bytes`,
				x.Photo[:], thumbnailFormat(x.New.Thumbnail), x.New.Thumbnail); err != nil {
				return err
			}
		}
		return nil
	})
}

func thumbnailFormat(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte("\xff\xd8")):
		return "jpeg"
	case len(b) > 12 && string(b[:4]) == "RIFF" && string(b[8:12]) == "WEBP":
		return "webp"
	}
	return "unknown"
}
