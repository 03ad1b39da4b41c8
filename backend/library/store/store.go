package store

import (
	"database/sql"
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

// database is one of the three files.
type database struct {
	file string // path
	w    *sql.DB
	r    *sql.DB
}
