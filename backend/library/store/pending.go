package store

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"pixeldetective/backend/photo"
)

const pendingColumns = `SELECT f.id, d.folder, o.path, d.rel, f.name, f.size, f.mtime, f.inode, f.sidecar, f.sidecar_size, f.sidecar_mtime,
	f.refresh, f.attempts, p.id`

func scanPending(r rowScanner) (Pending, error) {
	var p Pending
	var root, rel, name, sidecar, previous []byte
	var inode int64
	err := r.Scan(&p.File, &p.Folder, &root, &rel, &name, &p.Size, &p.MTime, &inode, &sidecar, &p.SidecarSize, &p.SidecarMTime,
		&p.Refresh, &p.Attempts, &previous)
	p.Root, p.Rel, p.Inode, p.Sidecar = string(root), below(rel, name), uint64(inode), string(sidecar)
	if len(previous) == 32 {
		id := photo.ID(previous)
		p.Previous = &id
	}
	return p, err
}

// below returns the path of a file below its folder.
func below(rel, name []byte) string {
	if len(rel) == 0 {
		return string(name)
	}
	return string(rel) + "/" + string(name)
}

// NewestPending returns files of reachable folders that wait to be indexed, the newest first, after one in this order; nil:
// from the newest on. What changes again meanwhile has a newer time and is passed by: start over from nil when a pass has
// ended. So a pass takes no file twice, but for one that was given an older time.
func (s *Store) NewestPending(ctx context.Context, after *Pending, limit int) ([]Pending, error) {
	mtime, file := int64(math.MaxInt64), int64(math.MaxInt64)
	if after != nil {
		mtime, file = after.MTime, after.File
	}
	return s.pending(ctx, "list pending files", pendingColumns+` FROM file f INDEXED BY file_newest
		CROSS JOIN dir d ON d.id = f.dir CROSS JOIN folder o ON o.id = d.folder
		LEFT JOIN photo p ON p.num = coalesce(f.photo, f.previous)
		WHERE f.state = 0 AND (f.mtime, f.id) < (?, ?) AND o.state = 'online' ORDER BY f.mtime DESC, f.id DESC LIMIT ?`, mtime, file, limit)
}

func (s *Store) pending(ctx context.Context, what, query string, args ...any) ([]Pending, error) {
	var all []Pending
	err := s.index.each(ctx, what, query, args, func(r rowScanner) error {
		p, err := scanPending(r)
		all = append(all, p)
		return err
	})
	return all, err
}

// PendingTotals returns how much waits in reachable folders.
func (s *Store) PendingTotals(ctx context.Context) (Totals, error) {
	var t Totals
	var away int
	if _, err := s.index.one(ctx, "count pending files", "SELECT count(*) FROM folder WHERE state <> 'online'", nil, &away); err != nil {
		return t, err
	}
	query := "SELECT count(*), coalesce(sum(size), 0) FROM file INDEXED BY file_pending WHERE state = 0"
	if away > 0 {
		query = `SELECT count(*), coalesce(sum(f.size), 0) FROM file f INDEXED BY file_pending CROSS JOIN dir d ON d.id = f.dir
			WHERE f.state = 0 AND d.folder IN (SELECT id FROM folder WHERE state = 'online')`
	}
	_, err := s.index.one(ctx, "count pending files", query, nil, &t.Files, &t.Bytes)
	return t, err
}

// PendingIn returns how many files wait in a folder, or in a subtree of it.
func (s *Store) PendingIn(ctx context.Context, id FolderID, subtree string) (int64, error) {
	query := `SELECT count(*) FROM file f INDEXED BY file_pending CROSS JOIN dir d ON d.id = f.dir WHERE f.state = 0 AND d.folder = ?`
	args := []any{id}
	if subtree != "" {
		query += " AND (d.rel = ? OR substr(d.rel, 1, ?) = ?)"
		args = append(args, []byte(subtree), len(subtree)+1, []byte(subtree+"/"))
	}
	var n int64
	_, err := s.index.one(ctx, "count pending files", query, args, &n)
	return n, err
}

// Unembedded returns indexed photos that have no vector of the model and no lasting reason for that, one file of each,
// ordered by File.
func (s *Store) Unembedded(ctx context.Context, ref photo.ModelRef, after int64, limit int) ([]Pending, error) {
	key, err := s.modelKey(ctx, ref)
	if err != nil {
		return nil, err
	}
	return s.pending(ctx, "list photos without a vector", pendingColumns+` FROM file f NOT INDEXED
		CROSS JOIN dir d ON d.id = f.dir CROSS JOIN folder o ON o.id = d.folder
		CROSS JOIN photo p ON p.num = f.photo
		WHERE f.id > ? AND f.state = 1 AND o.state = 'online'
		AND NOT EXISTS (SELECT 1 FROM embedding e INDEXED BY embedding_model WHERE e.model = ? AND e.photo = f.photo)
		AND NOT EXISTS (SELECT 1 FROM unseen u WHERE u.model = ? AND u.photo = f.photo)
		AND f.id = (SELECT min(g.id) FROM file g JOIN dir gd ON gd.id = g.dir JOIN folder gf ON gf.id = gd.folder
			WHERE g.photo = f.photo AND g.state = 1 AND gf.state = 'online')
		ORDER BY f.id LIMIT ?`, after, key, key, limit)
}

// Attempted notes, before a risky attempt, that the files are tried once more; so a killed process counts too.
func (s *Store) Attempted(ctx context.Context, files []int64) error {
	return s.index.write(ctx, "note an attempt", func(t *tx) error {
		for _, f := range files {
			if err := t.exec("UPDATE file SET attempts = attempts + 1 WHERE id = ?", f); err != nil {
				return err
			}
		}
		return nil
	})
}

// RetryFailed makes failed files of these kinds pending again (all kinds if none is given) and returns how many. Photos that
// a model could not look at for such a reason are tried again too.
func (s *Store) RetryFailed(ctx context.Context, kinds ...FailureKind) (int, error) {
	where, args := "", []any(nil)
	if len(kinds) > 0 {
		where = " AND kind IN (?" + strings.Repeat(", ?", len(kinds)-1) + ")"
		for _, k := range kinds {
			args = append(args, string(k))
		}
	}
	var n int64
	err := s.index.write(ctx, "retry failed files", func(t *tx) error {
		res, err := t.result("UPDATE file SET state = 0, attempts = 0, kind = '', reason = '', failed_at = 0 WHERE state = 2"+where, args...)
		if err != nil {
			return err
		}
		if n, err = res.RowsAffected(); err != nil {
			return err
		}
		if len(kinds) == 0 {
			return t.exec("DELETE FROM unseen")
		}
		return t.exec("DELETE FROM unseen WHERE kind IN (?"+strings.Repeat(", ?", len(kinds)-1)+")", args...)
	})
	return int(n), err
}

// Known returns which of the photos are known, and whether they have a vector of the model.
func (s *Store) Known(ctx context.Context, ids []photo.ID, ref photo.ModelRef) (map[photo.ID]Known, error) {
	key, err := s.modelKey(ctx, ref)
	if err != nil {
		return nil, err
	}
	all := make(map[photo.ID]Known, len(ids))
	for _, id := range ids {
		var k Known
		ok, err := s.index.one(ctx, "look up photo", `SELECT num, EXISTS (SELECT 1 FROM embedding e WHERE e.model = ? AND e.photo = num)
			FROM photo WHERE id = ?`, []any{key, id[:]}, &k.Num, &k.Embedded)
		if err != nil {
			return nil, err
		}
		if ok {
			all[id] = k
		}
	}
	return all, nil
}

// SamePixels returns, for each digest, a photo with these pixels and a vector of the model, where there is one.
func (s *Store) SamePixels(ctx context.Context, digests []photo.PixelDigest, ref photo.ModelRef) (map[photo.PixelDigest]photo.ID, error) {
	key, err := s.modelKey(ctx, ref)
	if err != nil {
		return nil, err
	}
	all := make(map[photo.PixelDigest]photo.ID, len(digests))
	for _, d := range digests {
		if d.IsZero() {
			continue
		}
		var id photo.ID
		ok, err := s.index.one(ctx, "look up pixels", `SELECT p.id FROM photo p INDEXED BY photo_pixels WHERE p.pixel_digest = ?
			AND EXISTS (SELECT 1 FROM embedding e WHERE e.model = ? AND e.photo = p.num) ORDER BY p.num LIMIT 1`, []any{d[:], key}, &id)
		if err != nil {
			return nil, err
		}
		if ok {
			all[d] = id
		}
	}
	return all, nil
}

// Failures returns the files that could not be indexed, ordered by File.
func (s *Store) Failures(ctx context.Context) ([]Failure, error) {
	return s.failures(ctx, "ORDER BY f.id")
}

func (s *Store) failures(ctx context.Context, order string, args ...any) ([]Failure, error) {
	var all []Failure
	err := s.index.each(ctx, "list failures", `SELECT f.id, o.path, d.folder, d.rel, f.name, f.reason, f.kind, f.failed_at
		FROM file f INDEXED BY file_failed CROSS JOIN dir d ON d.id = f.dir CROSS JOIN folder o ON o.id = d.folder
		WHERE f.state = 2 AND o.state <> 'removing' `+order, args, func(r rowScanner) error {
		var f Failure
		var root, rel, name []byte
		var at int64
		err := r.Scan(&f.File, &root, &f.Folder, &rel, &name, &f.Reason, &f.Kind, &at)
		f.Rel, f.At = below(rel, name), time.Unix(0, at)
		f.Path = join(string(root), f.Rel)
		all = append(all, f)
		return err
	})
	return all, err
}

// AddCounter adds to a durable counter.
func (s *Store) AddCounter(ctx context.Context, name string, n int64) error {
	return s.index.write(ctx, fmt.Sprintf("add to counter %q", name), func(t *tx) error {
		return t.addCounter(name, n)
	})
}

func (t *tx) addCounter(name string, n int64) error {
	return t.exec("INSERT INTO counter (name, n) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET n = n + excluded.n", name, n)
}

// Counters returns all counters.
func (s *Store) Counters(ctx context.Context) (map[string]int64, error) {
	all := map[string]int64{}
	err := s.index.each(ctx, "read counters", "SELECT name, n FROM counter", nil, func(r rowScanner) error {
		var name string
		var n int64
		err := r.Scan(&name, &n)
		all[name] = n
		return err
	})
	return all, err
}
