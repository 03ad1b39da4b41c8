package install

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// MayRemove returns *InUseError for a model that came with the program or is one of inUse, nil for all others. Where inUse is
// empty, the model that the catalog would search with counts as in use.
func MayRemove(c *catalog.Catalog, m catalog.Model, inUse ...photo.ModelRef) error {
	if c.Ships(m) {
		return &InUseError{Model: m.Name, Ships: true}
	}
	if active, _, err := c.Active(catalog.RoleImageText); len(inUse) == 0 && err == nil {
		inUse = []photo.ModelRef{active.Ref()}
	}
	if slices.Contains(inUse, m.Ref()) {
		return &InUseError{Model: m.Name}
	}
	return nil
}

// Removed is what was taken away.
type Removed struct {
	Files int   `json:"files"`
	Bytes int64 `json:"bytes"`
}

func (r *Removed) add(other Removed) { r.Files += other.Files; r.Bytes += other.Bytes }

// Remove deletes a model's files from its folder, those on their way and the record, and the folder if nothing else is in
// it. Whether the model is in use is the caller's question (MayRemove). A second Remove goes on where one was ended.
func (i *Installer) Remove(ctx context.Context, m catalog.Model, folder string) (_ Removed, err error) {
	unlock, err := lock(m, folder)
	if err != nil {
		return Removed{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	names := []string{}
	for _, f := range m.Files {
		names = append(names, f.Name)
	}
	return removeAll(ctx, folder, names)
}

// removeAll deletes these files of a folder, those of its record, all that are on their way, and at last the record.
func removeAll(ctx context.Context, folder string, names []string) (Removed, error) {
	sweep(folder)
	if r, err := catalog.ReadRecord(folder); err == nil {
		for _, f := range r.Files {
			names = append(names, f.Name)
		}
	}
	parts, err := partsOf(folder)
	if err != nil {
		return Removed{}, err
	}
	done, err := removeFiles(ctx, folder, append(append(names, parts...), catalog.RecordFile))
	if err != nil {
		return done, err
	}
	_ = os.Remove(folder) // only if nothing is left in it
	return done, nil
}

// removeFiles deletes these files of a folder, until the first that cannot be or ctx ends; it returns what it deleted.
func removeFiles(ctx context.Context, folder string, names []string) (Removed, error) {
	var done Removed
	for _, name := range names {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		one, err := removeFile(filepath.Join(folder, name))
		if err != nil {
			return done, err
		}
		done.add(one)
	}
	return done, nil
}

// removeFile deletes a file or a link, never a folder.
func removeFile(path string) (Removed, error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || (err == nil && info.IsDir()) {
		return Removed{}, nil
	}
	if err == nil {
		err = os.Remove(path)
	}
	if errors.Is(err, fs.ErrNotExist) {
		return Removed{}, nil
	}
	if err != nil {
		return Removed{}, fmt.Errorf("the model file %q cannot be removed: %w", path, err)
	}
	return Removed{1, info.Size()}, nil
}

// partsOf returns the names of what is on its way into a folder.
func partsOf(folder string) ([]string, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("the folder %q cannot be read: %w", folder, err)
	}
	var names []string
	for _, e := range entries {
		if filepath.Ext(e.Name()) == catalog.PartSuffix && e.Type().IsRegular() {
			names = append(names, e.Name())
		}
	}
	return names, nil
}

// Prune deletes what is of no use any more from the user's folder of models: parts of files that were last written to
// before a time, or that belong to no model of the catalog; and files that this package received for models, or revisions,
// that are not in the catalog any more. Folders without a record, and those with a manifest of their own, are otherwise
// left alone; so is everything of unknown models as long as a manifest cannot be read. Folders in use are passed over.
func (i *Installer) Prune(ctx context.Context, c *catalog.Catalog, models string, before time.Time) (Removed, error) {
	entries, err := os.ReadDir(models)
	if errors.Is(err, fs.ErrNotExist) {
		return Removed{}, nil
	}
	if err != nil {
		return Removed{}, fmt.Errorf("the folder of models %q cannot be read: %w", models, err)
	}
	known := map[string]catalog.Model{}
	for _, m := range c.Models() {
		known[c.InstallFolder(m)] = m
	}
	var done Removed
	for _, e := range entries {
		if err := ctx.Err(); err != nil {
			return done, err
		}
		folder := filepath.Join(models, e.Name())
		if !e.IsDir() {
			continue
		}
		m, ok := known[folder]
		var one Removed
		var err error
		switch {
		case ok:
			one, err = pruneKnown(ctx, m, folder, before)
		case len(c.Problems()) == 0 && !hasManifest(folder):
			one, err = pruneUnknown(ctx, folder)
		}
		done.add(one)
		var busy *BusyError
		if err != nil && !errors.As(err, &busy) {
			return done, err
		}
	}
	return done, nil
}

func hasManifest(folder string) bool {
	_, err := os.Lstat(filepath.Join(folder, "model.json"))
	return err == nil
}

// pruneKnown deletes old parts of a model, and what another revision of it left behind.
func pruneKnown(ctx context.Context, m catalog.Model, folder string, before time.Time) (_ Removed, err error) {
	unlock, err := lock(m, folder)
	if err != nil {
		return Removed{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	names, err := partsOf(folder)
	if err != nil {
		return Removed{}, err
	}
	names = slices.DeleteFunc(names, func(name string) bool {
		info, err := os.Lstat(filepath.Join(folder, name))
		return err != nil || !info.ModTime().Before(before)
	})
	record, failed := catalog.ReadRecord(folder)
	kept := slices.DeleteFunc(slices.Clone(record.Files), func(f catalog.RecordedFile) bool {
		_, now := m.File(f.Name)
		if !now {
			names = append(names, f.Name)
		}
		return !now
	})
	done, err := removeFiles(ctx, folder, names)
	if err != nil {
		return done, err
	}
	if failed == nil && len(kept) < len(record.Files) {
		record.Files = kept
		if err := record.Write(folder); err != nil {
			return done, fmt.Errorf("the record of the model %q cannot be written: %w", m.Name, err)
		}
	}
	return done, nil
}

// pruneUnknown deletes what was received into a folder that belongs to no model.
func pruneUnknown(ctx context.Context, folder string) (_ Removed, err error) {
	_, failed := catalog.ReadRecord(folder)
	parts, err := partsOf(folder)
	if err != nil || (failed != nil && len(parts) == 0) {
		return Removed{}, err
	}
	unlock, err := lock(catalog.Model{Name: filepath.Base(folder)}, folder)
	if err != nil {
		return Removed{}, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	if failed == nil {
		return removeAll(ctx, folder, nil)
	}
	// Nothing was ever received whole: only parts that have a note beside them are ours.
	ours := slices.DeleteFunc(slices.Clone(parts), func(name string) bool {
		base := strings.TrimSuffix(name, catalog.PartSuffix)
		return filepath.Ext(base) != ".json" && !slices.Contains(parts, base+".json"+catalog.PartSuffix)
	})
	done, err := removeFiles(ctx, folder, ours)
	if err != nil {
		return done, err
	}
	_ = os.Remove(folder)
	return done, nil
}
