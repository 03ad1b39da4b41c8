package endtoend

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/internal/testkit"
)

// hostileFile is what the manifest of the hostile files says of one.
type hostileFile struct {
	File   string
	Must   []string
	Reason string
}

// Every hostile picture in one run: each ends as its manifest says, the others are indexed, and the memory of the decoders
// is bounded.
func TestHostilePictures(t *testing.T) {
	p := newProgram(t)
	root := filepath.Join(moduleRoot(), "backend", "picture", "testdata", "hostile")
	data, err := os.ReadFile(filepath.Join(root, "manifest.json"))
	if err != nil {
		t.Fatal(err)
	}
	var manifest struct{ Files []hostileFile }
	decode(t, string(data), &manifest)
	pictures, photos := testkit.HostilePictures(t), t.TempDir()
	for _, kind := range []string{"control", "image"} {
		if err := os.CopyFS(filepath.Join(photos, kind), os.DirFS(filepath.Join(pictures, kind))); err != nil {
			t.Fatal(err)
		}
	}
	before := fingerprint(t, photos)

	r := p.begin("--json", "index", photos)
	var most uint64
	deadline := time.Now().Add(2 * time.Minute)
	for !r.ended() && time.Now().Before(deadline) {
		for _, pid := range r.workers("decode") {
			most = max(most, residentOf(pid))
		}
		select {
		case <-r.done:
		case <-time.After(20 * time.Millisecond): // between two looks at the memory
		}
	}
	end := r.wait(time.Second)
	if end.code != 3 {
		t.Fatalf("ended with %d, want 3; it wrote:\n%s\n%s", end.code, end.out, end.stderr)
	}
	lines := strings.Split(strings.TrimSpace(end.out), "\n")
	var last indexed
	decode(t, lines[len(lines)-1], &last)

	reasons := map[string]string{}
	for _, f := range last.Failed {
		rel, err := filepath.Rel(photos, f.Path)
		if err != nil {
			t.Fatal(err)
		}
		reasons[rel] = f.Reason
		if f.Reason == "" || strings.Contains(f.Reason, "rpc error") || strings.Contains(f.Reason, "goroutine") || len(f.Reason) > 500 {
			t.Errorf("%s: the reason %q is not for people", rel, f.Reason)
		}
	}
	rows := p.dump()
	for _, f := range manifest.Files {
		if !strings.HasPrefix(f.File, "control/") && !strings.HasPrefix(f.File, "image/") {
			continue
		}
		outcome := "skipped"
		if _, ok := rows[filepath.Join(photos, f.File)]; ok {
			outcome = "decoded"
		} else if _, ok := reasons[f.File]; ok {
			outcome = "refused"
		}
		if !slices.Contains(f.Must, outcome) && !(outcome == "refused" && slices.Contains(f.Must, "skipped")) {
			t.Errorf("%s was %s (%s), must be %v: %s", f.File, outcome, reasons[f.File], f.Must, f.Reason)
		}
	}
	if limit := uint64(1200 << 20); most > limit {
		t.Errorf("a decoder held %d MB", most>>20)
	}
	if after := fingerprint(t, photos); after != before {
		t.Error("originals were changed")
	}
	noOrphans(t, "hostile pictures")
	again := p.index(3, photos)
	if again.Hashed != 0 || len(again.Failed) != len(last.Failed) {
		t.Errorf("a second run hashed %d files and lists %d failures, want 0 and %d", again.Hashed, len(again.Failed), len(last.Failed))
	}
	t.Logf("%d indexed, %d refused, at most %d MB in a decoder", len(rows), len(reasons), most>>20)
}

// residentOf is the memory of a process in bytes, 0 if it has ended.
func residentOf(pid int) uint64 {
	data, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	var size, resident uint64
	if _, err := fmt.Sscan(string(data), &size, &resident); err != nil {
		return 0
	}
	return resident * uint64(os.Getpagesize())
}

// validJSON fails the test if a line of the text is no JSON.
func validJSON(t *testing.T, text string) {
	t.Helper()
	for line := range strings.Lines(text) {
		if strings.TrimSpace(line) != "" && !json.Valid([]byte(line)) {
			t.Errorf("not JSON: %q", line)
		}
	}
}
