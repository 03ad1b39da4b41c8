package store

import (
	"context"
	"database/sql"
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

const (
	keptBackups  = 5
	backupPrefix = "decisions-2" // and the rest of a time
	backupEvery  = 24 * time.Hour
)

// Backup copies decisions.db to the backup folder, at most once a day, and keeps the newest five copies.
func (s *Store) Backup(ctx context.Context) error {
	if s.readOnly {
		return &ReadOnlyError{File: s.backup, Reason: "the library was opened for searching only"}
	}
	copies := s.backups()
	if len(copies) > 0 {
		if at, ok := backupTime(copies[0]); ok && s.now().Sub(at) < backupEvery && !at.After(s.now()) {
			return nil
		}
	}
	path := filepath.Join(s.backup, "decisions-"+stamp(s.now())+".db")
	db := connect(s.decisions.file, "mode=rw", 1)
	defer db.Close()
	if err := vacuumInto(ctx, db, path); err != nil {
		return s.decisions.wrap("copy decisions", err)
	}
	for _, old := range s.backups()[min(keptBackups, len(s.backups())):] {
		if err := os.Remove(old); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("drop an old copy: %w", err)
		}
	}
	return nil
}

// backups returns the copies of decisions.db, newest first.
func (s *Store) backups() []string {
	all, err := filepath.Glob(filepath.Join(escapeGlob(s.backup), backupPrefix+"*.db"))
	if err != nil {
		return nil
	}
	slices.Sort(all)
	slices.Reverse(all)
	return all
}

func backupTime(path string) (time.Time, bool) {
	name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(path), "decisions-"), ".db")
	at, err := time.Parse("20060102T150405Z", name)
	return at, err == nil
}

// vacuumInto writes a whole copy of a database, or none.
func vacuumInto(ctx context.Context, db *sql.DB, path string) error {
	if err := os.MkdirAll(parent(path), 0o700); err != nil {
		return folderError(parent(path), err)
	}
	part := path + ".part"
	defer os.Remove(part) // it is not there if all went well
	_ = os.Remove(part)   // left by a killed process
	if _, err := db.ExecContext(ctx, "VACUUM INTO ?", part); err != nil {
		return err
	}
	if err := syncFile(part); err != nil {
		return folderError(parent(path), err)
	}
	if err := os.Rename(part, path); err != nil {
		return folderError(parent(path), err)
	}
	return syncFolder(parent(path))
}

// restoreDecisions puts the newest copy that is whole in place and returns its path; empty: there is none.
func (s *Store) restoreDecisions(path string) (string, error) {
	older, err := filepath.Glob(filepath.Join(escapeGlob(s.backup), "decisions-schema-*.db"))
	if err != nil {
		older = nil
	}
	for _, from := range append(s.backups(), older...) {
		if v := examine(from, decisionsKind); v.err != nil || v.missing || v.damage != "" {
			s.log.Warn().Str("file", from).Str("damage", v.damage).Msg("a copy of decisions.db cannot be used")
			continue
		}
		if err := copyFile(from, path); err != nil {
			return "", folderError(s.dir, err)
		}
		return from, syncFolder(s.dir)
	}
	return "", nil
}

// copyFile writes a whole copy of a file, or none.
func copyFile(from, to string) (err error) {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	part := to + ".part"
	defer os.Remove(part) // it is not there if all went well
	out, err := os.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err = errors.Join(err, out.Sync(), out.Close()); err != nil {
		return err
	}
	return os.Rename(part, to)
}

func syncFile(path string) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}
