package store

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// checkMark ends the name of a file that says: the database was seen to be damaged, look through all of it.
const checkMark = ".check"

const sqliteMagic = "SQLite format 3\x00"

// verdict is what examine thinks of a file.
type verdict struct {
	missing bool   // no file, or an empty one
	have    int    // schema version, where it is ours
	damage  string // why it cannot be used; empty: it can
	err     error  // it must be left alone, and why
}

// examine looks at a file before it is used, without writing to it unless it is ours. It is cheap: header, schema, and all
// pages only of small files and of those with a check mark.
func examine(path string, k *kind) verdict {
	header, size, err := readHeader(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return verdict{missing: true}
	case err != nil:
		return verdict{err: folderError(path, err)}
	case size == 0:
		return verdict{missing: true}
	case size < 100 || string(header[:16]) != sqliteMagic:
		return verdict{damage: "it is not a database"}
	}
	page := int64(binary.BigEndian.Uint16(header[16:]))
	if page == 1 {
		page = 65536
	}
	if page < 512 || page&(page-1) != 0 {
		return verdict{damage: "its header is broken"}
	}
	wal, _ := os.Stat(path + "-wal")
	if pages := int64(binary.BigEndian.Uint32(header[28:])); (wal == nil || wal.Size() == 0) && size < pages*page {
		return verdict{damage: fmt.Sprintf("it is cut off after %d of %d bytes", size, pages*page)}
	}
	id, version := binary.BigEndian.Uint32(header[68:]), int(int32(binary.BigEndian.Uint32(header[60:])))
	switch {
	case id == k.applicationID:
		return examineOurs(path, k, size)
	case id != 0:
		return verdict{err: &ForeignError{File: path, Reason: fmt.Sprintf("application id %#08x", id)}}
	}
	// Ours are born with their id: this one is damaged, or not ours.
	if damage := lookThrough(path, "mode=ro&immutable=1", true, nil); damage != "" {
		return verdict{damage: damage}
	}
	if version > k.version() {
		return verdict{err: &NewerSchemaError{File: path, Have: version, Known: k.version()}}
	}
	return verdict{err: &ForeignError{File: path, Reason: "it does not carry this program's mark"}}
}

func examineOurs(path string, k *kind, size int64) verdict {
	_, err := os.Stat(path + checkMark)
	whole := err == nil || size <= k.smallBytes
	query := "mode=rw"
	if !writable(parent(path)) {
		query = "mode=ro"
		if wal, err := os.Stat(path + "-wal"); err != nil || wal.Size() == 0 {
			query = "mode=ro&immutable=1"
		}
	}
	var v verdict
	v.damage = lookThrough(path, query, whole, func(have int, names []string) string {
		v.have = have
		if have > k.version() {
			return ""
		}
		if have < 1 {
			return "it has no schema version"
		}
		for _, want := range k.objects(have) {
			if !slices.Contains(names, want) {
				return "its schema lacks " + want
			}
		}
		return ""
	})
	if v.damage == "" && v.have > k.version() {
		v.err = &NewerSchemaError{File: path, Have: v.have, Known: k.version()}
	}
	if v.damage == "" && err == nil {
		_ = os.Remove(path + checkMark) // it was a false alarm
	}
	return v
}

// lookThrough opens a database and returns what is wrong with it, if anything. schema judges the schema.
func lookThrough(path, query string, whole bool, schema func(version int, names []string) string) string {
	ctx := context.Background()
	db := connect(path, query, 1, "query_only = ON")
	defer db.Close()
	var version int
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return damageOf(err)
	}
	var names []string
	rows, err := db.QueryContext(ctx, "SELECT type, name FROM sqlite_schema")
	strange := ""
	if err = walk(rows, err, func(r rowScanner) error {
		var kind, name string
		if err := r.Scan(&kind, &name); err != nil {
			return err
		}
		if kind == "trigger" || kind == "view" {
			strange = fmt.Sprintf("its schema holds the %s %q, which this program did not make", kind, name)
		}
		names = append(names, name)
		return nil
	}); err != nil {
		return damageOf(err)
	}
	if schema != nil {
		if strange != "" {
			return strange
		}
		if damage := schema(version, names); damage != "" {
			return damage
		}
	}
	if !whole {
		return ""
	}
	var first string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&first); err != nil {
		return damageOf(err)
	}
	if first != "ok" {
		return strings.ReplaceAll(first, "\n", " ")
	}
	return ""
}

// damageOf says whether an error means damage; other errors (locked, full, read-only) are met again, and told, when the file
// is used.
func damageOf(err error) string {
	var d *DamagedError
	if errors.As((&database{file: os.DevNull}).classify(err), &d) {
		return d.Reason
	}
	return ""
}

func readHeader(path string) ([]byte, int64, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.Mode().IsRegular() {
		return nil, 0, fmt.Errorf("%q is not a regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	b := make([]byte, 100)
	n, err := io.ReadFull(f, b)
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) && !errors.Is(err, io.EOF) {
		return nil, 0, err
	}
	return b[:n], info.Size(), nil
}

// prepare makes sure that a usable file is in place, and says whether it is a new, empty one.
func (s *Store) prepare(ctx context.Context, k *kind) (made bool, err error) {
	path := s.path(k)
	v := examine(path, k)
	switch {
	case v.err != nil:
		return false, v.err
	case v.damage != "":
		return s.replace(ctx, k, v.damage)
	case v.missing:
		// A log without its database would be applied to the new one.
		if _, err := s.moveAside(path, false); err != nil {
			return false, err
		}
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return false, folderError(s.dir, err)
		}
		return true, k.create(ctx, path)
	case v.have < k.version():
		return false, s.migrate(ctx, k, v.have)
	}
	return false, nil
}

// replace moves a damaged file aside and puts the best there is in its place.
func (s *Store) replace(ctx context.Context, k *kind, damage string) (made bool, err error) {
	path := s.path(k)
	d := &DamagedError{File: path, Reason: damage, Outcome: k.lost}
	l, err := s.lease("replacing a damaged file")
	if err != nil {
		if h, ok := s.LeaseHolder(); ok {
			d.Outcome = fmt.Sprintf("process %d (%s) is using it: end that process and start again", h.PID, h.Purpose)
			return false, d
		}
		return false, err
	}
	defer func() { _ = l.Release() }() // an error here hides none of the work
	if d.MovedTo, err = s.moveAside(path, true); err != nil {
		return false, err
	}
	restored := ""
	if k == decisionsKind {
		if restored, err = s.restoreDecisions(path); err != nil {
			return false, err
		}
		d.Outcome = "there was no copy of it, so favourites, ratings and collections start empty"
		if restored != "" {
			d.Outcome = fmt.Sprintf("the copy %q takes its place; choices made after it are not in it", restored)
		}
	}
	s.notices = append(s.notices, d)
	if restored == "" {
		return true, k.create(ctx, path)
	}
	v := examine(path, k)
	if v.err == nil && v.have < k.version() {
		return false, s.migrateHeld(ctx, k, v.have)
	}
	return false, v.err
}

// moveAside renames a database and what lies beside it, so that it is kept and never mistaken for the new one.
func (s *Store) moveAside(path string, main bool) (string, error) {
	base := path + ".damaged-" + stamp(s.now())
	to := base
	for i := 2; ; i++ {
		taken, err := filepath.Glob(escapeGlob(to) + "*")
		if err == nil && len(taken) == 0 {
			break
		}
		to = fmt.Sprintf("%s-%d", base, i)
	}
	sides := []string{"-wal", "-journal"}
	if main {
		sides = []string{"-wal", "-journal", ""} // the main file last: until then it is looked at again
	}
	for _, side := range sides {
		if err := os.Rename(path+side, to+side); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", folderError(s.dir, err)
		}
	}
	for _, side := range []string{"-shm", checkMark} {
		if err := os.Remove(path + side); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return "", folderError(s.dir, err)
		}
	}
	return to, syncFolder(s.dir)
}

func escapeGlob(s string) string {
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(s)
}

func stamp(t time.Time) string { return t.UTC().Format("20060102T150405Z") }
