package window

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestASecondStartShowsTheFirstWindow(t *testing.T) {
	defer goleak.VerifyNone(t)
	library := t.TempDir()
	first, err := Claim(t.Context(), library, Wish{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	wishes := make(chan Wish, 4)
	ended := make(chan error, 1)
	go func() { ended <- first.Run(ctx, func(w Wish) { wishes <- w }) }()
	want := []string{"/a folder", "/latin1-\xe9\n", filepath.Join(here(t), "relative")}
	for range 3 {
		if _, err := Claim(t.Context(), library, Wish{Folders: []string{want[0], want[1], "relative"}}); !errors.Is(err, ErrShown) {
			t.Fatalf("a second window is not refused: %v", err)
		}
		if w := <-wishes; !slices.Equal(w.Folders, want) {
			t.Errorf("the first window is asked for %q", w.Folders)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Fatal(err)
	}
	if err := first.Release(); err != nil {
		t.Fatal(err)
	}
	again, err := Claim(t.Context(), library, Wish{})
	if err != nil {
		t.Fatalf("the place of a window that ended is not free: %v", err)
	}
	_ = again.Release()
}

func TestASecondStartTakesThePlaceOfAWindowThatJustEnds(t *testing.T) {
	library := t.TempDir()
	first, err := Claim(t.Context(), library, Wish{})
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error, 1)
	go func() {
		s, err := Claim(t.Context(), library, Wish{})
		if err == nil {
			err = s.Release()
		}
		second <- err
	}()
	// The first one ends without having looked.
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := os.Lstat(first.show()); err == nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("the second start does not ask")
		}
	}
	_ = first.Release()
	if err := <-second; err != nil {
		t.Errorf("the second start did not take the place: %v", err)
	}
	if _, err := os.Lstat(first.show()); err == nil {
		t.Error("the question is still there")
	}
}

func TestAQuestionThatIsNoneIsAnsweredByShowing(t *testing.T) {
	library := t.TempDir()
	s, err := Claim(t.Context(), library, Wish{})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Release() }()
	for name, place := range map[string]func() error{
		"garbage": func() error { return os.WriteFile(s.show(), []byte("\x00{"), 0o600) },
		"a link":  func() error { return os.Symlink("/etc/passwd", s.show()) },
		"huge": func() error {
			return errors.Join(os.WriteFile(s.show(), nil, 0o600), os.Truncate(s.show(), 1<<40))
		},
	} {
		if err := place(); err != nil {
			t.Logf("%s: %v", name, err)
			continue
		}
		if w, asked := s.asked(); !asked || len(w.Folders) > 0 {
			t.Errorf("%s: %v, %v", name, w, asked)
		}
		if _, asked := s.asked(); asked {
			t.Errorf("%s is asked twice", name)
		}
	}
}

func TestALibraryThatCannotBeWrittenHasNoClaim(t *testing.T) {
	file := filepath.Join(t.TempDir(), "library")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Claim(t.Context(), file, Wish{}); err == nil || errors.Is(err, ErrShown) {
		t.Errorf("have %v", err)
	}
}

func here(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}
