package store

import (
	"context"
	"fmt"
	"time"

	"pixeldetective/backend/photo"
)

// Located is a file of a photo with its number.
type Located struct {
	File int64
	Path
}

// Detail is all that is known of one photo.
type Detail struct {
	Record
	Files    []Located // in the order of Record.Paths
	Captions []string
	Seen     bool // it has a vector of the model asked for
	Decisions
}

// Detail returns what is known of a photo; false: it is not known. Seen is about ref.
func (s *Store) Detail(ctx context.Context, id photo.ID, ref photo.ModelRef) (Detail, bool, error) {
	var d Detail
	num, found, err := s.NumOf(ctx, id)
	if err != nil || !found {
		return d, false, err
	}
	records, err := s.Records(ctx, []int64{num})
	if err != nil || len(records) == 0 {
		return d, false, err
	}
	d.Record = records[0]
	if err := s.index.each(ctx, "read files of a photo", `SELECT f.id, o.id, o.path, d.rel, f.name, o.state = 'offline'
		FROM file f INDEXED BY file_photo CROSS JOIN dir d ON d.id = f.dir CROSS JOIN folder o ON o.id = d.folder
		WHERE f.photo = ? AND o.state <> 'removing' ORDER BY o.path, d.rel, f.name`, []any{num}, func(r rowScanner) error {
		f, err := scanLocated(r)
		d.Files = append(d.Files, f)
		return err
	}); err != nil {
		return d, false, err
	}
	if err := s.index.each(ctx, "read captions", "SELECT text FROM caption WHERE photo = ? ORDER BY model DESC", []any{num}, func(r rowScanner) error {
		var text string
		err := r.Scan(&text)
		d.Captions = append(d.Captions, text)
		return err
	}); err != nil {
		return d, false, err
	}
	key, err := s.modelKey(ctx, ref)
	if err != nil {
		return d, false, err
	}
	if d.Seen, err = s.index.one(ctx, "look up vector", "SELECT 1 FROM embedding INDEXED BY embedding_model WHERE model = ? AND photo = ?",
		[]any{key, num}, new(int)); err != nil {
		return d, false, err
	}
	decided, err := s.DecisionsOf(ctx, []photo.ID{id})
	d.Decisions = decided[id]
	return d, err == nil, err
}

func scanLocated(r rowScanner) (Located, error) {
	var f Located
	var root, rel, name []byte
	err := r.Scan(&f.File, &f.Folder, &root, &rel, &name, &f.Offline)
	f.Root, f.Rel = string(root), below(rel, name)
	return f, err
}

// FileAt returns where a file of the library lies; false: there is no such file.
func (s *Store) FileAt(ctx context.Context, file int64) (Located, bool, error) {
	var f Located
	found := false
	err := s.index.each(ctx, "look up file", `SELECT f.id, o.id, o.path, d.rel, f.name, o.state = 'offline'
		FROM file f CROSS JOIN dir d ON d.id = f.dir CROSS JOIN folder o ON o.id = d.folder
		WHERE f.id = ? AND o.state <> 'removing'`, []any{file}, func(r rowScanner) (err error) {
		f, err = scanLocated(r)
		found = true
		return err
	})
	return f, found, err
}

// Months returns how many of the photos were taken in each month (year*12 + month−1); those without a date are left out.
func (s *Store) Months(ctx context.Context, nums []int64) (map[int]int64, error) {
	months := map[int]int64{}
	if len(nums) == 0 {
		return months, nil
	}
	err := s.index.each(ctx, "count months", `SELECT group_concat(taken) FROM json_each(?) j CROSS JOIN photo p ON p.num = j.value
		WHERE p.taken IS NOT NULL`, []any{list(nums)}, func(r rowScanner) error {
		var text rawBytes
		if err := r.Scan(&text); err != nil {
			return err
		}
		for rest := []byte(text); len(rest) > 0; {
			var taken int64
			taken, rest = nextNumber(rest)
			at := time.Unix(taken, 0).UTC()
			months[at.Year()*12+int(at.Month())-1]++
		}
		return nil
	})
	return months, err
}

// FolderCounts returns how many photos each folder holds.
func (s *Store) FolderCounts(ctx context.Context) (map[FolderID]int64, error) {
	counts := map[FolderID]int64{}
	err := s.index.each(ctx, "count files of folders", `SELECT d.folder, count(DISTINCT f.photo) FROM file f NOT INDEXED CROSS JOIN dir d ON d.id = f.dir
		WHERE f.photo IS NOT NULL GROUP BY d.folder`, nil, func(r rowScanner) error {
		var id FolderID
		var n int64
		err := r.Scan(&id, &n)
		counts[id] = n
		return err
	})
	return counts, err
}

// FavouriteCount returns how many photos with a file are favourites.
func (s *Store) FavouriteCount(ctx context.Context) (int64, error) {
	yes := true
	set, err := s.Match(ctx, Filter{Favourite: &yes})
	if err != nil {
		return 0, fmt.Errorf("count favourites: %w", err)
	}
	return int64(set.GetCardinality()), nil
}

// FailuresPage returns a part of the files that could not be indexed, the latest first, and how many there are in all.
func (s *Store) FailuresPage(ctx context.Context, offset, limit int) ([]Failure, int, error) {
	var total int
	if _, err := s.index.one(ctx, "count failures", `SELECT count(*) FROM file f INDEXED BY file_failed CROSS JOIN dir d ON d.id = f.dir
		CROSS JOIN folder o ON o.id = d.folder WHERE f.state = 2 AND o.state <> 'removing'`, nil, &total); err != nil {
		return nil, 0, err
	}
	all, err := s.failures(ctx, "ORDER BY f.failed_at DESC, f.id LIMIT ? OFFSET ?", max(limit, 0), max(offset, 0))
	return all, total, err
}
