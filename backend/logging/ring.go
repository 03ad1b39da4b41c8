package logging

import (
	"strings"
	"sync"
)

// RecentLines is how many lines are kept in memory.
const RecentLines = 500

// maxLine bounds a line kept in memory, in bytes.
const maxLine = 2000

// ring keeps the last lines.
type ring struct {
	mu   sync.Mutex
	buf  [RecentLines]string
	next int // the place of the next line
	full bool
}

func (r *ring) Write(p []byte) (int, error) {
	line := strings.TrimSuffix(string(p), "\n")
	if len(line) > maxLine {
		line = strings.ToValidUTF8(line[:maxLine], "") + "…"
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.buf[r.next] = line
	r.next++
	if r.next == len(r.buf) {
		r.next, r.full = 0, true
	}
	return len(p), nil
}

func (r *ring) lines() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.full {
		return append([]string(nil), r.buf[:r.next]...)
	}
	return append(append(make([]string, 0, len(r.buf)), r.buf[r.next:]...), r.buf[:r.next]...)
}
