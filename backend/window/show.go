package window

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"time"
)

// showWithin is how long a file manager may take to say that it cannot show a file.
const showWithin = 5 * time.Second

// showFile shows a file in the system's file manager, by the first way that works. It may wait for a disk to wake.
func (b *Bridge) showFile(path string) error {
	path = filepath.FromSlash(path)
	if _, err := os.Lstat(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("the file %s is not there now; its drive may not be connected, or it was moved or deleted", display(path))
		}
		return fmt.Errorf("the file %s cannot be reached: %w", display(path), err)
	}
	var errs []error
	for _, cmd := range showCommands(path) {
		err := b.launched.run(cmd)
		if err == nil {
			return nil
		}
		errs = append(errs, fmt.Errorf("%s: %w", filepath.Base(cmd.Path), err))
	}
	b.deps.Log.Warn().Err(errors.Join(errs...)).Msg("no file manager shows the file")
	return fmt.Errorf("no file manager answered; the file lies in %s", display(filepath.Dir(path)))
}

// launched are programs of the desktop that were started and have not ended. The zero value has none.
type launched struct {
	mu    sync.Mutex
	all   map[*exec.Cmd]chan struct{} // closed when it has ended
	ended bool
}

// run starts a program and returns why it failed, or nil if it ended well or works on after showWithin. No shell has a part
// in it.
func (l *launched) run(cmd *exec.Cmd) error {
	done := make(chan struct{})
	var failed error
	l.mu.Lock()
	if l.ended {
		l.mu.Unlock()
		return errors.New("the program is ending")
	}
	if err := cmd.Start(); err != nil {
		l.mu.Unlock()
		return err
	}
	if l.all == nil {
		l.all = map[*exec.Cmd]chan struct{}{}
	}
	l.all[cmd] = done
	l.mu.Unlock()
	go func() {
		defer close(done)
		failed = cmd.Wait()
		l.mu.Lock()
		delete(l.all, cmd)
		l.mu.Unlock()
	}()
	timer := time.NewTimer(showWithin)
	defer timer.Stop()
	select {
	case <-done:
		return ignorable(failed)
	case <-timer.C:
		return nil
	}
}

// end ends what was launched and still runs: the launchers, not the file managers that they have started.
func (l *launched) end() {
	l.mu.Lock()
	l.ended = true
	var all []chan struct{}
	for cmd, done := range l.all {
		_ = cmd.Process.Kill() // it may have ended just now
		all = append(all, done)
	}
	l.mu.Unlock()
	for _, done := range all {
		<-done
	}
}
