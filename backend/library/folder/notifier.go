package folder

import (
	"errors"
	"syscall"

	"github.com/fsnotify/fsnotify"
)

// notifier reports what happens in directories; not below them.
type notifier interface {
	Add(path string) error
	Remove(path string) error
	events() <-chan fsnotify.Event
	errors() <-chan error
	Close() error
}

// native is the system's own notifier.
type native struct{ *fsnotify.Watcher }

func (n native) events() <-chan fsnotify.Event { return n.Events }
func (n native) errors() <-chan error          { return n.Errors }

func newNative() (notifier, error) {
	w, err := fsnotify.NewWatcher()
	if err != nil {
		return nil, err
	}
	return native{w}, nil
}

// exhausted says that the system allows no more watches, or watchers.
func exhausted(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
