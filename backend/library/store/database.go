package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mattn/go-sqlite3"
)

// busyTimeout is how long a statement waits for another process's write to end.
const busyTimeout = 10 * time.Second

// readers is the number of connections that read at the same time.
const readers = 4

// database is one of the three files: one connection that writes, several that read.
type database struct {
	file   string
	query  string        // of the URI it was opened with, where it is read-only
	turn   chan struct{} // holds a token while the writer is in use
	writer *sql.DB       // one connection
	conn   *sql.Conn     // that connection; nil: read-only
	stmts  map[string]*sql.Stmt
	reader *sql.DB
	watch  *sql.DB     // one connection, for data_version alone: who follows keeps none of the readers
	cache  sync.Map    // query → *sql.Stmt of reader
	dirty  atomic.Bool // something was written
}

// connector opens connections with pragmas that the driver's data source name has no words for.
type connector struct {
	driver *sqlite3.SQLiteDriver
	dsn    string
}

func (c *connector) Connect(context.Context) (driver.Conn, error) { return c.driver.Open(c.dsn) }
func (c *connector) Driver() driver.Driver                        { return c.driver }

// connect returns a pool on a file; query is the URI's query, pragmas are run on each new connection.
func connect(path, query string, connections int, pragmas ...string) *sql.DB {
	hook := func(c *sqlite3.SQLiteConn) error {
		for _, p := range append([]string{"trusted_schema = OFF", "cell_size_check = ON"}, pragmas...) {
			if _, err := c.Exec("PRAGMA "+p, nil); err != nil {
				return err
			}
		}
		return nil
	}
	uri := url.URL{Scheme: "file", Opaque: escapePath(path), RawQuery: fmt.Sprintf("_busy_timeout=%d&_mutex=no&%s", busyTimeout.Milliseconds(), query)}
	db := sql.OpenDB(&connector{driver: &sqlite3.SQLiteDriver{ConnectHook: hook}, dsn: uri.String()})
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	return db
}

// escapePath writes a path for a file: URI, byte by byte, so that any name can be opened.
func escapePath(path string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/-_.~"
	var b strings.Builder
	for i := range len(path) {
		if strings.IndexByte(safe, path[i]) >= 0 {
			b.WriteByte(path[i])
		} else {
			fmt.Fprintf(&b, "%%%02X", path[i])
		}
	}
	return b.String()
}

func openDatabase(ctx context.Context, path string, k *kind) (*database, error) {
	d := &database{file: path, turn: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}}
	sync := "synchronous = " + k.synchronous
	d.writer = connect(path, "mode=rw", 1, "journal_mode = WAL", sync, "foreign_keys = ON", "journal_size_limit = 67108864",
		"temp_store = MEMORY", "cache_size = -65536", "wal_autocheckpoint = 4000")
	d.reader = connect(path, "mode=rw", readers, "query_only = ON", "temp_store = MEMORY", "cache_size = -8192")
	d.watch = connect(path, "mode=rw", 1, "query_only = ON")
	conn, err := d.writer.Conn(ctx)
	if err != nil {
		return d, d.wrap("open", err)
	}
	d.conn = conn
	return d, nil
}

// openReadOnly opens a file without ever writing beside it, if SQLite can.
func openReadOnly(ctx context.Context, path string, k *kind) (*database, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, &ReadOnlyError{File: path, Reason: "there is no library yet, and it may not be made"}
	}
	query := "mode=ro"
	// Without a log beside it nobody writes, or nobody has since it was last closed: then the file alone is the truth. In a
	// folder that cannot be written nobody will start to.
	if info, err := os.Stat(path + "-wal"); (err != nil || info.Size() == 0) && !writable(parent(path)) {
		query = "mode=ro&immutable=1"
	}
	verdict := examine(path, k)
	if verdict.err != nil {
		return nil, verdict.err
	}
	d := &database{file: path, query: query, turn: make(chan struct{}, 1)}
	d.reader = connect(path, query, readers, "query_only = ON", "temp_store = MEMORY")
	d.watch = connect(path, query, 1, "query_only = ON")
	var have int
	if err := d.reader.QueryRowContext(ctx, "PRAGMA user_version").Scan(&have); err != nil {
		_ = d.close()
		var e sqlite3.Error
		if errors.As(err, &e) && (e.Code == sqlite3.ErrCantOpen || e.Code == sqlite3.ErrReadonly) {
			return nil, &ReadOnlyError{File: path, Reason: "another process left its log behind, which cannot be read without writing"}
		}
		return nil, d.wrap("open", err)
	}
	switch {
	case have > k.version():
		_ = d.close()
		return nil, &NewerSchemaError{File: path, Have: have, Known: k.version()}
	case have < k.version():
		_ = d.close()
		return nil, &ReadOnlyError{File: path, Reason: "it has to be brought up to date first"}
	}
	return d, nil
}

func (d *database) close() error {
	var errs []error
	d.cache.Range(func(_, v any) bool { errs = append(errs, v.(*sql.Stmt).Close()); return true })
	if d.reader != nil {
		errs = append(errs, d.reader.Close(), d.watch.Close())
	}
	for _, s := range d.stmts {
		errs = append(errs, s.Close())
	}
	if d.conn != nil {
		errs = append(errs, d.conn.Close())
	}
	if d.writer != nil {
		errs = append(errs, d.writer.Close())
	}
	return errors.Join(errs...)
}

// tx is a write transaction in hand.
type tx struct{ d *database }

// write runs fn in one transaction that has the write lock from its start. A statement is never broken off by ctx, so that
// fn decides where to stop.
func (d *database) write(ctx context.Context, what string, fn func(*tx) error) (err error) {
	if d.conn == nil {
		return &ReadOnlyError{File: d.file, Reason: "it was opened for searching only"}
	}
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-d.turn }()
	if err := ctx.Err(); err != nil {
		return err
	}
	t := &tx{d}
	if err := t.exec("BEGIN IMMEDIATE"); err != nil {
		return d.wrap(what, err)
	}
	done := false
	defer func() {
		if !done {
			// After a full disk SQLite may have rolled back by itself; then this fails, and nothing is lost.
			_ = t.exec("ROLLBACK")
		}
	}()
	if err := fn(t); err != nil {
		return d.wrap(what, err)
	}
	if err := t.exec("COMMIT"); err != nil {
		return d.wrap(what, err)
	}
	done = true
	d.dirty.Store(true)
	return nil
}

func (t *tx) stmt(query string) (*sql.Stmt, error) {
	if s, ok := t.d.stmts[query]; ok {
		return s, nil
	}
	s, err := t.d.conn.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	t.d.stmts[query] = s
	return s, nil
}

func (t *tx) exec(query string, args ...any) error {
	_, err := t.result(query, args...)
	return err
}

func (t *tx) result(query string, args ...any) (sql.Result, error) {
	s, err := t.stmt(query)
	if err != nil {
		return nil, err
	}
	return s.ExecContext(context.Background(), args...)
}

// one scans the first row into dst and says whether there was one.
func (t *tx) one(query string, args []any, dst ...any) (bool, error) {
	s, err := t.stmt(query)
	if err != nil {
		return false, err
	}
	return found(s.QueryRowContext(context.Background(), args...).Scan(dst...))
}

// each calls fn for every row; fn scans and must not use the transaction.
func (t *tx) each(query string, args []any, fn func(rowScanner) error) error {
	s, err := t.stmt(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(context.Background(), args...)
	return walk(rows, err, fn)
}

// prepared returns a statement of the reading connections, made once.
func (d *database) prepared(query string) (*sql.Stmt, error) {
	if s, ok := d.cache.Load(query); ok {
		return s.(*sql.Stmt), nil
	}
	s, err := d.reader.Prepare(query)
	if err != nil {
		return nil, err
	}
	if was, there := d.cache.LoadOrStore(query, s); there {
		_ = s.Close()
		return was.(*sql.Stmt), nil
	}
	return s, nil
}

// one reads one row on a reading connection and says whether there was one.
func (d *database) one(ctx context.Context, what, query string, args []any, dst ...any) (bool, error) {
	s, err := d.prepared(query)
	if err != nil {
		return false, d.wrap(what, err)
	}
	ok, err := found(s.QueryRowContext(ctx, args...).Scan(dst...))
	return ok, d.wrap(what, err)
}

// each reads rows on a reading connection.
func (d *database) each(ctx context.Context, what, query string, args []any, fn func(rowScanner) error) error {
	s, err := d.prepared(query)
	if err != nil {
		return d.wrap(what, err)
	}
	rows, err := s.QueryContext(ctx, args...)
	return d.wrap(what, walk(rows, err, fn))
}

// adhoc is each for a query that is not worth keeping prepared.
func (d *database) adhoc(ctx context.Context, what, query string, args []any, fn func(rowScanner) error) error {
	rows, err := d.reader.QueryContext(ctx, query, args...)
	return d.wrap(what, walk(rows, err, fn))
}

// rowScanner is a row of an answer.
type rowScanner interface{ Scan(dst ...any) error }

func walk(rows *sql.Rows, err error, fn func(rowScanner) error) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := fn(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

func found(err error) (bool, error) {
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return err == nil, err
}

// wrap turns SQLite's errors into those of this package and says what was being done.
func (d *database) wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	err = d.classify(err)
	var damaged *DamagedError
	if errors.As(err, &damaged) {
		// The next Open looks at the whole file. If the mark cannot be made, it will stumble here again.
		_ = os.WriteFile(d.file+checkMark, []byte(damaged.Reason+"\n"), 0o600)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// classify turns SQLite's errors into those of this package.
func (d *database) classify(err error) error {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return err
	}
	switch e.Code {
	case sqlite3.ErrFull:
		return &FullError{File: d.file, Err: err}
	case sqlite3.ErrBusy, sqlite3.ErrLocked:
		return &BusyError{File: d.file, Waited: busyTimeout, Err: err}
	case sqlite3.ErrCorrupt, sqlite3.ErrNotADB:
		return &DamagedError{File: d.file, Reason: err.Error(), Outcome: "start again, and it is looked through and replaced"}
	case sqlite3.ErrReadonly:
		return &ReadOnlyError{File: d.file, Reason: err.Error()}
	case sqlite3.ErrInterrupt:
		return context.Canceled
	}
	if e.SystemErrno == syscall.ENOSPC || e.SystemErrno == syscall.EDQUOT {
		return &FullError{File: d.file, Err: err}
	}
	return fmt.Errorf("%q: %w", d.file, err)
}

// folderError turns an error of the library's folder into one of this package.
func folderError(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &FullError{File: dir, Err: err}
	case errors.Is(err, syscall.EROFS), errors.Is(err, fs.ErrPermission):
		return &ReadOnlyError{File: dir, Reason: err.Error()}
	}
	return fmt.Errorf("library folder %q: %w", dir, err)
}

// rawBytes is a blob that is valid until the next row.
type rawBytes = sql.RawBytes
