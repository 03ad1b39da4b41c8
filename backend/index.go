package backend

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

	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/indexer"
	"pixeldetective/backend/library/store"
)

// IndexResult is what an index run did.
type IndexResult struct {
	Found     int             `json:"found"`     // photo files in the folders
	Indexed   int             `json:"indexed"`   // files that were new or changed and can be found now
	Unchanged int             `json:"unchanged"` // files that needed nothing
	Removed   int             `json:"removed"`   // files that are gone
	Failed    []store.Failure `json:"-"`         // files that could not be read, this time or before
	Problems  []string        `json:"-"`         // folders that could not be read, and other sentences for people
	Hashed    int             `json:"hashed"`
	Decoded   int             `json:"decoded"`
	Inferred  int             `json:"inferred"`
	Seconds   float64         `json:"seconds"`
}

// IndexEvents are told what an index run is doing. Functions may be nil and must not block.
type IndexEvents struct {
	Scanned   func(path string, r store.ReconcileResult)
	Progress  func(indexer.Progress)
	Following func(holder store.Holder) // another process does the work; this one waits for it
}

// target is one folder, or a part of one, to be indexed.
type target struct {
	folder  store.Folder
	subtree string
}

// Index brings folders into the library, or up to date; no folders means all that are known. Where another process holds
// the lease, that one is asked and followed. The supervisor must be running and ready.
func (b *Backend) Index(ctx context.Context, dirs []string, events IndexEvents) (IndexResult, error) {
	begun := b.now()
	before, err := b.Store.Counters(ctx) // first of all: who watches sees a new folder before it is asked to scan it
	if err != nil {
		return IndexResult{}, err
	}
	targets, err := b.targets(ctx, dirs)
	if err != nil {
		return IndexResult{}, err
	}
	lease, err := b.Store.Lease(ctx, "index")
	var held *store.HeldError
	var result IndexResult
	switch {
	case err == nil:
		result, err = b.indexHere(ctx, targets, events)
		err = errors.Join(err, lease.Release())
	case errors.As(err, &held):
		result, err = b.indexThere(ctx, held.Holder, targets, before, events)
	}
	if err != nil {
		return result, err
	}
	result.Seconds = b.now().Sub(begun).Seconds()
	return result, b.addFailures(ctx, targets, &result)
}

// targets checks the folders and adds them to the library.
func (b *Backend) targets(ctx context.Context, dirs []string) ([]target, error) {
	if len(dirs) == 0 {
		folders, err := b.Store.Folders(ctx)
		if err != nil {
			return nil, err
		}
		if len(folders) == 0 {
			return nil, errors.New("there is no folder in the library yet; name one: pixel-detective index FOLDER")
		}
		targets := make([]target, len(folders))
		for i, f := range folders {
			targets[i] = target{folder: f}
		}
		return targets, nil
	}
	var targets []target
	for _, dir := range dirs {
		path, err := checkFolder(dir)
		if err != nil {
			return nil, err
		}
		f, err := b.Store.AddFolder(ctx, path)
		if err != nil {
			return nil, err
		}
		t := target{folder: f}
		if rel, err := filepath.Rel(f.Path, path); err == nil && rel != "." {
			t.subtree = filepath.ToSlash(rel)
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// checkFolder returns the folder's real path, or a sentence on what is wrong with it.
func checkFolder(dir string) (string, error) {
	path, err := filepath.Abs(dir)
	if err != nil {
		return "", fmt.Errorf("finding the folder %q: %w", dir, err)
	}
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("there is no folder %q; check its name, or whether its disk is there", path)
	case errors.Is(err, fs.ErrPermission):
		return "", fmt.Errorf("the folder %q may not be read; change its permissions, then try again", path)
	case err != nil:
		return "", fmt.Errorf("the folder %q cannot be reached: %w", path, err)
	case !info.IsDir():
		return "", fmt.Errorf("%q is not a folder; name the folder that it is in", path)
	}
	opened, err := os.Open(path)
	if err != nil {
		return "", fmt.Errorf("the folder %q may not be read; change its permissions, then try again", path)
	}
	opened.Close()
	return filepath.EvalSymlinks(path)
}

// indexHere scans and indexes in this process, which holds the lease.
func (b *Backend) indexHere(ctx context.Context, targets []target, events IndexEvents) (IndexResult, error) {
	var result IndexResult
	for _, t := range targets {
		r, err := b.scan(ctx, t.folder, t.subtree)
		var offline *folder.OfflineError
		switch {
		case errors.As(err, &offline):
			result.Problems = append(result.Problems, err.Error())
			continue
		case err != nil:
			return result, err
		}
		addScan(&result, r)
		if events.Scanned != nil {
			events.Scanned(t.folder.Path, r)
		}
	}
	if err := b.retryUnreadable(ctx); err != nil {
		return result, err
	}
	for {
		summary, err := b.passWithProgress(ctx, events.Progress)
		result.Indexed += summary.Linked
		result.Hashed += summary.Hashed
		result.Decoded += summary.Decoded
		result.Inferred += summary.Inferred
		if err != nil {
			return result, err
		}
		if summary.Unavailable != nil {
			result.Problems = append(result.Problems, fmt.Sprintf("photos were indexed by their names and dates alone: %v", summary.Unavailable))
		}
		// What others asked for meanwhile is done before the lease is given back.
		if served, err := b.serveScanRequests(ctx, b.scan); err != nil || served == 0 {
			return result, err
		}
	}
}

// scan compares a folder with its rows, in a process without a watcher.
func (b *Backend) scan(ctx context.Context, f store.Folder, subtree string) (store.ReconcileResult, error) {
	return folder.Scan(ctx, b.Store, f, subtree)
}

// passWithProgress runs one pass and tells its progress ten times a second.
func (b *Backend) passWithProgress(ctx context.Context, tell func(indexer.Progress)) (indexer.Summary, error) {
	if tell == nil {
		return b.Indexer.Pass(ctx)
	}
	done := make(chan struct{})
	told := make(chan struct{})
	go func() {
		defer close(told)
		ticker := time.NewTicker(100 * time.Millisecond)
		defer ticker.Stop()
		for {
			select {
			case <-done:
				tell(b.Indexer.Progress())
				return
			case <-ticker.C:
				tell(b.Indexer.Progress())
			}
		}
	}()
	summary, err := b.Indexer.Pass(ctx)
	close(done)
	<-told
	return summary, err
}

// indexThere asks the process that holds the lease and follows it until all is done. If it ends meanwhile, this process
// goes on in its place.
func (b *Backend) indexThere(ctx context.Context, holder store.Holder, targets []target, before map[string]int64,
	events IndexEvents,
) (IndexResult, error) {
	if events.Following != nil {
		events.Following(holder)
	}
	var requests []int64
	for _, t := range targets {
		id, err := b.Store.RequestScan(ctx, t.folder.ID, t.subtree)
		if err != nil {
			return IndexResult{}, err
		}
		requests = append(requests, id)
	}
	ticker := time.NewTicker(lookEvery)
	defer ticker.Stop()
	var result IndexResult
	for {
		lease, err := b.Store.Lease(ctx, "index")
		if err == nil { // the holder is gone, perhaps before it came to this
			result, err = b.indexHere(ctx, targets, events)
			return result, errors.Join(err, lease.Release())
		}
		var held *store.HeldError
		if !errors.As(err, &held) {
			return result, err
		}
		served, err := b.served(ctx, requests, targets, &result)
		if err != nil {
			return result, err
		}
		if served {
			break
		}
		select {
		case <-ctx.Done():
			return result, ctx.Err()
		case <-ticker.C:
		}
	}
	after, err := b.Store.Counters(ctx)
	result.Hashed = int(after[indexer.CounterHashed] - before[indexer.CounterHashed])
	result.Decoded = int(after[indexer.CounterDecoded] - before[indexer.CounterDecoded])
	result.Inferred = int(after[indexer.CounterInferred] - before[indexer.CounterInferred])
	result.Indexed = int(after[store.CounterIndexed] - before[store.CounterIndexed])
	return result, err
}

// served says whether all requests are done and nothing waits in their targets, and sums up what they found.
func (b *Backend) served(ctx context.Context, requests []int64, targets []target, result *IndexResult) (bool, error) {
	*result = IndexResult{}
	for _, id := range requests {
		outcome, done, err := b.Store.ScanOutcome(ctx, id)
		if err != nil || !done {
			return false, err
		}
		addScan(result, outcome.Result)
		if outcome.Reason != "" {
			result.Problems = append(result.Problems, outcome.Reason)
		}
	}
	for _, t := range targets {
		if waiting, err := b.Store.PendingIn(ctx, t.folder.ID, t.subtree); err != nil || waiting > 0 {
			return false, err
		}
	}
	return true, nil
}

func addScan(result *IndexResult, r store.ReconcileResult) {
	result.Found += r.Files
	result.Removed += r.Removed
}

// addFailures lists what could not be read in the targets, and counts what needed nothing: neither a file that failed
// before, nor one that a run left waiting which was ended.
func (b *Backend) addFailures(ctx context.Context, targets []target, result *IndexResult) error {
	failures, err := b.Store.Failures(ctx)
	if err != nil {
		return err
	}
	for _, f := range failures {
		for _, t := range targets {
			if f.Folder == t.folder.ID && (t.subtree == "" || strings.HasPrefix(f.Rel, t.subtree+"/")) {
				result.Failed = append(result.Failed, f)
				break
			}
		}
	}
	// What was indexed in other folders meanwhile is no part of this.
	result.Indexed = min(result.Indexed, max(0, result.Found-len(result.Failed)))
	// Not what the scans found unchanged: who watches may have scanned before it was asked to.
	result.Unchanged = max(0, result.Found-result.Indexed-len(result.Failed))
	problems, err := b.Store.DirectoryProblems(ctx)
	if err != nil {
		return err
	}
	for _, p := range problems {
		if !slices.ContainsFunc(targets, func(t target) bool { return t.folder.ID == p.Folder }) {
			continue
		}
		result.Problems = append(result.Problems, fmt.Sprintf("the folder %q could not be read: %s; what was known of it is kept", p.Path, p.Reason))
	}
	return nil
}
