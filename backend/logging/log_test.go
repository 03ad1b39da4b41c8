package logging

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/rs/zerolog"
	"go.uber.org/goleak"
	"pgregory.net/rapid"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// evil has what a terminal or a reader of logs must not get raw.
const evil = "x\x1b[31mred\x07\r\n\x9b31m \u009b \u202egpj.exe\u2028 \xff\xfe é 猫 👩‍👩‍👧 \x7f \u200b\\"

func TestEscape(t *testing.T) {
	for text, want := range map[string]string{
		"plain é 猫.jpg":    "plain é 猫.jpg",
		"two\nlines":       `two\nlines`,
		"\x1b[31m\x07\x7f": `\x1b[31m\a\x7f`,
		"latin1-\xe9":      `latin1-\xe9`,
		"latin1-\xe8":      `latin1-\xe8`,
		"a\\x":             `a\\x`,
		"\u202egpj.exe":    `\u202egpj.exe`,
		"\u009b31m":        `\u009b31m`,
		"👩\u200d👧":         "👩\u200d👧",
		"zero\u200bwidth":  `zero\u200bwidth`,
		"\U000e0041":       `\U000e0041`,
		"replaced \ufffd":  "replaced \ufffd",
		"":                 "",
	} {
		if have := Escape(text); have != want {
			t.Errorf("%q: have %q, want %q", text, have, want)
		}
	}
}

func TestEscapeKeepsDifferentTextsDifferentAndSafe(t *testing.T) {
	rapid.Check(t, func(rt *rapid.T) {
		text := string(rapid.SliceOf(rapid.Byte()).Draw(rt, "text"))
		have := Escape(text)
		assertSafe(rt, have)
		back, err := strconv.Unquote(`"` + strings.ReplaceAll(have, `"`, `\"`) + `"`)
		if err != nil || back != text {
			rt.Fatalf("%q became %q, which means %q, %v", text, have, back, err)
		}
	})
}

type failer interface{ Fatalf(string, ...any) }

func assertSafe(t failer, text string) {
	if !utf8.ValidString(text) {
		t.Fatalf("invalid UTF-8 in %q", text)
	}
	for _, r := range text {
		if !harmless(r) {
			t.Fatalf("%U in %q", r, text)
		}
	}
}

func at(second int) func() time.Time {
	return func() time.Time { return time.Date(2024, 5, 6, 7, 8, second, 123e6, time.UTC) }
}

func TestNothingEvilReachesATerminalOrTheFile(t *testing.T) {
	dir := t.TempDir()
	var stderr bytes.Buffer
	log, err := Open(Options{Dir: dir, Program: "test", Level: zerolog.InfoLevel, Stderr: &stderr, Now: at(9)})
	if err != nil {
		t.Fatal(err)
	}
	logger := log.Logger()
	logger.Info().Str("path", evil).Str(evil, "v").Bytes("bytes", []byte(evil)).Err(errors.New(evil)).
		Strs("list", []string{evil}).Interface("any", map[string]string{evil: evil}).Msg(evil)
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.ReadFile(log.File())
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"stderr": stderr.String(), "file": string(file)} {
		line, rest, _ := strings.Cut(text, "\n")
		if rest != "" || line == "" {
			t.Errorf("%s: not one line: %q", name, text)
		}
		assertSafe(t, line)
	}
	if lines := log.Lines(); len(lines) != 1 || lines[0]+"\n" != stderr.String() {
		t.Errorf("memory: %q", lines)
	}
	var fields map[string]any
	if err := json.Unmarshal(file, &fields); err != nil {
		t.Fatalf("the file holds no JSON: %v\n%s", err, file)
	}
	if message := string([]rune(evil)); fields["message"] != message || fields["time"] != "2024-05-06T07:08:09.123Z" || fields["pid"] != float64(os.Getpid()) {
		t.Errorf("the file lost something: %q", fields)
	}
}

func TestLevels(t *testing.T) {
	for level, want := range map[zerolog.Level][2]string{ // what stderr and the file get
		zerolog.DebugLevel: {"diwe", "diwe"}, zerolog.InfoLevel: {"iwe", "iwe"},
		zerolog.ErrorLevel: {"e", "iwe"}, zerolog.Disabled: {"", "iwe"},
	} {
		var stderr bytes.Buffer
		log, err := Open(Options{Dir: t.TempDir(), Program: "test", Level: level, Stderr: &stderr})
		if err != nil {
			t.Fatal(err)
		}
		logger := log.Logger()
		logger.Debug().Msg("<d>")
		logger.Info().Msg("<i>")
		logger.Warn().Msg("<w>")
		logger.Error().Msg("<e>")
		if err := log.Close(); err != nil {
			t.Fatal(err)
		}
		file, err := os.ReadFile(log.File())
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range []string{stderr.String(), string(file)} {
			have := ""
			for _, c := range "diwe" {
				if strings.Contains(text, fmt.Sprintf("<%c>", c)) {
					have += string(c)
				}
			}
			if have != want[i] {
				t.Errorf("%v, output %d: have %q, want %q", level, i, have, want[i])
			}
		}
	}
}

func TestParseLevel(t *testing.T) {
	if level, err := ParseLevel("debug"); err != nil || level != zerolog.DebugLevel {
		t.Error(level, err)
	}
	if level, err := ParseLevel("off"); err != nil || level != zerolog.Disabled {
		t.Error(level, err)
	}
	if _, err := ParseLevel("lo\x1bud"); err == nil || strings.Contains(err.Error(), "\x1b") {
		t.Error(err)
	}
}

func TestMemoryKeepsTheLastLines(t *testing.T) {
	log, err := Open(Options{Level: zerolog.Disabled})
	if err != nil {
		t.Fatal(err)
	}
	logger := log.Logger()
	logger.Info().Msg(strings.Repeat("é", 5000))
	if lines := log.Lines(); len(lines) != 1 || len(lines[0]) > maxLine+10 || !utf8.ValidString(lines[0]) {
		t.Errorf("a long line became %d bytes", len(lines[0]))
	}
	for i := range RecentLines + 7 {
		logger.Info().Msgf("line %d.", i)
	}
	lines := log.Lines()
	if len(lines) != RecentLines || !strings.HasSuffix(lines[0], "line 7.") || !strings.HasSuffix(lines[RecentLines-1], fmt.Sprintf("line %d.", RecentLines+6)) {
		t.Errorf("%d lines, from %q to %q", len(lines), lines[0], lines[len(lines)-1])
	}
}

func TestFileIsPutAside(t *testing.T) {
	dir := t.TempDir()
	f, err := openFile(dir, "test", 100, 2)
	if err != nil {
		t.Fatal(err)
	}
	for i := range 20 {
		if _, err := fmt.Fprintf(f, "%d %s\n", i, strings.Repeat("x", 40)); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	names, err := filepath.Glob(filepath.Join(dir, "test.log*"))
	if err != nil || len(names) != 3 {
		t.Fatalf("have %q, %v", names, err)
	}
	newest, err := os.ReadFile(filepath.Join(dir, "test.log"))
	if err != nil || !strings.HasPrefix(strings.Split(string(newest), "\n")[len(strings.Split(string(newest), "\n"))-2], "19 ") {
		t.Errorf("the newest file ends with %q, %v", newest, err)
	}
	for _, name := range names {
		if info, err := os.Stat(name); err != nil || info.Size() > 100 {
			t.Errorf("%s: %v, %v", name, info.Size(), err)
		}
	}
}

func TestTwoLogsShareAFolder(t *testing.T) {
	dir := t.TempDir()
	open := func() *Log {
		t.Helper()
		log, err := Open(Options{Dir: dir, Program: "test", Level: zerolog.Disabled})
		if err != nil {
			t.Fatal(err)
		}
		return log
	}
	first, second := open(), open()
	if first.File() == second.File() {
		t.Errorf("both write %s", first.File())
	}
	name := first.File()
	if err := first.Close(); err != nil {
		t.Fatal(err)
	}
	third := open()
	if third.File() != name {
		t.Errorf("the name %s is not used again, but %s", name, third.File())
	}
	for _, log := range []*Log{second, third, first} {
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	}
}

func TestALogWithoutAFileStillWorks(t *testing.T) {
	in := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(in, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	var stderr bytes.Buffer
	log, err := Open(Options{Dir: filepath.Join(in, "log"), Program: "test", Stderr: &stderr})
	if err == nil || !strings.Contains(err.Error(), "no log file is written") {
		t.Errorf("have %v", err)
	}
	logger := log.Logger()
	logger.Info().Msg("still here")
	if !strings.Contains(stderr.String(), "still here") || len(log.Lines()) != 1 || log.File() != "" {
		t.Errorf("have %q", stderr.String())
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
}

func TestManyGoroutinesWriteWholeLines(t *testing.T) {
	log, err := Open(Options{Dir: t.TempDir(), Program: "test", Level: zerolog.Disabled})
	if err != nil {
		t.Fatal(err)
	}
	logger := log.Logger()
	var writers sync.WaitGroup
	for i := range 8 {
		writers.Go(func() {
			for j := range 100 {
				logger.Info().Int("i", i).Int("j", j).Msg("x")
				_ = log.Lines()
			}
		})
	}
	writers.Wait()
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(log.File())
	if err != nil {
		t.Fatal(err)
	}
	lines := 0
	for line := range strings.Lines(string(data)) {
		lines++
		if !json.Valid([]byte(line)) {
			t.Fatalf("torn: %q", line)
		}
	}
	if lines != 800 {
		t.Errorf("%d lines", lines)
	}
}
