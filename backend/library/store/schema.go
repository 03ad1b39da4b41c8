package store

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

//go:embed sql
var sqlFiles embed.FS

// kind describes one of the three files.
type kind struct {
	file          string // name in the library's folder
	folder        string // of its SQL
	applicationID uint32 // bytes 68 to 71 of the file: says that it is ours, and which
	pageSize      int    // bytes; what wastes least for the size of its rows
	synchronous   string
	smallBytes    int64 // files up to this size are looked through at each open
	lost          string
}

var (
	indexKind = &kind{file: "index.db", folder: "index", applicationID: 0x50784478, pageSize: 8192, synchronous: "NORMAL",
		smallBytes: 1 << 20, lost: "a new, empty one takes its place and the photos will be read again from the originals"}
	thumbsKind = &kind{file: "thumbs.db", folder: "thumbs", applicationID: 0x50784474, pageSize: 4096, synchronous: "NORMAL",
		smallBytes: 1 << 20, lost: "a new, empty one takes its place and the thumbnails will be made again from the originals"}
	decisionsKind = &kind{file: "decisions.db", folder: "decisions", applicationID: 0x50784464, pageSize: 4096, synchronous: "FULL",
		smallBytes: 8 << 20}
)

// migrations returns the SQL of a kind in order.
func (k *kind) migrations() []string {
	names, err := fs.Glob(sqlFiles, "sql/"+k.folder+"/*.sql")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	slices.Sort(names)
	texts := make([]string, len(names))
	for i, n := range names {
		b, err := sqlFiles.ReadFile(n)
		if err != nil {
			panic(err) // the file is part of the program
		}
		texts[i] = string(b)
	}
	return texts
}

func (k *kind) version() int {
	entries, err := sqlFiles.ReadDir("sql/" + k.folder)
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return len(entries)
}

var created = regexp.MustCompile(`(?m)^CREATE (?:VIRTUAL |UNIQUE )?(?:TABLE|INDEX) (\w+)`)

// objects returns the names of the tables and indexes that the first n migrations make.
func (k *kind) objects(n int) []string {
	var names []string
	for _, text := range k.migrations()[:n] {
		for _, m := range created.FindAllStringSubmatch(text, -1) {
			names = append(names, m[1])
		}
	}
	return names
}

var virtual = regexp.MustCompile(`(?s)CREATE VIRTUAL TABLE .*?\);`)

// virtualTables returns the statements that make the text tables.
func virtualTables() []string {
	return virtual.FindAllString(strings.Join(indexKind.migrations(), "\n"), -1)
}

// create makes a new file at path, whole or not at all.
func (k *kind) create(ctx context.Context, path string) error {
	fresh := fmt.Sprintf("%s.new-%d", path, os.Getpid())
	defer removeWithSides(fresh)
	removeWithSides(fresh)
	db := connect(fresh, "mode=rwc", 1, fmt.Sprintf("page_size = %d", k.pageSize), "journal_mode = DELETE", "synchronous = FULL")
	d := &database{file: path}
	err := func() error {
		if err := k.apply(ctx, db, 0); err != nil {
			return err
		}
		_, err := db.ExecContext(ctx, "PRAGMA journal_mode = WAL")
		return err
	}()
	if closed := db.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return d.wrap("make", err)
	}
	if err := os.Rename(fresh, path); err != nil {
		return folderError(parent(path), err)
	}
	return syncFolder(parent(path))
}

// apply runs the migrations after the given version in one transaction.
func (k *kind) apply(ctx context.Context, db *sql.DB, from int) error {
	var b strings.Builder
	b.WriteString("BEGIN EXCLUSIVE;\n")
	for _, text := range k.migrations()[from:] {
		b.WriteString(text)
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "PRAGMA application_id = %d;\nPRAGMA user_version = %d;\nCOMMIT;", k.applicationID, k.version())
	_, err := db.ExecContext(ctx, b.String())
	if err != nil {
		_, _ = db.ExecContext(ctx, "ROLLBACK") // fails where SQLite has already done so
	}
	return err
}

// migrate brings a file that is ours and older up to date. Nobody else may hold the lease meanwhile.
func (s *Store) migrate(ctx context.Context, k *kind, have int) error {
	l, err := s.lease("bringing the library up to date")
	if err != nil {
		if h, ok := s.LeaseHolder(); ok {
			return &InUseError{Dir: s.dir, Holder: h, Purpose: "bring it up to date for this version of the program"}
		}
		return err
	}
	defer func() { _ = l.Release() }() // an error here hides none of the work
	return s.migrateHeld(ctx, k, have)
}

// migrateHeld is migrate for who holds the lease.
func (s *Store) migrateHeld(ctx context.Context, k *kind, have int) error {
	path := s.path(k)
	db := connect(path, "mode=rw", 1, "foreign_keys = ON")
	defer db.Close()
	d := &database{file: path}
	if k != thumbsKind {
		name := fmt.Sprintf("%s-schema-%03d-%s.db", strings.TrimSuffix(k.file, ".db"), have, stamp(s.now()))
		if err := vacuumInto(ctx, db, filepath.Join(s.backup, name)); err != nil {
			return d.wrap("copy before bringing up to date", err)
		}
	}
	return d.wrap("bring up to date", k.apply(ctx, db, have))
}

func removeWithSides(path string) {
	for _, side := range []string{"", "-wal", "-shm", "-journal"} {
		_ = os.Remove(path + side) // what is not there need not go
	}
}

func parent(path string) string { return filepath.Dir(path) }

func syncFolder(dir string) error {
	f, err := os.Open(dir)
	if err != nil {
		return folderError(dir, err)
	}
	defer f.Close()
	_ = f.Sync() // some file systems cannot; the rename is done all the same
	return nil
}
