package window

import (
	"context"
	"os"
	"time"
)

const (
	// lookWithin is how long a folder may take to be looked at: the system's calls on a drive that is gone can hang for
	// minutes, and nothing ends them.
	lookWithin = 3 * time.Second
	// looksAtOnce bounds the looks that hang.
	looksAtOnce = 16
)

// unreached says that a folder does not answer.
const unreached = "This folder does not answer; check its drive or its network, then choose it again."

// looks are looks at folders on disk, each in a goroutine of its own: what hangs in the system is left behind, at most
// looksAtOnce of them.
type looks struct {
	slots  chan struct{}
	within time.Duration
}

func newLooks() looks { return looks{slots: make(chan struct{}, looksAtOnce), within: lookWithin} }

// at runs a look. False: it did not end in time, and what it finds is lost.
func (l looks) at(ctx context.Context, look func()) bool {
	ctx, cancel := context.WithTimeout(ctx, l.within)
	defer cancel()
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	ended := make(chan struct{})
	go func() {
		defer func() { <-l.slots }()
		defer close(ended)
		look()
	}()
	select {
	case <-ended:
		return true
	case <-ctx.Done():
		return false
	}
}

// problemWithin says why a folder cannot be added, as a sentence; empty: it can. It waits for the disk no longer than
// lookWithin.
func (b *Bridge) problemWithin(ctx context.Context, path string) string {
	known := b.known()
	answer := make(chan string, 1)
	if !b.looks.at(ctx, func() { answer <- b.problemOf(path, known) }) {
		return unreached
	}
	return <-answer
}

// statWithin is os.Stat that waits no longer than lookWithin; then it returns context.DeadlineExceeded.
func (b *Bridge) statWithin(ctx context.Context, path string) (os.FileInfo, error) {
	type found struct {
		info os.FileInfo
		err  error
	}
	answer := make(chan found, 1)
	if !b.looks.at(ctx, func() {
		info, err := os.Stat(path)
		answer <- found{info, err}
	}) {
		return nil, context.DeadlineExceeded
	}
	f := <-answer
	return f.info, f.err
}
