package store

import (
	"bufio"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"

	"pixeldetective/backend/photo"
)

// dangling are queries that count rows which point at nothing, and the statements that remove them.
var dangling = []struct{ what, count, remove string }{
	{"file rows without a directory", "SELECT count(*) FROM file WHERE dir NOT IN (SELECT id FROM dir)", "DELETE FROM file WHERE dir NOT IN (SELECT id FROM dir)"},
	{"directories without a folder", "SELECT count(*) FROM dir WHERE folder NOT IN (SELECT id FROM folder)", "DELETE FROM dir WHERE folder NOT IN (SELECT id FROM folder)"},
	{"vectors without a photo", "SELECT count(*) FROM embedding WHERE photo NOT IN (SELECT num FROM photo)", "DELETE FROM embedding WHERE photo NOT IN (SELECT num FROM photo)"},
	{"tags without a photo", "SELECT count(*) FROM tag WHERE photo NOT IN (SELECT num FROM photo)", "DELETE FROM tag WHERE photo NOT IN (SELECT num FROM photo)"},
	{"captions without a photo", "SELECT count(*) FROM caption WHERE photo NOT IN (SELECT num FROM photo)", "DELETE FROM caption WHERE photo NOT IN (SELECT num FROM photo)"},
	{"keywords without a photo", "SELECT count(*) FROM keyword WHERE photo NOT IN (SELECT num FROM photo)", "DELETE FROM keyword WHERE photo NOT IN (SELECT num FROM photo)"},
	{"reasons without a photo", "SELECT count(*) FROM unseen WHERE photo NOT IN (SELECT num FROM photo)", "DELETE FROM unseen WHERE photo NOT IN (SELECT num FROM photo)"},
	{"metadata without a photo", "SELECT count(*) FROM document WHERE photo NOT IN (SELECT num FROM photo)", "DELETE FROM document WHERE photo NOT IN (SELECT num FROM photo)"},
}

const (
	wrongCounts = `SELECT p.num FROM photo p WHERE p.files <> (SELECT count(*) FROM file f WHERE f.photo = p.num)`
	wrongLinks  = `SELECT id FROM file WHERE state = 1 AND (photo IS NULL OR photo NOT IN (SELECT num FROM photo))
		OR state = 0 AND photo IS NOT NULL AND photo NOT IN (SELECT num FROM photo) OR previous NOT IN (SELECT num FROM photo)`
	undocumented = `SELECT num FROM photo WHERE num NOT IN (SELECT photo FROM document)`
	wrongText    = `SELECT count(*) FROM (SELECT rowid FROM text EXCEPT SELECT num FROM photo WHERE files > 0)`
	missingText  = `SELECT count(*) FROM (SELECT num FROM photo WHERE files > 0 EXCEPT SELECT rowid FROM text)`
)

// Check looks through all files and returns what is wrong with them. It reads everything: seconds to minutes.
func (s *Store) Check(ctx context.Context) ([]Problem, error) {
	var all []Problem
	for _, x := range []struct {
		k *kind
		d *database
	}{{indexKind, s.index}, {thumbsKind, s.thumbs}, {decisionsKind, s.decisions}} {
		var damaged *DamagedError
		lines, err := x.d.integrity(ctx, 20)
		for _, line := range lines {
			all = append(all, Problem{x.k.file, "the file is damaged: " + line, true})
		}
		switch {
		case errors.As(err, &damaged):
			all = append(all, Problem{x.k.file, "the file is damaged: " + damaged.Reason, true})
		case err != nil:
			return nil, err
		}
	}
	if len(all) > 0 {
		return all, nil // what follows reads the same pages
	}
	counts := []struct{ what, query string }{
		{"photos whose number of files is wrong", "SELECT count(*) FROM (" + wrongCounts + ")"},
		{"files that point at no photo", "SELECT count(*) FROM (" + wrongLinks + ")"},
		{"photos without metadata", "SELECT count(*) FROM (" + undocumented + ")"},
		{"rows of words without a photo", wrongText},
		{"photos without their words", missingText},
	}
	for _, d := range dangling {
		counts = append(counts, struct{ what, query string }{d.what, d.count})
	}
	for _, c := range counts {
		var n int
		if _, err := s.index.one(ctx, "check", c.query, nil, &n); err != nil {
			return nil, err
		}
		if n > 0 {
			all = append(all, Problem{indexKind.file, fmt.Sprintf("%d %s", n, c.what), true})
		}
	}
	// Thumbnails of unknown photos are no problem: they are written first, and a kill may come in between.
	missing, _, err := s.compareThumbnails(ctx)
	if err != nil {
		return nil, err
	}
	if len(missing) > 0 {
		all = append(all, Problem{thumbsKind.file, fmt.Sprintf("%d photos without a thumbnail", len(missing)), true})
	}
	return all, nil
}

// integrity returns what SQLite finds wrong with a file. The connection is a fresh one: FTS5's check believes what its
// connection remembers of the text index, which may be older than the file.
func (d *database) integrity(ctx context.Context, limit int) ([]string, error) {
	query := "mode=rw"
	if d.conn == nil {
		query = d.query
	}
	db := connect(d.file, query, 1, "query_only = ON")
	defer db.Close()
	var lines []string
	rows, err := db.QueryContext(ctx, fmt.Sprintf("PRAGMA integrity_check(%d)", limit))
	err = walk(rows, err, func(r rowScanner) error {
		var line string
		err := r.Scan(&line)
		if err == nil && line != "ok" {
			lines = append(lines, line)
		}
		return err
	})
	return lines, d.wrap("check", err)
}

// compareThumbnails returns photos with a file but without a thumbnail, and thumbnails (their rows) of unknown photos.
func (s *Store) compareThumbnails(ctx context.Context) (missing []int64, strange []int64, err error) {
	if err := s.index.adhoc(ctx, "check thumbnails", "SELECT num, id FROM photo WHERE files > 0", nil, func(r rowScanner) error {
		var num int64
		var id photo.ID
		if err := r.Scan(&num, &id); err != nil {
			return err
		}
		var row int64
		ok, err := s.thumbs.one(ctx, "check thumbnails", "SELECT num FROM thumb WHERE photo = ?", []any{id[:]}, &row)
		if err == nil && !ok {
			missing = append(missing, num)
		}
		return err
	}); err != nil {
		return nil, nil, err
	}
	err = s.thumbs.adhoc(ctx, "check thumbnails", "SELECT num, photo FROM thumb", nil, func(r rowScanner) error {
		var row int64
		var id photo.ID
		if err := r.Scan(&row, &id); err != nil {
			return err
		}
		_, ok, err := s.NumOf(ctx, id)
		if err == nil && !ok {
			strange = append(strange, row)
		}
		return err
	})
	return missing, strange, err
}

// MissingThumbnails returns the numbers of photos that have a file and no thumbnail.
func (s *Store) MissingThumbnails(ctx context.Context) ([]int64, error) {
	missing, _, err := s.compareThumbnails(ctx)
	return missing, err
}

// Repair mends what Check finds as far as it can be derived: rows that point at nothing go, counts and words are written
// anew, files whose photo is incomplete or has no thumbnail wait to be read again, and every directory is compared row by row
// at the next scan. A file damaged as a whole is marked, and replaced by the next Open. The caller holds the lease.
func (s *Store) Repair(ctx context.Context) (RepairReport, error) {
	var report RepairReport
	for _, d := range []*database{s.index, s.thumbs, s.decisions} {
		lines, err := d.integrity(ctx, 1)
		var damaged *DamagedError
		// A broken text index alone is made anew below.
		if err == nil && len(lines) > 0 && !strings.HasPrefix(lines[0], "fts5:") && !strings.Contains(lines[0], "inverted index") {
			if err := os.WriteFile(d.file+checkMark, []byte(lines[0]+"\n"), 0o600); err != nil {
				return report, folderError(s.dir, err)
			}
			err = &DamagedError{File: d.file, Reason: lines[0], Outcome: "start again, and it is looked through and replaced"}
		}
		if err != nil {
			if errors.As(err, &damaged) {
				return report, damaged
			}
			return report, err
		}
	}
	if err := s.FinishRemovals(ctx); err != nil {
		return report, err
	}
	missing, strange, err := s.compareThumbnails(ctx)
	if err != nil {
		return report, err
	}
	if err := s.index.write(ctx, "repair", func(t *tx) error { return t.repair(&report, missing) }); err != nil {
		return report, err
	}
	if err := s.rewriteText(ctx, &report); err != nil {
		return report, err
	}
	report.MissingThumbs = len(missing)
	if len(strange) == 0 {
		return report, nil
	}
	err = s.thumbs.write(ctx, "repair thumbnails", func(t *tx) error {
		for _, row := range strange {
			if err := t.exec("DELETE FROM thumb WHERE num = ?", row); err != nil {
				return err
			}
		}
		report.Thumbnails = len(strange)
		return nil
	})
	return report, err
}

func (t *tx) repair(report *RepairReport, missingThumbs []int64) error {
	affected := func(n *int, query string, args ...any) error {
		res, err := t.result(query, args...)
		if err != nil {
			return err
		}
		rows, err := res.RowsAffected()
		*n += int(rows)
		return err
	}
	// Rows that point at nothing fail the checks of foreign keys when they are touched: those wait until the end.
	if err := t.exec("PRAGMA defer_foreign_keys = ON"); err != nil {
		return err
	}
	for _, d := range dangling {
		if err := affected(&report.Dangling, d.remove); err != nil {
			return err
		}
	}
	const requeue = "UPDATE file SET state = 0, refresh = 1, attempts = 0, kind = '', reason = '', failed_at = 0"
	if err := affected(&report.Requeued, requeue+", photo = NULL, previous = NULL WHERE id IN ("+wrongLinks+")"); err != nil {
		return err
	}
	if err := affected(&report.Requeued, requeue+" WHERE photo IN ("+undocumented+")"); err != nil {
		return err
	}
	if err := affected(&report.Requeued, requeue+" WHERE id IN (SELECT min(f.id) FROM json_each(?) j CROSS JOIN file f ON f.photo = j.value WHERE f.state = 1 GROUP BY j.value)",
		list(missingThumbs)); err != nil {
		return err
	}
	if err := affected(&report.Counts, "UPDATE photo SET files = (SELECT count(*) FROM file f WHERE f.photo = photo.num) WHERE num IN ("+wrongCounts+")"); err != nil {
		return err
	}
	return affected(&report.Digests, "UPDATE dir SET digest = NULL, files = (SELECT count(*) FROM file f WHERE f.dir = dir.id)")
}

// rewriteText makes the text index anew, in bounded transactions, and tells every follower.
func (s *Store) rewriteText(ctx context.Context, report *RepairReport) error {
	if err := s.index.write(ctx, "empty the text index", func(t *tx) error {
		// Not 'delete-all', which leaves tombstones behind in tables that forget by contentless_delete.
		for _, table := range []string{"text", "source_text"} {
			if err := t.exec("DROP TABLE " + table); err != nil {
				return err
			}
		}
		for _, create := range virtualTables() {
			if err := t.exec(create); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for last := int64(0); ; {
		n := 0
		err := s.index.write(ctx, "write the text index", func(t *tx) error {
			var nums []int64
			if err := t.each("SELECT num FROM photo WHERE num > ? AND files > 0 ORDER BY num LIMIT 1000", []any{last}, func(r rowScanner) error {
				var num int64
				err := r.Scan(&num)
				nums = append(nums, num)
				return err
			}); err != nil {
				return err
			}
			for _, num := range nums {
				if err := t.writeText(num); err != nil {
					return err
				}
				if err := t.change(TextChanged, num, 0); err != nil {
					return err
				}
				last = num
			}
			n = len(nums)
			return nil
		})
		if err != nil {
			return err
		}
		report.TextRows += n
		if n < 1000 {
			return nil
		}
	}
}

// DumpVectors writes "path, photo id, model, vector" of every file and model, a line each, tab separated, in a stable order:
// the path quoted, the vector as hexadecimal float16. For tests.
func (s *Store) DumpVectors(ctx context.Context, w io.Writer) error {
	out := bufio.NewWriter(w)
	err := s.index.adhoc(ctx, "dump vectors", `SELECT o.path, d.rel, f.name, p.id, coalesce(m.id || '@' || m.revision, ''), coalesce(e.vector, x'')
		FROM file f JOIN dir d ON d.id = f.dir JOIN folder o ON o.id = d.folder JOIN photo p ON p.num = f.photo
		LEFT JOIN embedding e ON e.photo = p.num LEFT JOIN model m ON m.key = e.model
		ORDER BY o.path, d.rel, f.name, m.id, m.revision`, nil, func(r rowScanner) error {
		var root, rel, name, vector []byte
		var id photo.ID
		var model string
		if err := r.Scan(&root, &rel, &name, &id, &model, &vector); err != nil {
			return err
		}
		_, err := fmt.Fprintf(out, "%s\t%s\t%s\t%s\n", strconv.QuoteToASCII(join(string(root), below(rel, name))), id, model, hex.EncodeToString(vector))
		return err
	})
	return errors.Join(err, out.Flush())
}
