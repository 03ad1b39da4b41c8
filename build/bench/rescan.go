package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/store"
)

const (
	rescanFiles  = 100_000
	rescanRounds = 7
)

// measureRescan compares a scan of unchanged files with a walk that only asks the size and time of each, in turns.
func measureRescan(ctx context.Context, b *bench) error {
	dir, err := b.emptyFiles(rescanFiles, 100)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	st, f, _, err := b.openLibraryOf(ctx, dir)
	if err != nil {
		return err
	}
	defer st.Close()
	if _, err := folder.Scan(ctx, st, f, ""); err != nil {
		return err
	}
	var scans, walks []time.Duration
	for range rescanRounds {
		d, err := timed(func() error {
			r, err := folder.Scan(ctx, st, f, "")
			if err == nil && r.Unchanged != rescanFiles {
				err = fmt.Errorf("%d of %d files are unchanged", r.Unchanged, rescanFiles)
			}
			return err
		})
		if err != nil {
			return err
		}
		scans = append(scans, d)
		if d, err = timed(func() error { return statWalk(dir) }); err != nil {
			return err
		}
		walks = append(walks, d)
	}
	b.figure("stat walk of 100,000 files, median", "%.0f ms", quantile(walks, .5))
	b.atMost("rescan of 100,000 unchanged files against it", quantile(scans, .5)/quantile(walks, .5), 2, "x",
		fmt.Sprintf(" (%.0f ms)", quantile(scans, .5)))
	return nil
}

// statWalk asks the size and time of every file.
func statWalk(dir string) error {
	return filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		_, err = d.Info()
		return err
	})
}

// emptyFiles makes n files with a few bytes each, none like another, in folders of perFolder.
func (b *bench) emptyFiles(n, perFolder int) (string, error) {
	dir, err := os.MkdirTemp(b.work, "files-")
	if err != nil {
		return "", err
	}
	var at string
	for i := range n {
		if i%perFolder == 0 {
			k := i / perFolder
			at = filepath.Join(dir, fmt.Sprintf("%03d", k/1000), fmt.Sprintf("%03d", k%1000))
			if err := os.MkdirAll(at, 0o755); err != nil {
				return "", err
			}
		}
		if err := os.WriteFile(filepath.Join(at, fmt.Sprintf("IMG_%07d.jpg", i)), fmt.Appendf(nil, "%d", i), 0o644); err != nil {
			return "", err
		}
	}
	return dir, nil
}

// openLibraryOf opens a new library, adds a folder to it, and returns the library's own folder too.
func (b *bench) openLibraryOf(ctx context.Context, dir string) (*store.Store, store.Folder, string, error) {
	library, err := b.library()
	if err != nil {
		return nil, store.Folder{}, "", err
	}
	st, err := store.Open(ctx, store.Options{Dir: library, BackupDir: filepath.Join(library, "backup"), Log: zerolog.Nop(), Now: time.Now})
	if err != nil {
		return nil, store.Folder{}, "", err
	}
	f, err := st.AddFolder(ctx, dir)
	return st, f, library, err
}
