package folder

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fsnotify/fsnotify"
	"github.com/rs/zerolog"

	"pixeldetective/backend/config"
	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
)

// law is how long after the last change the rows may take to equal a walk.
const law = 5 * time.Second

// watching is a watcher that runs.
type watching struct {
	t       *testing.T
	st      *memory
	changes atomic.Int64
	mu      sync.Mutex
	notes   []Note
}

// watchFor starts a watcher over the folders; the test's end stops it and waits for it.
func watchFor(t *testing.T, st *memory, rescan time.Duration, change func(*Watcher)) *watching {
	t.Helper()
	w := &watching{t: t, st: st}
	watcher := NewWatcher(Options{
		Log:      zerolog.Nop(),
		Settings: config.Indexing{RescanEvery: rescan, ReconcileEvery: time.Hour, SettleAfter: 100 * time.Millisecond},
		OnChange: func() { w.changes.Add(1) },
		Report: func(n Note) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.notes = append(w.notes, n)
		},
	})
	watcher.st = st
	if change != nil {
		change(watcher)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- watcher.Run(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("the watcher ended with %v", err)
		}
	})
	return w
}

// settled waits until the rows of the folder equal a fresh walk, at most as long as the law allows.
func (w *watching) settled(id store.FolderID) {
	w.t.Helper()
	root := w.st.folder(id).Path
	want := seenByWalk(w.t, root)
	took, ok := within5(func() bool { return maps.Equal(w.st.rows(id), want) })
	if !ok {
		have := w.st.rows(id)
		for rel, e := range want {
			if have[rel] != e {
				w.t.Errorf("%q: have %+v, want %+v", rel, have[rel], e)
			}
		}
		for rel := range have {
			if _, there := want[rel]; !there {
				w.t.Errorf("%q: a row without a file", rel)
			}
		}
		w.t.Fatalf("after %s the rows do not equal a walk; notes %+v", law, w.said())
	}
	w.t.Logf("the rows followed after %v", took.Round(time.Millisecond))
}

func (w *watching) said() []Note {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]Note(nil), w.notes...)
}

func (w *watching) heard(kind NoteKind) {
	w.t.Helper()
	_, ok := within5(func() bool {
		for _, n := range w.said() {
			if n.Kind == kind && n.Text != "" {
				return true
			}
		}
		return false
	})
	if !ok {
		w.t.Fatalf("nothing was said about %q; notes %+v", kind, w.said())
	}
}

// within5 polls until the condition holds, at most as long as the law allows.
func within5(holds func() bool) (time.Duration, bool) {
	start := time.Now()
	for time.Since(start) < law {
		if holds() {
			return time.Since(start), true
		}
		time.Sleep(10 * time.Millisecond)
	}
	return law, false
}

func TestWatcherFollowsSingleChanges(t *testing.T) {
	root, outside := t.TempDir(), t.TempDir()
	testkit.WriteNames(t, root, []string{"a/x.jpg", "a/b/y.jpg", "c/z.jpg", "z.jpg"})
	testkit.WriteNames(t, outside, []string{"tree/1.jpg", "tree/deep/2.jpg"})
	w := watchFor(t, newMemory(root), time.Minute, nil)
	w.settled(1)
	at := func(rel string) string { return filepath.Join(root, rel) }
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"new file", func() error { return os.WriteFile(at("new.jpg"), []byte("1"), 0o644) }},
		{"grown file", func() error { return os.WriteFile(at("new.jpg"), []byte("22"), 0o644) }},
		{"touched file", func() error { return os.Chtimes(at("new.jpg"), time.Now(), time.Unix(1, 5)) }},
		{"atomic save", func() error {
			if err := os.WriteFile(at(".new.tmp"), []byte("333"), 0o644); err != nil {
				return err
			}
			return os.Rename(at(".new.tmp"), at("new.jpg"))
		}},
		{"new sidecar", func() error { return os.WriteFile(at("new.xmp"), []byte("<x/>"), 0o644) }},
		{"nested folders with files at once", func() error {
			if err := os.MkdirAll(at("n1/n2/n3"), 0o755); err != nil {
				return err
			}
			return os.WriteFile(at("n1/n2/n3/p.jpg"), nil, 0o644)
		}},
		{"tree renamed", func() error { return os.Rename(at("a"), at("renamed")) }},
		{"file in the renamed tree", func() error { return os.WriteFile(at("renamed/b/later.jpg"), nil, 0o644) }},
		{"tree renamed and back", func() error { return errors.Join(os.Rename(at("n1"), at("n9")), os.Rename(at("n9"), at("n1"))) }},
		{"file in the tree that came back", func() error { return os.WriteFile(at("n1/n2/n3/q.jpg"), nil, 0o644) }},
		{"tree exchanged for another", func() error {
			return errors.Join(os.Rename(at("renamed"), at("tmp")), os.Rename(at("c"), at("renamed")), os.Rename(at("tmp"), at("c")))
		}},
		{"files in the exchanged trees", func() error {
			return errors.Join(os.WriteFile(at("renamed/r.jpg"), nil, 0o644), os.WriteFile(at("c/b/s.jpg"), nil, 0o644))
		}},
		{"folder removed and made again", func() error {
			if err := os.RemoveAll(at("c")); err != nil {
				return err
			}
			return os.Mkdir(at("c"), 0o755)
		}},
		{"file in the folder made again", func() error { return os.WriteFile(at("c/again.jpg"), nil, 0o644) }},
		{"tree moved in", func() error { return os.Rename(filepath.Join(outside, "tree"), at("moved")) }},
		{"file in the tree moved in", func() error { return os.WriteFile(at("moved/deep/3.jpg"), nil, 0o644) }},
		{"tree moved out", func() error { return os.Rename(at("moved"), filepath.Join(outside, "back")) }},
		{"tree deleted", func() error { return os.RemoveAll(at("n1")) }},
		{"name of invalid UTF-8", func() error { return os.WriteFile(at("c/\xff\n.jpg"), nil, 0o644) }},
		{"tree moved to where it is seen first", func() error {
			if err := errors.Join(os.MkdirAll(at("zz/deep/er"), 0o755), os.WriteFile(at("zz/deep/er/1.jpg"), nil, 0o644)); err != nil {
				return err
			}
			time.Sleep(2 * quietDelay) // it is watched there
			return os.Rename(at("zz/deep"), at("aa"))
		}},
		{"folder becomes a link", func() error { return errors.Join(os.RemoveAll(at("c")), os.Symlink(outside, at("c"))) }},
	} {
		t.Run(step.name, func(t *testing.T) {
			if err := step.do(); err != nil {
				t.Fatal(err)
			}
			w.t = t
			w.settled(1)
		})
	}
	w.t = t
	if w.changes.Load() == 0 {
		t.Error("nobody was told of any change")
	}
	for _, n := range w.said() {
		t.Errorf("unexpected note %+v", n)
	}
}

func TestWatcherFollowsRandomChanges(t *testing.T) {
	seeds := uint64(4)
	if n, err := strconv.ParseUint(os.Getenv("PIXEL_DETECTIVE_STORMS"), 10, 32); err == nil {
		seeds = n // for a long search
	}
	for seed := range seeds {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			roots := []string{t.TempDir(), t.TempDir()}
			w := watchFor(t, newMemory(roots...), time.Minute, nil)
			storm(t, roots, t.TempDir(), seed, 400)
			w.settled(1)
			w.settled(2)
		})
	}
}

// storm does random things to the folders, by a seed. outside is a folder that nobody watches.
func storm(t *testing.T, roots []string, outside string, seed uint64, operations int) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 4))
	names := []string{"a", "b", "c", "d e", "\xe9", ".hidden"}
	photos := []string{"1.jpg", "2.JPG", "3.png", "3.xmp", "note.txt", "\xff.jpg"}
	spot := func(base string, depth int) string {
		for range r.IntN(depth + 1) {
			base = filepath.Join(base, names[r.IntN(len(names))])
		}
		return base
	}
	anywhere := func() string { return spot(roots[r.IntN(len(roots))], 4) }
	file := func() string { return filepath.Join(anywhere(), photos[r.IntN(len(photos))]) }
	done := 0
	note := func(err error) {
		if err == nil {
			done++
		}
	}
	for i := range operations {
		content := []byte(strings.Repeat("x", r.IntN(50)))
		switch r.IntN(12) {
		case 0, 1, 2: // a file, with the folders above it
			path := file()
			_ = os.MkdirAll(filepath.Dir(path), 0o755)
			note(os.WriteFile(path, content, 0o644))
		case 3: // many files and folders at once
			base := anywhere()
			for j := range 5 {
				dir := spot(base, 3)
				_ = os.MkdirAll(dir, 0o755)
				note(os.WriteFile(filepath.Join(dir, fmt.Sprint(j, ".jpg")), content, 0o644))
			}
		case 4, 5: // a tree or file under another name
			from, to := anywhere(), anywhere()
			if from != roots[0] && from != roots[1] && !strings.HasPrefix(to, from) {
				_ = os.MkdirAll(filepath.Dir(to), 0o755)
				note(os.Rename(from, to))
			}
		case 6: // there and back
			from := anywhere()
			if from != roots[0] && from != roots[1] {
				aside := filepath.Join(roots[r.IntN(2)], "aside")
				if os.Rename(from, aside) == nil {
					note(os.Rename(aside, from))
				}
			}
		case 7: // saved by way of another file
			path := file()
			temporary := filepath.Join(filepath.Dir(path), ".tmp"+fmt.Sprint(i))
			if os.WriteFile(temporary, content, 0o644) == nil {
				if err := os.Rename(temporary, path); err != nil {
					_ = os.Remove(temporary)
				} else {
					done++
				}
			}
		case 8: // out of the folders
			if from := anywhere(); from != roots[0] && from != roots[1] {
				note(os.Rename(from, filepath.Join(outside, fmt.Sprint("out", i))))
			}
		case 9: // into the folders
			made := filepath.Join(outside, fmt.Sprint("in", i))
			_ = os.MkdirAll(filepath.Join(made, "x/y"), 0o755)
			_ = os.WriteFile(filepath.Join(made, "x/y/in.jpg"), content, 0o644)
			to := anywhere()
			_ = os.MkdirAll(filepath.Dir(to), 0o755)
			note(os.Rename(made, to))
		case 10: // gone
			if path := anywhere(); path != roots[0] && path != roots[1] {
				note(os.RemoveAll(path))
			} else {
				note(os.Remove(file()))
			}
		case 11: // gone and made again
			if path := anywhere(); path != roots[0] && path != roots[1] {
				_ = os.RemoveAll(path)
				_ = os.MkdirAll(filepath.Join(path, "again"), 0o755)
				note(os.WriteFile(filepath.Join(path, "again", "x.jpg"), content, 0o644))
			}
		}
		if r.IntN(4) == 0 { // let the watcher in between, for random lengths
			time.Sleep(time.Duration(r.IntN(20)) * time.Millisecond)
		}
	}
	if done < operations/3 {
		t.Fatalf("only %d of %d operations did anything", done, operations)
	}
}

func TestWatcherFollowsAFileThatIsBeingWritten(t *testing.T) {
	root := t.TempDir()
	w := watchFor(t, newMemory(root), time.Minute, nil)
	f, err := os.Create(filepath.Join(root, "big.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	deadline := time.Now().Add(hardTimeout + law)
	seen := int64(0)
	for time.Now().Before(deadline) && seen < 3 { // rows follow while it never is quiet
		if _, err := f.WriteString("more"); err != nil {
			t.Fatal(err)
		}
		if size := w.st.rows(1)["big.jpg"].Size; size > 0 {
			seen++
		}
		time.Sleep(20 * time.Millisecond)
	}
	if seen < 3 {
		t.Fatal("no row while the file was being written")
	}
	w.settled(1)
}

func TestWatcherAndAFolderThatGoesAwayAndComesBack(t *testing.T) {
	root := filepath.Join(t.TempDir(), "root")
	testkit.WriteNames(t, root, []string{"a/x.jpg", "y.jpg"})
	st := newMemory(root)
	w := watchFor(t, st, 200*time.Millisecond, nil)
	w.settled(1)
	if err := os.Rename(root, root+".away"); err != nil {
		t.Fatal(err)
	}
	w.heard(NoteOffline)
	if st.folder(1).State != store.FolderOffline || len(st.rows(1)) != 2 {
		t.Errorf("%+v, rows %v", st.folder(1), st.rows(1))
	}
	testkit.WriteNames(t, root+".away", []string{"a/new.jpg"})
	if err := os.Rename(root+".away", root); err != nil {
		t.Fatal(err)
	}
	w.heard(NoteOnline)
	w.settled(1)
	testkit.WriteNames(t, root, []string{"a/later.jpg"})
	w.settled(1)
	if err := os.RemoveAll(root); err != nil {
		t.Fatal(err)
	}
	if _, ok := within5(func() bool { return st.folder(1).State == store.FolderOffline }); !ok {
		t.Error("the deleted folder is not offline")
	}
}

func TestWatcherFollowsTheListOfFolders(t *testing.T) {
	first, second := t.TempDir(), t.TempDir()
	testkit.WriteNames(t, second, []string{"x.jpg"})
	st := newMemory(first)
	w := watchFor(t, st, 200*time.Millisecond, nil)
	w.settled(1)
	st.add(second)
	w.settled(2)
	testkit.WriteNames(t, second, []string{"later/y.jpg"})
	w.settled(2)
}

func TestWatcherTriesAgainWhenTheStoreRefuses(t *testing.T) {
	root := t.TempDir()
	st := newMemory(root)
	w := watchFor(t, st, 200*time.Millisecond, nil)
	if _, ok := within5(func() bool { return !st.folder(1).ScannedAt.IsZero() }); !ok {
		t.Fatal("the folder is not scanned")
	}
	st.setRefuse(errors.New("the disk is full"))
	testkit.WriteNames(t, root, []string{"x.jpg"})
	w.heard(NoteTrouble)
	st.setRefuse(nil)
	w.settled(1)
	w.heard(NoteMended)
}

// faulty is a notifier that loses events, or has too few watches.
type faulty struct {
	notifier
	room   atomic.Int64 // how many watches may still be added
	lost   chan error
	silent chan fsnotify.Event // takes the place of the system's events; nil: does not
}

// start gives it the system's notifier to spoil. If the test brings events of its own, the system's go nowhere.
func (f *faulty) start() (notifier, error) {
	inner, err := newNative()
	if err != nil {
		return nil, err
	}
	f.notifier = inner
	if f.silent != nil {
		go func() {
			for range inner.events() { //nolint:revive // drained
			}
		}()
	}
	return f, nil
}

func (f *faulty) Add(path string) error {
	if f.room.Add(-1) < 0 {
		return &os.PathError{Op: "watch", Path: path, Err: syscall.ENOSPC}
	}
	return f.notifier.Add(path)
}

func (f *faulty) errors() <-chan error { return f.lost }

func (f *faulty) events() <-chan fsnotify.Event {
	if f.silent != nil {
		return f.silent
	}
	return f.notifier.events()
}

func TestWatcherScansEverythingWhenEventsAreLost(t *testing.T) {
	root := t.TempDir()
	lossy := &faulty{lost: make(chan error), silent: make(chan fsnotify.Event)}
	lossy.room.Store(1 << 30)
	w := watchFor(t, newMemory(root), time.Minute, func(w *Watcher) { w.newNotifier = lossy.start })
	w.settled(1)
	testkit.WriteNames(t, root, []string{"a/x.jpg", "y.jpg"})
	lossy.lost <- fsnotify.ErrEventOverflow
	w.settled(1)
	w.heard(NoteOverflow)
}

// TestWatcherSeesAMovedTreeAtItsNewPlaceFirst hands over the two events of a move one by one, the later first.
func TestWatcherSeesAMovedTreeAtItsNewPlaceFirst(t *testing.T) {
	root := t.TempDir()
	testkit.WriteNames(t, root, []string{"old/tree/x.jpg"})
	slow := &faulty{lost: make(chan error), silent: make(chan fsnotify.Event)}
	slow.room.Store(1 << 30)
	st := newMemory(root)
	w := watchFor(t, st, time.Minute, func(w *Watcher) { w.newNotifier = slow.start })
	w.settled(1)
	if err := os.Rename(filepath.Join(root, "old/tree"), filepath.Join(root, "new")); err != nil {
		t.Fatal(err)
	}
	slow.silent <- fsnotify.Event{Name: filepath.Join(root, "new"), Op: fsnotify.Create}
	if _, ok := within5(func() bool { _, there := st.rows(1)["new/x.jpg"]; return there }); !ok {
		t.Fatalf("rows %v", st.rows(1))
	}
	slow.silent <- fsnotify.Event{Name: filepath.Join(root, "old/tree"), Op: fsnotify.Rename}
	w.settled(1)
}

func TestWatcherLooksAgainWhereWatchesAreRefused(t *testing.T) {
	roots := []string{t.TempDir(), t.TempDir()}
	testkit.WriteNames(t, roots[0], []string{"a/x.jpg", "b/y.jpg"})
	scarce := &faulty{lost: make(chan error)}
	scarce.room.Store(3)
	w := watchFor(t, newMemory(roots...), 500*time.Millisecond, func(w *Watcher) { w.newNotifier = scarce.start })
	w.heard(NoteLimit)
	storm(t, roots, t.TempDir(), 7, 300)
	w.settled(1)
	w.settled(2)
	limits := 0
	for _, n := range w.said() {
		if n.Kind == NoteLimit {
			limits++
			if !strings.Contains(n.Text, "max_user_watches") {
				t.Errorf("the note names no remedy: %s", n.Text)
			}
		}
	}
	if limits != 1 {
		t.Errorf("the limit was said %d times", limits)
	}
	scarce.room.Store(1 << 30)
	w.heard(NoteWatched)
	testkit.WriteNames(t, roots[0], []string{"q/w/e.jpg"})
	w.settled(1)
}

func TestWatcherWithoutANotifier(t *testing.T) {
	root := t.TempDir()
	w := watchFor(t, newMemory(root), 300*time.Millisecond, func(w *Watcher) {
		w.newNotifier = func() (notifier, error) { return nil, syscall.EMFILE }
	})
	w.heard(NoteLimit)
	testkit.WriteNames(t, root, []string{"a/x.jpg"})
	w.settled(1)
}

func TestWatcherOnANetworkDrive(t *testing.T) {
	root := t.TempDir()
	w := watchFor(t, newMemory(root), 300*time.Millisecond, func(w *Watcher) {
		w.network = func(string) string { return "NFS" }
	})
	w.heard(NoteNetwork)
	testkit.WriteNames(t, root, []string{"a/x.jpg"})
	w.settled(1)
}
