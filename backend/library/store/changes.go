package store

import (
	"context"
	"time"

	"pixeldetective/backend/photo"
)

// keptChanges is how many changes the feed keeps: a reader that is further behind loads everything anew.
const keptChanges = 200_000

// change appends to the feed, and now and then drops its oldest part.
func (t *tx) change(kind ChangeKind, num, model int64) error {
	var key any
	if model != 0 {
		key = model
	}
	res, err := t.result("INSERT INTO change (kind, num, model) VALUES (?, ?, ?)", int(kind), num, key)
	if err != nil {
		return err
	}
	seq, err := res.LastInsertId()
	if err != nil || seq%1024 != 0 {
		return err
	}
	return t.exec("DELETE FROM change WHERE seq <= ?", seq-keptChanges)
}

// Seq returns the number of the last change; 0: there was none.
func (s *Store) Seq(ctx context.Context) (int64, error) {
	var seq int64
	_, err := s.index.one(ctx, "read the change feed", "SELECT coalesce(max(seq), 0) FROM change", nil, &seq)
	return seq, err
}

// Changes returns up to limit changes after a number, or ErrGap.
func (s *Store) Changes(ctx context.Context, after int64, limit int) ([]Change, error) {
	var first, last int64
	if _, err := s.index.one(ctx, "read the change feed", "SELECT coalesce((SELECT min(seq) FROM change), 0), coalesce((SELECT max(seq) FROM change), 0)",
		nil, &first, &last); err != nil {
		return nil, err
	}
	if after > last || after < first-1 {
		return nil, ErrGap
	}
	var all []Change
	err := s.index.each(ctx, "read the change feed", `SELECT c.seq, c.kind, c.num, coalesce(m.id, ''), coalesce(m.revision, '')
		FROM change c LEFT JOIN model m ON m.key = c.model WHERE c.seq > ? ORDER BY c.seq LIMIT ?`, []any{after, limit}, func(r rowScanner) error {
		var c Change
		err := r.Scan(&c.Seq, &c.Kind, &c.Num, &c.Ref.ID, &c.Ref.Revision)
		all = append(all, c)
		return err
	})
	if err == nil && len(all) > 0 && all[0].Seq != after+1 {
		return nil, ErrGap // trimmed between the two statements
	}
	return all, err
}

// Follow calls fn once at the start and then whenever a commit to index.db, of this or another process, was seen; it looks
// every so often. It returns when ctx ends or fn fails.
func (s *Store) Follow(ctx context.Context, every time.Duration, fn func(seq int64) error) error {
	return s.index.follow(ctx, every, func() error {
		seq, err := s.Seq(ctx)
		if err != nil {
			return err
		}
		return fn(seq)
	})
}

// FollowDecisions is Follow for decisions.db.
func (s *Store) FollowDecisions(ctx context.Context, every time.Duration, fn func() error) error {
	return s.decisions.follow(ctx, every, fn)
}

func (d *database) follow(ctx context.Context, every time.Duration, fn func() error) error {
	tick := time.NewTicker(every)
	defer tick.Stop()
	seen, first := int64(0), true
	for {
		// data_version is about one connection, and watch has no more than one.
		var version int64
		if err := d.watch.QueryRowContext(ctx, "PRAGMA data_version").Scan(&version); err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return d.wrap("follow", err)
		}
		if first || version != seen {
			seen, first = version, false
			if err := fn(); err != nil {
				return err
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// model returns the small number of a ref, which is made if it is new.
func (t *tx) model(ref photo.ModelRef) (int64, error) {
	var key int64
	ok, err := t.one("SELECT key FROM model WHERE id = ? AND revision = ?", []any{ref.ID, ref.Revision}, &key)
	if err != nil || ok {
		return key, err
	}
	res, err := t.result("INSERT INTO model (id, revision) VALUES (?, ?)", ref.ID, ref.Revision)
	if err != nil {
		return 0, err
	}
	return res.LastInsertId()
}

// modelKey returns the small number of a ref; 0: nothing of that model is kept.
func (s *Store) modelKey(ctx context.Context, ref photo.ModelRef) (int64, error) {
	var key int64
	_, err := s.index.one(ctx, "look up model", "SELECT key FROM model WHERE id = ? AND revision = ?", []any{ref.ID, ref.Revision}, &key)
	return key, err
}
