package logging

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"sync"

	"pixeldetective/backend/internal/filelock"
)

// maxProcesses bounds the log files of one program, and so the processes that log to one library at a time.
const maxProcesses = 64

// file is a log file that is put aside when it has grown: NAME.log becomes NAME.log.1, that becomes NAME.log.2, and so
// on. The process that holds the lock NAME.lock is the only one that writes it; the first process of a program gets
// PROGRAM.log, one beside it PROGRAM-2.log. So the number of files is bounded, and rotation needs no other agreement.
type file struct {
	path    string
	limit   int64
	backups int

	mu   sync.Mutex
	out  *os.File // nil after Close, and while the file cannot be opened
	lock *filelock.Lock
	size int64
	done bool
}

func openFile(dir, program string, limit int64, backups int) (*file, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("the log folder cannot be made: %w", err)
	}
	for n := 1; n <= maxProcesses; n++ {
		name := filepath.Join(dir, program)
		if n > 1 {
			name += "-" + strconv.Itoa(n)
		}
		lock, err := filelock.Try(name + ".lock")
		if err != nil {
			return nil, fmt.Errorf("the log file cannot be locked: %w", err)
		}
		if lock == nil {
			continue
		}
		f := &file{path: name + ".log", limit: limit, backups: backups, lock: lock}
		if err := f.open(); err != nil {
			_ = lock.Release()
			return nil, err
		}
		return f, nil
	}
	return nil, fmt.Errorf("%d other processes write logs in %q", maxProcesses, dir)
}

func (f *file) open() error {
	out, err := os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o644)
	if err != nil {
		return fmt.Errorf("the log file cannot be opened: %w", err)
	}
	info, err := out.Stat()
	if err != nil {
		_ = out.Close()
		return fmt.Errorf("the log file cannot be opened: %w", err)
	}
	f.out, f.size = out, info.Size()
	return nil
}

// Write appends one line.
func (f *file) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return len(line), nil
	}
	safe := escapeJSON(line)
	if f.out == nil || f.size > 0 && f.size+int64(len(safe)) > f.limit {
		if err := f.rotate(); err != nil {
			return 0, err
		}
	}
	n, err := f.out.Write(safe)
	f.size += int64(n)
	if err != nil {
		return 0, err
	}
	return len(line), nil
}

// rotate puts the file aside and begins a new one. What cannot be renamed is overwritten: better than to grow for ever.
func (f *file) rotate() error {
	if f.out != nil {
		_ = f.out.Close()
		f.out = nil
		name := func(n int) string { return f.path + "." + strconv.Itoa(n) }
		for n := f.backups - 1; n >= 1; n-- {
			_ = os.Rename(name(n), name(n+1))
		}
		if f.backups < 1 || os.Rename(f.path, name(1)) != nil {
			_ = os.Truncate(f.path, 0)
		}
	}
	return f.open()
}

// Close closes the file and lets another process have its name.
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.done {
		return nil
	}
	f.done = true
	var err error
	if f.out != nil {
		err = f.out.Close()
	}
	_ = f.lock.Release()
	return err
}
