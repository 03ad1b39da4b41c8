package backend

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/supervisor"
)

// Verdict says how well a thing is.
type Verdict string

// The verdicts of an examination.
const (
	Well    Verdict = "well"
	Warning Verdict = "warning" // it works, but less well than it could
	Ill     Verdict = "ill"     // something does not work
)

// Finding is one thing that was examined.
type Finding struct {
	Area    string  `json:"area"` // program, models, workers, library, folders
	Verdict Verdict `json:"verdict"`
	Text    string  `json:"text"`             // a sentence
	Remedy  string  `json:"remedy,omitempty"` // what the person can do
}

// Examine looks at everything the program stands on and tells each finding as it is made. The supervisor must be running
// and ready: the workers are tried out.
func (b *Backend) Examine(ctx context.Context, tell func(Finding)) error {
	b.examineProgram(tell)
	b.examineModels(ctx, tell)
	b.examineWorkers(ctx, tell)
	if err := b.examineLibrary(ctx, tell); err != nil {
		return err
	}
	return b.examineFolders(ctx, tell)
}

func (b *Backend) examineProgram(tell func(Finding)) {
	for _, file := range []struct{ what, path, remedy string }{
		{"the worker", b.Paths.Worker, "Install the program again, or run make build"},
		{"ONNX Runtime", b.Paths.RuntimeLibrary, "Install the program again, or run make build; without it photos are found by name alone"},
	} {
		if info, err := os.Stat(file.path); err != nil || !info.Mode().IsRegular() {
			tell(Finding{"program", Ill, fmt.Sprintf("%s is not at %q", file.what, file.path), file.remedy})
			continue
		}
		tell(Finding{"program", Well, fmt.Sprintf("%s is at %q", file.what, file.path), ""})
	}
}

func (b *Backend) examineModels(ctx context.Context, tell func(Finding)) {
	for _, problem := range b.Catalog.Problems() {
		tell(Finding{"models", Warning, fmt.Sprintf("%q: %s", problem.File, problem.Reason), problem.Remedy})
	}
	for _, model := range b.Catalog.Models() {
		_, dir, _ := b.Catalog.Find(model.ID)
		if state := b.Catalog.Installed(model); !state.Installed {
			if len(state.Missing) == needed(model) && !missed(b.Catalog, model) {
				tell(Finding{"models", Well, model.Name + " is not installed", ""}) // nobody asked for it
				continue
			}
			tell(Finding{"models", Warning, fmt.Sprintf("%s is not installed: %s", model.Name, state.Reason), ""})
			continue
		}
		if err := verifyModel(ctx, dir, model); err != nil {
			tell(Finding{"models", Ill, fmt.Sprintf("%s: %v", model.Name, err), ""})
			continue
		}
		tell(Finding{"models", Well, fmt.Sprintf("%s: %d files, each unaltered", model.Name, len(model.Files)), ""})
	}
}

// needed returns how many files a model cannot do without.
func needed(model catalog.Model) (n int) {
	for _, file := range model.Files {
		if !file.Optional {
			n++
		}
	}
	return n
}

// missed says whether search lacks a model such as this.
func missed(c *catalog.Catalog, model catalog.Model) bool {
	_, _, err := c.Active(catalog.RoleImageText)
	return model.Role == catalog.RoleImageText && err != nil
}

func verifyModel(ctx context.Context, dir string, model catalog.Model) error {
	var errs []error
	for _, file := range model.Files {
		err := catalog.Verify(ctx, dir, file)
		if file.Optional && errors.Is(err, fs.ErrNotExist) {
			continue
		}
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// examineWorkers has a text and a picture encoded, and a broken photo refused: so all three roles are tried.
func (b *Backend) examineWorkers(ctx context.Context, tell func(Finding)) {
	begun := time.Now()
	if _, err := b.Supervisor.EncodeText(ctx, []string{"a photo"}, supervisor.PriorityQuery); err != nil {
		tell(Finding{"workers", Ill, fmt.Sprintf("words cannot be understood: %v", err), ""})
	} else {
		tell(Finding{"workers", Well, fmt.Sprintf("words are understood, %d ms from a cold start", time.Since(begun).Milliseconds()), ""})
	}
	if model, err := b.Supervisor.ImageModel(); err == nil {
		begun = time.Now()
		input := inputOf(model)
		if _, err := b.Supervisor.EncodeImages(ctx, [][]byte{make([]byte, input.Width*input.Height*3)}, supervisor.PriorityQuery); err != nil {
			tell(Finding{"workers", Ill, fmt.Sprintf("pictures cannot be understood: %v", err), ""})
		} else {
			tell(Finding{"workers", Well, fmt.Sprintf("pictures are understood, %d ms from a cold start", time.Since(begun).Milliseconds()), ""})
		}
	}
	b.examineDecoder(ctx, tell)
	snapshot := b.Supervisor.Snapshot()
	for _, m := range snapshot.Models {
		if m.Fallback != "" {
			tell(Finding{"workers", Well, fmt.Sprintf("the %s graph runs on %s: %s", m.Graph, m.Device, m.Fallback), ""})
		}
	}
}

func (b *Backend) examineLibrary(ctx context.Context, tell func(Finding)) error {
	for _, notice := range b.Store.Notices() {
		tell(Finding{"library", Warning, notice.Error(), ""})
	}
	problems, err := b.Store.Check(ctx)
	if err != nil {
		return err
	}
	for _, p := range problems {
		remedy := ""
		if p.Repairable {
			remedy = "Run pixel-detective doctor --repair"
		}
		tell(Finding{"library", Ill, p.File + ": " + p.What, remedy})
	}
	if len(problems) == 0 {
		tell(Finding{"library", Well, fmt.Sprintf("the library in %q is whole", b.Paths.Library), ""})
	}
	if holder, held := b.Store.LeaseHolder(); held {
		tell(Finding{"library", Well, fmt.Sprintf("process %d keeps it (%s)", holder.PID, holder.Purpose), ""})
	}
	return nil
}

func (b *Backend) examineFolders(ctx context.Context, tell func(Finding)) error {
	folders, err := b.Store.Folders(ctx)
	if err != nil {
		return err
	}
	for _, f := range folders {
		if _, err := os.Stat(f.Path); err != nil {
			tell(Finding{"folders", Warning, fmt.Sprintf("%q cannot be reached; its photos stay in the library", f.Path), "Connect its disk, or check its name"})
			continue
		}
		tell(Finding{"folders", Well, fmt.Sprintf("%q is there", f.Path), ""})
	}
	problems, err := b.Store.DirectoryProblems(ctx)
	if err != nil {
		return err
	}
	for _, p := range problems {
		tell(Finding{"folders", Warning, fmt.Sprintf("%q could not be read: %s", p.Path, p.Reason), "Change its permissions"})
	}
	failures, err := b.Store.Failures(ctx)
	if err == nil && len(failures) > 0 {
		tell(Finding{"folders", Warning, fmt.Sprintf("%d files could not be read", len(failures)), "See pixel-detective status --failures"})
	}
	return err
}

// Repaired says what a repair did.
type Repaired struct {
	Store store.RepairReport `json:"store"`
	Index IndexResult        `json:"index"`
}

// Repair mends what can be derived from the originals and from what was decided: it drops what can be made again, mends the
// databases, then looks at all folders and indexes what is owed. The supervisor must be running and ready.
func (b *Backend) Repair(ctx context.Context, events IndexEvents) (Repaired, error) {
	var done Repaired
	lease, err := b.Store.Lease(ctx, "repair")
	if err != nil {
		return done, fmt.Errorf("the library cannot be repaired now: %w; end that process, then try again", err)
	}
	if err := dropCaches(b.Paths.Cache); err != nil {
		return done, errors.Join(err, lease.Release())
	}
	done.Store, err = b.Store.Repair(ctx)
	if err != nil {
		return done, errors.Join(err, lease.Release())
	}
	folders, err := b.Store.Folders(ctx)
	if err != nil {
		return done, errors.Join(err, lease.Release())
	}
	targets := make([]target, 0, len(folders))
	for _, f := range folders {
		targets = append(targets, target{folder: f})
	}
	begun := b.now()
	done.Index, err = b.indexHere(ctx, targets, events)
	if err == nil {
		err = b.addFailures(ctx, targets, &done.Index)
	}
	done.Index.Seconds = b.now().Sub(begun).Seconds()
	return done, errors.Join(err, lease.Release())
}

// dropCaches removes what can be made again.
func dropCaches(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("looking into the cache %q: %w", dir, err)
	}
	for _, entry := range entries {
		if err := os.RemoveAll(filepath.Join(dir, entry.Name())); err != nil {
			return fmt.Errorf("emptying the cache: %w", err)
		}
	}
	return nil
}
