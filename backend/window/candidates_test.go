package window

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"pixeldetective/backend/config"
	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/library/store"
)

// counting is a Bridge whose surveys run, and nothing else.
func counting(t *testing.T) *Bridge {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) }) // last of all
	b := New(Deps{Paths: config.Paths{Library: filepath.Join(t.TempDir(), "library")}, Settings: config.Default()})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- b.runSurveys(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return b
}

// when waits until a candidate is in a state.
func when(t *testing.T, b *Bridge, id, state string) Candidate {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(time.Millisecond) {
		for _, c := range b.candidates.list() {
			if c.ID == id && c.State == state {
				return c
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s is not %s in time: %+v", id, state, b.candidates.list())
		}
	}
}

func TestSurveyCountsWhatAScanWouldFind(t *testing.T) {
	b := counting(t)
	root := t.TempDir()
	photos, bytes := int64(0), int64(0)
	for i, name := range testkit.AwkwardNames() {
		data := testkit.Picture(i)
		testkit.WriteFile(t, filepath.Join(root, name), data)
		photos, bytes = photos+1, bytes+int64(len(data))
	}
	for _, name := range testkit.UnlistedNames() {
		testkit.WriteFile(t, filepath.Join(root, "unlisted", name), testkit.Picture(0))
	}
	testkit.WriteSpecials(t, filepath.Join(root, "specials"))
	for name, year := range map[string]int{"old.jpg": 1999, "older.jpg": 1970} {
		path := filepath.Join(root, name)
		testkit.WriteFile(t, path, testkit.Picture(1))
		at := time.Date(year, 3, 15, 12, 0, 0, 0, time.Local)
		if err := os.Chtimes(path, at, at); err != nil {
			t.Fatal(err)
		}
		photos, bytes = photos+1, bytes+int64(len(testkit.Picture(1)))
	}
	c := b.Choose(root)
	if c.State != CandidateNew || c.MeaningSeconds != -1 || c.Months == nil {
		t.Errorf("%+v", c)
	}
	for range 3 { // asked for again and again
		if err := b.Survey(c.ID); err != nil {
			t.Fatal(err)
		}
	}
	c = when(t, b, c.ID, CandidateCounted)
	if c.Photos != photos || c.Bytes != bytes || c.MeaningSeconds != float64(photos)/firstPace {
		t.Errorf("have %d photos, %d bytes, %f s; want %d, %d", c.Photos, c.Bytes, c.MeaningSeconds, photos, bytes)
	}
	if len(c.Months) < 3 || c.Months[0] != (MonthCount{1970*12 + 2, 1}) || c.Months[1] != (MonthCount{1999*12 + 2, 1}) {
		t.Errorf("%+v", c.Months)
	}
	for _, other := range b.candidates.list() {
		if strings.ContainsAny(other.Path, "\n\x1b") {
			t.Errorf("%q is shown", other.Path)
		}
	}
}

func TestASurveyEndsWhenItsFolderIsForgotten(t *testing.T) {
	b := counting(t)
	root := t.TempDir()
	for i := range 300 {
		testkit.WriteFile(t, filepath.Join(root, fmt.Sprint(i), "a.jpg"), nil)
	}
	c := b.Choose(root)
	if err := b.Survey(c.ID); err != nil {
		t.Fatal(err)
	}
	b.candidates.forget(c.ID)
	if _, ok := b.candidates.path(c.ID); ok || len(b.candidates.list()) > 0 {
		t.Error("a forgotten folder is still offered")
	}
	if err := b.Survey(c.ID); err == nil {
		t.Error("a forgotten folder is counted")
	}
	again := b.Choose(root)
	if again.ID == c.ID {
		t.Error("an id is given twice")
	}
	if err := b.Survey(again.ID); err != nil {
		t.Fatal(err)
	}
	if c := when(t, b, again.ID, CandidateCounted); c.Photos != 300 {
		t.Errorf("%+v", c)
	}
}

func TestFoldersThatCannotBeAdded(t *testing.T) {
	b := counting(t)
	root := t.TempDir()
	inside, file := filepath.Join(root, "known", "inside"), filepath.Join(root, "file.jpg")
	testkit.WriteFile(t, filepath.Join(inside, "a.jpg"), nil)
	testkit.WriteFile(t, file, nil)
	link := filepath.Join(root, "link")
	if err := os.Symlink(inside, link); err != nil {
		t.Skip(err)
	}
	if err := os.MkdirAll(filepath.Join(b.deps.Paths.Library, "cache"), 0o755); err != nil {
		t.Fatal(err)
	}
	b.counts.latest.Store(&numbers{folders: []store.Folder{{ID: 1, Path: filepath.Join(root, "known")}}})
	for path, want := range map[string]string{
		filepath.Join(root, "nothing"): "no such folder",
		file:                           "file",
		"a\x00b":                       "cannot be reached",
		filepath.Join(root, "known"):   "already",
		filepath.Join(root, "known", "..", "known"): "already",
		inside:               "inside",
		link:                 "inside",
		b.deps.Paths.Library: "program's own",
		filepath.Join(b.deps.Paths.Library, "cache"): "program's own",
	} {
		if c := b.Choose(path); c.State != CandidateFailed || !strings.Contains(c.Problem, want) || !strings.HasSuffix(c.Problem, ".") {
			t.Errorf("%q: %s, %q", path, c.State, c.Problem)
		}
	}
	if c := b.Choose(root); c.State != CandidateNew || c.Problem != "" {
		t.Errorf("a folder around a known one: %+v", c)
	}
	// It is there the second time.
	first := b.Choose(filepath.Join(root, "later"))
	if err := os.Mkdir(filepath.Join(root, "later"), 0o755); err != nil {
		t.Fatal(err)
	}
	if second := b.Choose(filepath.Join(root, "later")); second.ID != first.ID || second.State != CandidateNew || second.Problem != "" {
		t.Errorf("%+v", second)
	}
}

func TestAFolderThatGoesAwayFailsItsSurvey(t *testing.T) {
	b := counting(t)
	root := filepath.Join(t.TempDir(), "a")
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	c := b.Choose(root)
	if err := os.Remove(root); err != nil {
		t.Fatal(err)
	}
	if err := b.Survey(c.ID); err != nil {
		t.Fatal(err)
	}
	if c := when(t, b, c.ID, CandidateFailed); c.Problem == "" {
		t.Errorf("%+v", c)
	}
}

func TestCandidatesAreBounded(t *testing.T) {
	b := counting(t)
	root := t.TempDir()
	for i := range 3 * candidatesKept {
		b.Choose(filepath.Join(root, fmt.Sprint(i)))
	}
	if n := len(b.candidates.list()); n != candidatesKept {
		t.Errorf("%d candidates are kept", n)
	}
}
