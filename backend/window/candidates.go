package window

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"

	"pixeldetective/backend/library/store"
)

// candidatesKept is how many candidates are remembered; the oldest of them that nobody counts makes room.
const candidatesKept = 32

// candidates are the folders that may be added: the only places on disk that the page can name, and those by ids alone.
// The zero value has none.
type candidates struct {
	mu    sync.Mutex
	last  int // number of the latest
	all   []*candidate
	queue []*candidate  // to be counted, the first next
	wake  chan struct{} // holds a token when the queue grew
	drops []Drop        // to be told to the page
}

// candidate is a folder and what is known of it. Its list guards it.
type candidate struct {
	shown  Candidate
	path   string // bytes as the operating system gave them
	count  tally
	cancel context.CancelFunc // ends the walk in hand; nil: none is
	gone   bool               // forgotten
}

// list returns all candidates, in the order in which they were made; never nil.
func (c *candidates) list() []Candidate {
	c.mu.Lock()
	defer c.mu.Unlock()
	all := []Candidate{}
	for _, x := range c.all {
		all = append(all, x.view())
	}
	return all
}

// view is a copy for the page.
func (x *candidate) view() Candidate {
	v := x.shown
	v.Photos, v.Bytes, v.Months = x.count.photos, x.count.bytes, x.count.list()
	return v
}

// path returns the folder of a candidate, bytes as the operating system gave them.
func (c *candidates) path(id string) (string, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if x := c.find(id); x != nil {
		return x.path, true
	}
	return "", false
}

func (c *candidates) find(id string) *candidate {
	for _, x := range c.all {
		if x.shown.ID == id {
			return x
		}
	}
	return nil
}

// forget drops candidates that became folders of the library, and ends what counts them.
func (c *candidates) forget(ids ...string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = slices.DeleteFunc(c.all, func(x *candidate) bool {
		if !slices.Contains(ids, x.shown.ID) {
			return false
		}
		x.drop()
		return true
	})
}

func (x *candidate) drop() {
	x.gone = true
	if x.cancel != nil {
		x.cancel()
	}
}

// add makes a candidate of a path, or returns the one there is. What is wrong with the folder is looked at anew each time.
func (c *candidates) add(path, kind, problem string) Candidate {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := slices.IndexFunc(c.all, func(x *candidate) bool { return x.path == path })
	if at < 0 {
		c.makeRoom()
		c.last++
		c.all = append(c.all, &candidate{path: path, shown: Candidate{
			ID: "c" + strconv.Itoa(c.last), Name: nameOf(path), Path: place(path), State: CandidateNew, NamesSeconds: -1, MeaningSeconds: -1,
		}})
		at = len(c.all) - 1
	}
	x := c.all[at]
	x.shown.Kind = kind
	switch {
	case problem != "":
		x.shown.State, x.shown.Problem = CandidateFailed, problem
	case x.shown.State == CandidateFailed:
		x.shown.State, x.shown.Problem = CandidateNew, ""
	}
	return x.view()
}

// makeRoom forgets the oldest candidate that nobody counts, if there are too many.
func (c *candidates) makeRoom() {
	if len(c.all) < candidatesKept {
		return
	}
	at := max(0, slices.IndexFunc(c.all, func(x *candidate) bool { return x.shown.State != CandidateCounting }))
	c.all[at].drop()
	c.all = slices.Delete(c.all, at, at+1)
}

// nameOf is what a folder is called: the last part of its path, or all of it.
func nameOf(path string) string {
	if name := filepath.Base(path); name != string(filepath.Separator) && name != "." {
		return display(name)
	}
	return display(path)
}

// Choose makes a candidate of a folder that a person named, in the system's dialog or on the command line. It starts
// nothing.
func (b *Bridge) Choose(path string) Candidate {
	return b.offer(context.Background(), path, "chosen")
}

// offer makes a candidate of a folder.
func (b *Bridge) offer(ctx context.Context, path, kind string) Candidate {
	if full, err := filepath.Abs(path); err == nil {
		path = full
	}
	offered := b.candidates.add(path, kind, b.problemWithin(ctx, path))
	b.touch()
	return offered
}

// problemOf says why a folder cannot be added to those that are known, as a sentence; empty: it can. It waits for the disk.
func (b *Bridge) problemOf(path string, known []store.Folder) string {
	if err := checkFolder(path); err != nil {
		return sentence(err.Error())
	}
	if b.deps.Paths.Library != "" && within(path, b.deps.Paths.Library) {
		return "This is the program's own folder; choose one that holds photos."
	}
	for _, f := range known {
		if samePlace(path, f.Path) {
			return "This folder is in the library already."
		}
		if within(path, f.Path) {
			return sentence(fmt.Sprintf("this folder lies inside %q, which is in the library already", f.Path))
		}
	}
	return ""
}

// known are the folders of the library, if it is open.
func (b *Bridge) known() []store.Folder {
	if n := b.counts.latest.Load(); n != nil {
		return n.folders
	}
	return nil
}

// checkFolder says what is wrong with a folder, a half-sentence.
func checkFolder(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("there is no such folder; check its name, or whether its drive is connected")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("this folder may not be read; change its permissions, then choose it again")
	case err != nil || strings.ContainsRune(path, 0):
		return errors.New("this folder cannot be reached; check its drive, then choose it again")
	case !info.IsDir():
		return errors.New("this is a file; choose the folder that it is in")
	}
	dir, err := os.Open(path)
	if err == nil {
		defer dir.Close()
		if _, err = dir.Readdirnames(1); errors.Is(err, io.EOF) {
			err = nil
		}
	}
	if err != nil {
		return errors.New("this folder may not be read; change its permissions, then choose it again")
	}
	return nil
}

// samePlace says whether two paths are one folder, by whatever names.
func samePlace(a, b string) bool {
	if filepath.Clean(a) == filepath.Clean(b) {
		return true
	}
	x, err := os.Stat(a)
	if err != nil {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

// within says whether a path is a folder or lies below it; links are followed.
func within(path, folder string) bool {
	for _, pair := range [][2]string{{path, folder}, {real(path), real(folder)}} {
		if rel, err := filepath.Rel(pair[1], pair[0]); err == nil && filepath.IsLocal(rel) {
			return true
		}
	}
	return false
}

func real(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	return path
}
