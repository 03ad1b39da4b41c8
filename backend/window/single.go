package window

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/fsnotify/fsnotify"

	"pixeldetective/backend/internal/atomicfile"
	"pixeldetective/backend/internal/filelock"
)

// ErrShown says that the library has a window already, and that it was shown: this start has nothing left to do.
var ErrShown = errors.New("the window that is open already was shown")

// Wish is what a second start asks of the window that is open already, beside to be shown.
type Wish struct {
	// Folders are to be brought into the library: bytes as the operating system gave them; a path that is not absolute starts
	// where the one who asks works.
	Folders []string
}

// Single is the right to be the one window of a library.
type Single struct {
	dir  string
	lock *filelock.Lock
}

const (
	// answerWithin is how long an open window may take to show itself.
	answerWithin = 5 * time.Second
	// askAgain is how often the answer is looked for, and how often a window that cannot be told looks for the question.
	askAgain = 100 * time.Millisecond
	// maxWishBytes bounds what is read as a wish.
	maxWishBytes = 1 << 20
)

// Claim makes this process the one window of a library. If there is one already, it is asked to show itself and do what w
// says; when it has, the error is ErrShown. Any other error says why neither could be done: the caller may go on without.
func Claim(ctx context.Context, library string, w Wish) (*Single, error) {
	s := &Single{dir: filepath.Join(library, "window")}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, fmt.Errorf("looking for another window: %w", err)
	}
	if taken, err := s.take(); taken || err != nil {
		return s.orError(err)
	}
	if err := atomicfile.Write(s.show(), w.text(), 0o600); err != nil {
		return nil, fmt.Errorf("asking the other window to show itself: %w", err)
	}
	tick := time.NewTicker(askAgain)
	defer tick.Stop()
	patience := time.NewTimer(answerWithin)
	defer patience.Stop()
	for {
		if _, err := os.Lstat(s.show()); errors.Is(err, os.ErrNotExist) {
			return nil, ErrShown
		}
		if taken, err := s.take(); taken || err != nil { // the other one has just ended
			return s.orError(err)
		}
		select {
		case <-tick.C:
		case <-patience.C:
			os.Remove(s.show())
			return nil, fmt.Errorf("another window of the library %q is open and does not answer; end it, then start again", library)
		case <-ctx.Done():
			os.Remove(s.show())
			return nil, ctx.Err()
		}
	}
}

func (s *Single) show() string { return filepath.Join(s.dir, "show") }

// take takes the lock if it is free, and drops a question that nobody answered.
func (s *Single) take() (bool, error) {
	lock, err := filelock.Try(filepath.Join(s.dir, "lock"))
	if err != nil {
		return false, fmt.Errorf("looking for another window: %w", err)
	}
	if lock == nil {
		return false, nil
	}
	s.lock = lock
	os.Remove(s.show())
	return true, nil
}

func (s *Single) orError(err error) (*Single, error) {
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Release lets another process be the window. Run has returned by then.
func (s *Single) Release() error { return s.lock.Release() }

// Run calls show, one call at a time, whenever a second start asks for it, until ctx ends.
func (s *Single) Run(ctx context.Context, show func(Wish)) error {
	var events chan fsnotify.Event
	var lost chan error
	every := askAgain * 5
	if watcher, err := fsnotify.NewWatcher(); err == nil {
		defer func() { _ = watcher.Close() }()
		if err := watcher.Add(s.dir); err == nil {
			events, lost = watcher.Events, watcher.Errors
			every = 2 * time.Second // in case an event is lost
		}
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		if w, asked := s.asked(); asked {
			show(w)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-events:
		case <-lost: //nolint:errcheck // the tick looks all the same
		case <-tick.C:
		}
	}
}

// asked takes a question off the table.
func (s *Single) asked() (Wish, bool) {
	info, err := os.Lstat(s.show())
	if err != nil {
		return Wish{}, false
	}
	var w Wish
	if info.Mode().IsRegular() && info.Size() <= maxWishBytes {
		if file, err := os.Open(s.show()); err == nil {
			text, err := io.ReadAll(io.LimitReader(file, maxWishBytes))
			file.Close()
			if err == nil {
				w = parseWish(text)
			}
		}
	}
	// Removing it is the answer.
	return w, os.Remove(s.show()) == nil
}

// wishFile is a Wish as it is written: paths need not be UTF-8.
type wishFile struct {
	Folders [][]byte `json:"folders"`
}

func (w Wish) text() []byte {
	var f wishFile
	for _, folder := range w.Folders {
		if full, err := filepath.Abs(folder); err == nil {
			folder = full
		}
		f.Folders = append(f.Folders, []byte(folder))
	}
	text, err := json.Marshal(f)
	if err != nil { // byte slices always can be
		return []byte("{}")
	}
	return text
}

func parseWish(text []byte) Wish {
	var f wishFile
	var w Wish
	if json.Unmarshal(text, &f) != nil {
		return w // to be shown is wish enough
	}
	for _, folder := range f.Folders {
		if path := string(folder); filepath.IsAbs(path) {
			w.Folders = append(w.Folders, path)
		}
	}
	return w
}
