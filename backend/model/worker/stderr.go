package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"sync"

	"github.com/rs/zerolog"
)

// Bounds of what a child may write to its stderr. What is over them is counted, not kept.
const (
	maxLine  = 4 << 10 // bytes of one line
	maxNoise = 2000    // lines of native code that one child may add to the log
	maxWords = 300     // bytes of the last words in the cause of an end
)

// stderr turns what a child writes into log records: lines of its own logger keep their level and fields, lines of native
// code are noise, at warn if they sound like it. It is the io.Writer of the child's stderr.
type stderr struct {
	log zerolog.Logger

	mu      sync.Mutex
	line    []byte
	dropped int    // bytes of the line in hand that were over maxLine
	noise   int    // lines of native code so far
	last    string // the last line
	fatal   string // the first line of a Go crash or of a failed assertion: what follows it is a trace
}

func newStderr(log zerolog.Logger) *stderr { return &stderr{log: log} }

// Write takes in what the child wrote. It never fails: a child that cannot write would stop.
func (s *stderr) Write(b []byte) (int, error) {
	n := len(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	for len(b) > 0 {
		part, rest, ended := bytes.Cut(b, []byte{'\n'})
		room := min(maxLine-len(s.line), len(part))
		s.line = append(s.line, part[:room]...)
		s.dropped += len(part) - room
		if ended {
			s.endLine()
		}
		b = rest
	}
	return n, nil
}

// finish takes in a last line that has no newline.
func (s *stderr) finish() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.endLine()
	if over := s.noise - maxNoise; over > 0 {
		s.log.Warn().Int("lines", over).Msg("the worker wrote too much, and this many lines were dropped")
	}
}

// lastWords returns what tells most about a child's end; empty if it wrote nothing that does.
func (s *stderr) lastWords() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.fatal != "" {
		return s.fatal
	}
	return s.last
}

func (s *stderr) endLine() {
	line, dropped := s.line, s.dropped
	s.line, s.dropped = s.line[:0], 0
	text := strings.TrimSpace(string(line))
	if text == "" {
		return
	}
	if dropped == 0 && s.record(line) {
		return
	}
	text = bounded(text, maxLine)
	s.last = bounded(text, maxWords)
	if s.fatal == "" && soundsFatal(text) {
		s.fatal = s.last
	}
	if s.noise++; s.noise > maxNoise {
		return
	}
	event := s.log.Debug()
	if soundsBad(text) {
		event = s.log.Warn()
	}
	if dropped > 0 {
		event = event.Int("dropped_bytes", dropped)
	}
	event.Str("line", text).Msg("native code in the worker says")
}

// record takes a line of the child's own logger. It says whether it was one.
func (s *stderr) record(line []byte) bool {
	var fields map[string]any
	if line[0] != '{' || json.Unmarshal(line, &fields) != nil {
		return false
	}
	name, _ := fields[zerolog.LevelFieldName].(string)
	level, err := zerolog.ParseLevel(name)
	if err != nil || name == "" || level == zerolog.NoLevel || level == zerolog.Disabled {
		return false
	}
	if level > zerolog.ErrorLevel {
		level = zerolog.ErrorLevel // the child may be lost, the parent is not
	}
	message, _ := fields[zerolog.MessageFieldName].(string)
	for _, ours := range []string{zerolog.LevelFieldName, zerolog.MessageFieldName, zerolog.TimestampFieldName, "worker"} {
		delete(fields, ours)
	}
	message = bounded(message, maxLine)
	if level >= zerolog.WarnLevel {
		s.last = message
		if reason, ok := fields[zerolog.ErrorFieldName].(string); ok {
			s.last = fmt.Sprintf("%s: %s", message, reason)
		}
		s.last = bounded(s.last, maxWords)
	}
	s.log.WithLevel(level).Fields(fields).Msg(message)
	return true
}

func soundsFatal(line string) bool {
	for _, start := range []string{"panic:", "fatal error:", "runtime:", "SIG", "terminate called"} {
		if strings.HasPrefix(line, start) {
			return true
		}
	}
	return strings.Contains(line, "ERROR **") || strings.Contains(line, "Assertion")
}

func soundsBad(line string) bool {
	lower := strings.ToLower(line)
	for _, word := range []string{"warning", "error", "critical", "fail", "panic", "abort", "sig"} {
		if strings.Contains(lower, word) {
			return true
		}
	}
	return false
}
