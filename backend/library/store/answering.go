package store

import (
	"context"
	"errors"
	"fmt"

	"pixeldetective/backend/photo"
)

// ErrAnswering says that the vectors of a model cannot go because they answer.
var ErrAnswering = errors.New("searches are answered by the vectors of this model")

// roleImageText is the one role whose models take turns.
const roleImageText = "image-text"

// lacking is what a photo p is like that has a file, no vector of the model and no lasting reason for that. It takes the
// model's key twice.
const lacking = `p.files > 0 AND NOT EXISTS (SELECT 1 FROM embedding e INDEXED BY embedding_model WHERE e.model = ? AND e.photo = p.num)
	AND NOT EXISTS (SELECT 1 FROM unseen u WHERE u.model = ? AND u.photo = p.num)`

// Answering returns the model whose vectors answer. A library that nobody recorded it in (it is older than the record) is
// answered by the model of its newest vector. ok is false where there is neither.
func (s *Store) Answering(ctx context.Context) (ref photo.ModelRef, ok bool, err error) {
	ok, err = s.index.one(ctx, "look up the model that answers", `SELECT m.id, m.revision FROM answering a JOIN model m ON m.key = a.model WHERE a.role = ?`,
		[]any{roleImageText}, &ref.ID, &ref.Revision)
	if ok || err != nil {
		return ref, ok, err
	}
	ok, err = s.index.one(ctx, "look up the model that answers", `SELECT m.id, m.revision FROM embedding e JOIN model m ON m.key = e.model ORDER BY e.id DESC LIMIT 1`,
		nil, &ref.ID, &ref.Revision)
	return ref, ok, err
}

// Lacking returns how many photos that have a file lack a vector of the model without a lasting reason. It looks at every
// photo: half a second at a million.
func (s *Store) Lacking(ctx context.Context, ref photo.ModelRef) (int64, error) {
	key, err := s.modelKey(ctx, ref)
	if err != nil {
		return 0, err
	}
	var n int64
	_, err = s.index.one(ctx, "count photos without a vector", "SELECT count(*) FROM photo p WHERE "+lacking, []any{key, key}, &n)
	return n, err
}

// Unseen returns how many photos with a file a model cannot look at, for reasons that last.
func (s *Store) Unseen(ctx context.Context, ref photo.ModelRef) (int64, error) {
	key, err := s.modelKey(ctx, ref)
	if err != nil {
		return 0, err
	}
	var n int64
	_, err = s.index.one(ctx, "count photos that cannot be seen", `SELECT count(*) FROM unseen u CROSS JOIN photo p ON p.num = u.photo
		WHERE u.model = ? AND p.files > 0`, []any{key}, &n)
	return n, err
}

// Switch makes a model the one that answers, in one transaction, if every photo that can have a vector of it has one. It
// returns whether that model answers now, and how many photos still lack a vector where it does not. Where the model that
// answers has no vector at all there is nothing to lose, and the switch is made at once; anyway: it is made in any case.
// The vectors of the model before stay. The caller holds the lease.
func (s *Store) Switch(ctx context.Context, to photo.ModelRef, anyway bool) (done bool, missing int64, err error) {
	var recorded photo.ModelRef
	known, err := s.index.one(ctx, "look up the model that answers", `SELECT m.id, m.revision FROM answering a JOIN model m ON m.key = a.model WHERE a.role = ?`,
		[]any{roleImageText}, &recorded.ID, &recorded.Revision)
	if err != nil || known && recorded == to {
		return known && recorded == to, 0, err
	}
	if to == (photo.ModelRef{}) {
		return false, 0, errors.New("a model without a name cannot answer")
	}
	from, answers, err := s.Answering(ctx)
	if err != nil {
		return false, 0, err
	}
	free := anyway || from == to
	if answers && !free {
		key, err := s.modelKey(ctx, from)
		if err != nil {
			return false, 0, err
		}
		some, err := s.index.one(ctx, "look for vectors", "SELECT 1 FROM embedding INDEXED BY embedding_model WHERE model = ? LIMIT 1", []any{key}, new(int))
		if err != nil {
			return false, 0, err
		}
		free = !some
	}
	free = free || !answers
	before, err := s.Seq(ctx)
	if err != nil {
		return false, 0, err
	}
	if !free {
		// The long look is taken outside of the transaction, which then looks at what came since.
		if missing, err = s.Lacking(ctx, to); err != nil || missing > 0 {
			return false, missing, err
		}
	}
	err = s.index.write(ctx, "change the model that answers", func(t *tx) error {
		done, missing = false, 0
		key, err := t.model(to)
		if err != nil {
			return err
		}
		if !free {
			if _, err := t.one(`SELECT (SELECT count(*) FROM change c CROSS JOIN photo p ON p.num = c.num WHERE c.seq > ? AND c.kind = ? AND `+lacking+`)
				+ (SELECT count(*) FROM change c WHERE c.seq > ? AND c.kind = ?)
				+ (SELECT coalesce(min(seq), 0) > ? FROM change)`,
				[]any{before, int(PhotoAdded), key, key, before, int(ModelChange), before + 1}, &missing); err != nil {
				return err
			}
			if missing > 0 {
				return nil
			}
		}
		done = true
		if err := t.exec(`INSERT INTO answering (role, model, since) VALUES (?, ?, ?)
			ON CONFLICT (role) DO UPDATE SET model = excluded.model, since = excluded.since`, roleImageText, key, s.now().UnixNano()); err != nil {
			return err
		}
		return t.change(ModelChange, 0, key)
	})
	return done && err == nil, missing, err
}

// ModelChoice returns the id of the model that a person chose for a role; empty: none.
func (s *Store) ModelChoice(ctx context.Context, role string) (string, error) {
	var id string
	_, err := s.decisions.one(ctx, "read the choice of a model", "SELECT id FROM model_choice WHERE role = ?", []any{role}, &id)
	return id, err
}

// ChooseModel keeps the id of the model that a person chose for a role; empty: the best that is installed.
func (s *Store) ChooseModel(ctx context.Context, role, id string) error {
	return s.decisions.write(ctx, "keep the choice of a model", func(t *tx) error {
		if id == "" {
			return t.exec("DELETE FROM model_choice WHERE role = ?", role)
		}
		return t.exec("INSERT INTO model_choice (role, id, at) VALUES (?, ?, ?) ON CONFLICT (role) DO UPDATE SET id = excluded.id, at = excluded.at",
			role, id, s.now().UnixNano())
	})
}

// pruneStep is how many vectors go in one transaction.
const pruneStep = 2000

// PruneVectors removes what a model made that can be made again: its vectors, its vectors of questions, and why it could not
// look at photos. Its tags stay: they are words. It returns how many vectors of photos that were, or ErrAnswering. The space
// is used again; it returns to the system when the file is compacted.
func (s *Store) PruneVectors(ctx context.Context, ref photo.ModelRef) (int64, error) {
	key, err := s.modelKey(ctx, ref)
	if err != nil || key == 0 {
		return 0, err
	}
	var all int64
	for {
		var n int64
		err := s.index.write(ctx, "remove vectors", func(t *tx) error {
			// What answers is looked up in each transaction: a switch may come in between.
			var answering int64
			known, err := t.one("SELECT model FROM answering WHERE role = ?", []any{roleImageText}, &answering)
			if err != nil {
				return err
			}
			if !known || answering == key {
				return fmt.Errorf("removing the vectors of %s: %w", ref, ErrAnswering)
			}
			res, err := t.result("DELETE FROM embedding WHERE id IN (SELECT id FROM embedding INDEXED BY embedding_model WHERE model = ? LIMIT ?)", key, pruneStep)
			if err != nil {
				return err
			}
			if n, err = res.RowsAffected(); err != nil {
				return err
			}
			if n < pruneStep {
				if err := t.exec("DELETE FROM query_vector WHERE model = ?", key); err != nil {
					return err
				}
				if err := t.exec("DELETE FROM unseen WHERE model = ?", key); err != nil {
					return err
				}
			}
			return t.change(ModelChange, 0, key) // a switch to this model that is under way looks again
		})
		if err != nil {
			return all, err
		}
		all += n
		if n < pruneStep {
			return all, nil
		}
	}
}
