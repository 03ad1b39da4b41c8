package worker

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/rs/zerolog"
)

func records(t *testing.T, b []byte) []map[string]any {
	t.Helper()
	var all []map[string]any
	for line := range bytes.Lines(b) {
		var r map[string]any
		if err := json.Unmarshal(line, &r); err != nil {
			t.Fatalf("%q is no record: %v", line, err)
		}
		all = append(all, r)
	}
	return all
}

func TestStderrBecomesRecords(t *testing.T) {
	var log bytes.Buffer
	s := newStderr(zerolog.New(&log).With().Str("worker", "decode").Logger())
	for _, part := range []string{
		`{"level":"info","photo":"a","worker":"forged","message":"hel`, "lo\"}\n\n",
		"(process:1): VIPS-WARNING **: odd profile\n", "just so\x1b[31m\xff\n",
		`{"level":"fatal","message":"lost"}` + "\n", `{"level":"loud"}` + "\n", `{"no":"level"}` + "\n",
		strings.Repeat("y", maxLine+100) + "\n", "no newline",
	} {
		if n, err := s.Write([]byte(part)); n != len(part) || err != nil {
			t.Fatal(n, err)
		}
	}
	s.finish()
	want := []string{
		"info hello <nil>", "warn native code in the worker says (process:1): VIPS-WARNING **: odd profile",
		"debug native code in the worker says just so [31m", "error lost <nil>",
		`debug native code in the worker says {"level":"loud"}`, `debug native code in the worker says {"no":"level"}`,
		"debug native code in the worker says " + strings.Repeat("y", maxLine), "debug native code in the worker says no newline",
	}
	have := records(t, log.Bytes())
	if len(have) != len(want) {
		t.Fatalf("%d records instead of %d: %v", len(have), len(want), have)
	}
	for i, r := range have {
		if got := fmt.Sprintf("%v %v %v", r["level"], r["message"], r["line"]); got != want[i] || r["worker"] != "decode" {
			t.Errorf("record %d: %q instead of %q (%v)", i, got, want[i], r["worker"])
		}
	}
	if have[0]["photo"] != "a" || have[6]["dropped_bytes"] != 100.0 {
		t.Errorf("%v, %v", have[0], have[6]["dropped_bytes"])
	}
	if words := s.lastWords(); words != "no newline" {
		t.Errorf("last words %q", words)
	}
}

func TestLastWordsAreTheReasonNotTheTrace(t *testing.T) {
	s := newStderr(zerolog.Nop())
	fmt.Fprint(s, "starting\npanic: boom\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:3\n")
	s.finish()
	if words := s.lastWords(); words != "panic: boom" {
		t.Errorf("last words %q", words)
	}
}

func TestNoiseIsBounded(t *testing.T) {
	var log bytes.Buffer
	s := newStderr(zerolog.New(&log))
	for range maxNoise + 50 {
		fmt.Fprintln(s, "noise")
	}
	s.finish()
	all := records(t, log.Bytes())
	if len(all) != maxNoise+1 || all[maxNoise]["lines"] != 50.0 {
		t.Errorf("%d records, the last %v", len(all), all[len(all)-1])
	}
}

func FuzzStderr(f *testing.F) {
	f.Add([]byte(`{"level":"error","message":"m","error":"e"}` + "\n"))
	f.Add([]byte("{\"level\":7}\n\n{}\n{"))
	f.Add([]byte(`{"level":"panic","message":["x"],"time":{}}` + "\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		var log bytes.Buffer
		s := newStderr(zerolog.New(&log))
		if n, err := s.Write(b); n != len(b) || err != nil {
			t.Fatal(n, err)
		}
		s.finish()
		records(t, log.Bytes())
		if len(s.lastWords()) > maxWords+len("…") {
			t.Fatalf("last words of %d bytes", len(s.lastWords()))
		}
	})
}
