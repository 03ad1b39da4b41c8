package logging

import (
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/rs/zerolog"
)

// Options say what a log is like.
type Options struct {
	Dir          string        // the folder of the log files, made if need be; "" for no file
	Program      string        // begins the file's name, such as "pixel-detective"
	Level        zerolog.Level // what Stderr shows; the file has at least everything from info upwards
	Stderr       io.Writer     // nil for none
	MaxMegabytes int           // the size at which a file is put aside, in units of 1,000,000 bytes; 0: 10
	Backups      int           // how many files put aside are kept
	Now          func() time.Time
}

// Log is an open log. Its methods may be called from any goroutine.
type Log struct {
	logger zerolog.Logger
	recent *ring
	file   *file
}

// Open opens a log. It always returns one that works: if the file cannot be written, the error says so in a sentence and
// the log goes without the file.
func Open(o Options) (*Log, error) {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.MaxMegabytes <= 0 {
		o.MaxMegabytes = 10
	}
	l := &Log{recent: &ring{}}
	outs := []io.Writer{readable(l.recent, "15:04:05", o.Now().Location())}
	if o.Stderr != nil {
		outs = append(outs, above{o.Level, readable(o.Stderr, "15:04:05", o.Now().Location())})
	}
	var err error
	if o.Dir != "" {
		l.file, err = openFile(o.Dir, o.Program, int64(o.MaxMegabytes)*1e6, o.Backups)
		if err != nil {
			err = fmt.Errorf("no log file is written, since %w", err)
		} else {
			outs = append(outs, above{min(o.Level, zerolog.InfoLevel), l.file})
		}
	}
	l.logger = zerolog.New(zerolog.MultiLevelWriter(outs...)).Level(min(o.Level, zerolog.InfoLevel)).
		Hook(clock{o.Now}).With().Int("pid", os.Getpid()).Logger()
	return l, err
}

// Logger returns the logger that writes here.
func (l *Log) Logger() zerolog.Logger { return l.logger }

// Lines returns the last lines, oldest first, at most RecentLines, each escaped and without its newline.
func (l *Log) Lines() []string { return l.recent.lines() }

// File returns the path of the log file; "" if there is none.
func (l *Log) File() string {
	if l.file == nil {
		return ""
	}
	return l.file.path
}

// Close closes the file. What is logged later reaches the standard error stream and the memory only.
func (l *Log) Close() error {
	if l.file == nil {
		return nil
	}
	return l.file.Close()
}

// ParseLevel reads a level as --log-level takes it.
func ParseLevel(text string) (zerolog.Level, error) {
	for _, level := range []zerolog.Level{zerolog.TraceLevel, zerolog.DebugLevel, zerolog.InfoLevel, zerolog.WarnLevel, zerolog.ErrorLevel} {
		if level.String() == text {
			return level, nil
		}
	}
	if text == "off" {
		return zerolog.Disabled, nil
	}
	return zerolog.InfoLevel, errors.New(`the log level "` + Escape(text) + `" is none of trace, debug, info, warn, error, off`)
}

// clock stamps each line with the time, in milliseconds, of the given clock.
type clock struct{ now func() time.Time }

func (c clock) Run(e *zerolog.Event, _ zerolog.Level, _ string) {
	e.Str(zerolog.TimestampFieldName, c.now().Format("2006-01-02T15:04:05.000Z07:00"))
}

// above lets lines of a level and higher through. It never reports an error: a log that cannot be written must not
// disturb what is logged, nor the other outputs.
type above struct {
	level zerolog.Level
	out   io.Writer
}

func (a above) Write(p []byte) (int, error) {
	_, _ = a.out.Write(p)
	return len(p), nil
}

func (a above) WriteLevel(level zerolog.Level, p []byte) (int, error) {
	if level < a.level {
		return len(p), nil
	}
	return a.Write(p)
}

// readable turns lines of JSON into lines for people.
func readable(out io.Writer, times string, zone *time.Location) io.Writer {
	return zerolog.ConsoleWriter{
		Out: plain{out}, NoColor: true, TimeFormat: times, TimeLocation: zone, FieldsExclude: []string{"pid"},
		FormatMessage: func(v any) string {
			if v == nil {
				return ""
			}
			return fmt.Sprint(v)
		},
	}
}

// plain is the last gate before a terminal: one line comes out of each write, with nothing in it that is not printable.
type plain struct{ out io.Writer }

func (p plain) Write(line []byte) (int, error) {
	text := string(line)
	if n := len(text); n > 0 && text[n-1] == '\n' {
		text = text[:n-1]
	}
	if _, err := io.WriteString(p.out, escape(text, false)+"\n"); err != nil {
		return 0, err
	}
	return len(line), nil
}
