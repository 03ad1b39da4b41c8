package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"
)

// Options say where a library lies.
type Options struct {
	Dir       string           // folder of the library; made if it is not there
	BackupDir string           // folder for copies of decisions.db; empty: Dir/backup
	Log       zerolog.Logger   // the zero value logs nothing
	Now       func() time.Time // nil: time.Now
	ReadOnly  bool             // never write anything; writing methods return *ReadOnlyError
}

// Store is an open library. Its methods may be called from several goroutines.
type Store struct {
	dir, backup string
	log         zerolog.Logger
	now         func() time.Time
	readOnly    bool
	notices     []error
	index       *database
	thumbs      *database
	decisions   *database
}

// Open opens the library in o.Dir, and makes it if it is not there. A library that cannot be written is opened for reading
// where SQLite allows it.
//
// Errors: *NewerSchemaError, *ForeignError, *NetworkFileSystemError, *ReadOnlyError, *FullError, *BusyError, *InUseError;
// *DamagedError where a damaged file could not be moved aside. A damaged file that could be moved aside is no error: the
// store opens with a new or restored one in its place and Notices says so.
func Open(ctx context.Context, o Options) (*Store, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, fmt.Errorf("library folder %q: %w", o.Dir, err)
	}
	s := &Store{dir: dir, backup: o.BackupDir, log: o.Log, now: o.Now, readOnly: o.ReadOnly}
	if s.backup == "" {
		s.backup = filepath.Join(dir, "backup")
	}
	if s.now == nil {
		s.now = time.Now
	}
	if !o.ReadOnly {
		if err := os.MkdirAll(dir, 0o700); err != nil {
			return nil, folderError(dir, err)
		}
	}
	if kind, network := networkFileSystem(dir); network {
		return nil, &NetworkFileSystemError{Dir: dir, Kind: kind}
	}
	if !s.readOnly && !writable(dir) {
		s.readOnly = true
		s.log.Info().Str("library", dir).Msg("the library folder cannot be written; it is opened for searching only")
	}
	if err := s.open(ctx); err != nil {
		return nil, errors.Join(err, s.closeFiles())
	}
	for _, n := range s.notices {
		s.log.Warn().Err(n).Msg("a library file was replaced")
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) error {
	kinds := []*kind{decisionsKind, indexKind, thumbsKind}
	files := []**database{&s.decisions, &s.index, &s.thumbs}
	if s.readOnly {
		for i, k := range kinds {
			d, err := openReadOnly(ctx, s.path(k), k)
			if err != nil {
				return err
			}
			*files[i] = d
		}
		return nil
	}
	lock, err := lockFile(ctx, filepath.Join(s.dir, "open.lock"))
	if err != nil {
		return folderError(s.dir, err)
	}
	defer func() { _ = lock.unlock() }() // closing the file frees it anyway
	fresh := false
	for i, k := range kinds {
		made, err := s.prepare(ctx, k)
		if err != nil {
			return err
		}
		if *files[i], err = openDatabase(ctx, s.path(k), k); err != nil {
			return err
		}
		fresh = fresh || made && k == indexKind
	}
	if fresh {
		return s.seedFolders(ctx)
	}
	return nil
}

func (s *Store) path(k *kind) string { return filepath.Join(s.dir, k.file) }

// Close copies decisions.db if choices were made and no copy of today is there, and closes the files.
func (s *Store) Close() error {
	var err error
	if s.decisions != nil && s.decisions.dirty.Load() {
		err = s.Backup(context.Background())
	}
	return errors.Join(err, s.closeFiles())
}

func (s *Store) closeFiles() error {
	var errs []error
	for _, d := range []*database{s.index, s.thumbs, s.decisions} {
		if d != nil {
			errs = append(errs, d.close())
		}
	}
	return errors.Join(errs...)
}

// Notices returns what Open had to mend, each a *DamagedError with a sentence for people.
func (s *Store) Notices() []error { return s.notices }

// ReadOnly says whether the library was opened for searching only.
func (s *Store) ReadOnly() bool { return s.readOnly }
