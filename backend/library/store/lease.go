package store

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"pixeldetective/backend/internal/filelock"
)

// Holder is a process that holds the lease.
type Holder struct {
	PID     int       `json:"pid"`
	Purpose string    `json:"purpose"`
	Since   time.Time `json:"since"`
}

// Lease is the right to index, watch and migrate. One process has it at a time; it ends with the process.
type Lease struct {
	once sync.Once
	lock *fileLock
	err  error
}

// Release gives the lease back. Further calls do nothing.
func (l *Lease) Release() error {
	l.once.Do(func() {
		l.err = errors.Join(l.lock.file.Truncate(0), l.lock.unlock())
	})
	return l.err
}

// Lease takes the lease or returns *HeldError at once.
func (s *Store) Lease(ctx context.Context, purpose string) (*Lease, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return s.lease(purpose)
}

// WaitLease waits until the lease is free and takes it.
func (s *Store) WaitLease(ctx context.Context, purpose string) (*Lease, error) {
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		l, err := s.lease(purpose)
		var held *HeldError
		if !errors.As(err, &held) {
			return l, err
		}
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-tick.C:
		}
	}
}

// LeaseHolder says who holds the lease, if anybody does.
func (s *Store) LeaseHolder() (Holder, bool) {
	path := s.leasePath()
	f, err := os.Open(path)
	if err != nil {
		return Holder{}, false // nobody ever took it
	}
	defer f.Close()
	// A shared lock is granted if nobody holds the lease. It is held for an instant; lease bears that.
	if free, err := filelock.On(f, true); free || err != nil {
		return Holder{}, false
	}
	return readHolder(f), true
}

func (s *Store) leasePath() string { return filepath.Join(s.dir, "lease") }

func (s *Store) lease(purpose string) (*Lease, error) {
	if s.readOnly {
		return nil, &ReadOnlyError{File: s.dir, Reason: "it was opened for searching only"}
	}
	var holder Holder
	// Somebody who looks for the holder, or a holder that has not yet written its name, is met for an instant only.
	for range 20 {
		f, err := os.OpenFile(s.leasePath(), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return nil, folderError(s.dir, err)
		}
		free, err := filelock.On(f, false)
		if err != nil {
			_ = f.Close()
			return nil, folderError(s.dir, err)
		}
		if free {
			return s.sign(f, purpose)
		}
		holder = readHolder(f)
		_ = f.Close()
		if holder.PID != 0 {
			break
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil, &HeldError{holder}
}

func (s *Store) sign(f *os.File, purpose string) (*Lease, error) {
	b, err := json.Marshal(Holder{PID: os.Getpid(), Purpose: purpose, Since: s.now().UTC().Truncate(time.Second)})
	if err != nil {
		_ = f.Close()
		return nil, err
	}
	if err := errors.Join(f.Truncate(0), writeAt(f, append(b, '\n'))); err != nil {
		_ = f.Close()
		return nil, folderError(s.dir, err)
	}
	return &Lease{lock: &fileLock{f}}, nil
}

func writeAt(f *os.File, b []byte) error {
	_, err := f.WriteAt(b, 0)
	return err
}

func readHolder(f *os.File) Holder {
	var h Holder
	b, err := io.ReadAll(io.NewSectionReader(f, 0, 4096))
	if err == nil {
		_ = json.Unmarshal(b, &h) // half written: the zero Holder
	}
	return h
}

// fileLock is an exclusive lock on an open file; the operating system lets go of it when the process ends.
type fileLock struct{ file *os.File }

// unlock closes the file, and the lock with it.
func (l *fileLock) unlock() error { return l.file.Close() }

// lockFile waits for a lock that is only ever held for a moment.
func lockFile(ctx context.Context, path string) (*fileLock, error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		free, err := filelock.On(f, false)
		if free {
			return &fileLock{f}, nil
		}
		if err == nil {
			select {
			case <-ctx.Done():
				err = ctx.Err()
			case <-tick.C:
				continue
			}
		}
		_ = f.Close()
		return nil, err
	}
}
