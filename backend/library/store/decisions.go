package store

import (
	"context"
	"fmt"

	"pixeldetective/backend/photo"
)

// decisionTable is a table with one value a photo, and the two ways to read it along supersedes links. A photo's own
// decision is at depth 0; the nearest one counts. Links may form circles: the depth is bounded.
type decisionTable struct {
	put    string // photo, value, at
	chain  string // for one photo: its decision, or the nearest of those that it took the place of
	spread string // every photo that a decision reaches: photo, value, depth
}

func tableOf(name, value string) decisionTable {
	return decisionTable{
		put: fmt.Sprintf("INSERT INTO %[1]s (photo, %[2]s, at) VALUES (?, ?, ?) ON CONFLICT (photo) DO UPDATE SET %[2]s = excluded.%[2]s, at = excluded.at", name, value),
		chain: fmt.Sprintf(`WITH RECURSIVE chain (photo, depth) AS (
			SELECT ?, 0 UNION SELECT s.old, c.depth + 1 FROM chain c JOIN supersedes s ON s.new = c.photo WHERE c.depth < 16)
			SELECT t.%[2]s FROM chain c JOIN %[1]s t ON t.photo = c.photo ORDER BY c.depth, t.at DESC LIMIT 1`, name, value),
		spread: fmt.Sprintf(`WITH RECURSIVE reach (photo, value, at, depth) AS (
			SELECT photo, %[2]s, at, 0 FROM %[1]s
			UNION SELECT s.new, r.value, r.at, r.depth + 1 FROM reach r JOIN supersedes s ON s.old = r.photo WHERE r.depth < 16)
			SELECT photo, value, depth FROM reach ORDER BY depth, at DESC`, name, value),
	}
}

var (
	favouriteTable = tableOf("favourite", "value")
	ratingTable    = tableOf("rating", "stars")
)

// SetFavourite says whether a photo is a favourite.
func (s *Store) SetFavourite(ctx context.Context, id photo.ID, favourite bool) error {
	return s.SetFavourites(ctx, []photo.ID{id}, favourite)
}

// SetFavourites is SetFavourite for several photos: all or none of them.
func (s *Store) SetFavourites(ctx context.Context, ids []photo.ID, favourite bool) error {
	return s.decide(ctx, favouriteTable, ids, favourite)
}

// SetRating gives a photo −1 (rejected) to 5 stars; 0: it has none, whatever its file says.
func (s *Store) SetRating(ctx context.Context, id photo.ID, stars int) error {
	return s.SetRatings(ctx, []photo.ID{id}, stars)
}

// SetRatings is SetRating for several photos: all or none of them.
func (s *Store) SetRatings(ctx context.Context, ids []photo.ID, stars int) error {
	if stars < -1 || stars > 5 {
		return fmt.Errorf("a rating of %d is not between -1 and 5", stars)
	}
	return s.decide(ctx, ratingTable, ids, stars)
}

func (s *Store) decide(ctx context.Context, table decisionTable, ids []photo.ID, value any) error {
	return s.decisions.write(ctx, "keep a decision", func(t *tx) error {
		for _, id := range ids {
			if err := t.exec(table.put, id[:], value, s.now().UnixNano()); err != nil {
				return err
			}
		}
		return nil
	})
}

// DecisionsOf returns what was decided about the photos, or about what they took the place of. Photos without a decision
// are left out.
func (s *Store) DecisionsOf(ctx context.Context, ids []photo.ID) (map[photo.ID]Decisions, error) {
	all := map[photo.ID]Decisions{}
	for _, id := range ids {
		var d Decisions
		loved, err := s.decisions.one(ctx, "read decisions", favouriteTable.chain, []any{id[:]}, &d.Favourite)
		if err != nil {
			return nil, err
		}
		var stars int
		rated, err := s.decisions.one(ctx, "read decisions", ratingTable.chain, []any{id[:]}, &stars)
		if err != nil {
			return nil, err
		}
		if rated {
			d.Rating = &stars
		}
		if loved || rated {
			all[id] = d
		}
	}
	return all, nil
}

// supersede notes which photos took the place of others at their path. It comes before the commit: a link too many after a
// kill says what was true for a moment, one too few would lose decisions.
func (s *Store) supersede(ctx context.Context, done []Indexed) error {
	var links [][2]photo.ID
	for i := range done {
		if old := done[i].Previous; old != nil && *old != done[i].Photo {
			links = append(links, [2]photo.ID{done[i].Photo, *old})
		}
	}
	if len(links) == 0 {
		return nil
	}
	return s.decisions.write(ctx, "note what took whose place", func(t *tx) error {
		for _, l := range links {
			if err := t.exec("INSERT INTO supersedes (new, old, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", l[0][:], l[1][:], s.now().UnixNano()); err != nil {
				return err
			}
		}
		return nil
	})
}
