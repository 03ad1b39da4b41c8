package window

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/store"
)

// withLibrary is a Bridge on a library that is open, and nothing runs.
func withLibrary(t *testing.T) (*Bridge, *store.Store) {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "library")
	s, err := store.Open(t.Context(), store.Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	b := New(Deps{Paths: config.Paths{Library: dir}, Settings: config.Default()})
	b.Attach(Parts{Store: s})
	return b, s
}

func TestFoldersThatWereTakenOutAreOfferedAgain(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", "")
	t.Setenv("USERPROFILE", home)
	b, s := withLibrary(t)
	names := []string{"Gone", "Old", "Pictures", "New"}
	for _, name := range names {
		path := filepath.Join(home, name)
		if err := os.Mkdir(path, 0o755); err != nil {
			t.Fatal(err)
		}
		f, err := s.AddFolder(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.RetireFolder(t.Context(), f.ID); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove(filepath.Join(home, "Gone")); err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, c := range b.Suggestions(t.Context()) {
		told = append(told, c.Kind+" "+c.Name+" "+c.State)
	}
	want := []string{"pictures Pictures new", "known New new", "known Old new", "known Gone failed"}
	if !slices.Equal(told, want) {
		t.Errorf("offered: %q\nwant:    %q", told, want)
	}
}

func TestAFolderThatDoesNotAnswerHoldsNobodyUp(t *testing.T) {
	b := New(Deps{Settings: config.Default()})
	b.looks.within = 50 * time.Millisecond
	release, gone := make(chan struct{}), make(chan struct{}, looksAtOnce)
	hang := func() { <-release; gone <- struct{}{} }
	start := time.Now()
	for range looksAtOnce {
		go b.looks.at(context.Background(), hang)
	}
	for len(b.looks.slots) < looksAtOnce {
		time.Sleep(time.Millisecond)
	}
	// All that may hang do: another one is not even begun, and says so in time.
	if b.looks.at(context.Background(), func() { t.Error("more looks hang than may") }) {
		t.Error("a look that never began ended well")
	}
	if c := b.Choose(t.TempDir()); c.State != CandidateFailed || !strings.Contains(c.Problem, "does not answer") {
		t.Errorf("%+v", c)
	}
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("it took %s", took)
	}
	close(release)
	for range looksAtOnce {
		<-gone
	}
	b.looks.within = lookWithin
	if c := b.Choose(t.TempDir()); c.State != CandidateNew || c.Problem != "" {
		t.Errorf("after the drive answers: %+v", c)
	}
}

func TestALookEndsWithItsContext(t *testing.T) {
	l := newLooks()
	ctx, cancel := context.WithCancel(t.Context())
	release := make(chan struct{})
	defer close(release)
	begun := make(chan struct{})
	ended := make(chan bool, 1)
	go func() { ended <- l.at(ctx, func() { close(begun); <-release }) }()
	<-begun
	cancel()
	if <-ended {
		t.Error("it ended well")
	}
}
