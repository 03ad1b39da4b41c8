package store

import (
	"context"
	"errors"
	"fmt"
	"testing"
)

// Only files that are what they were when they were read are originals: one that a scan saw change is not, until it was
// read again.
func TestOriginalsAreFilesAsTheyWereRead(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	same := func(Pending) string { return "same" }
	near := value(s.AddFolder(ctx, "/near"))(t)
	far := value(s.AddFolder(ctx, "/a far one"))(t)
	scan(t, s, near.ID, map[string][]Entry{"": {entry("a.jpg", 1)}, "below": {entry("b.jpg", 2)}})
	scan(t, s, far.ID, map[string][]Entry{"": {entry("c.jpg", 3)}})
	indexAll(t, s, same)
	must(t, s.SetFolderState(ctx, far.ID, FolderOffline, "unplugged"))
	have := func() string {
		t.Helper()
		o, found, err := s.Originals(ctx, idOf("same"))
		if err != nil || !found || o.Format != "jpeg" || o.Width != 400 || o.Height != 300 {
			t.Fatalf("%+v, %v, %v", o, found, err)
		}
		text := ""
		for _, f := range o.Files {
			text += fmt.Sprintf("%s:%s %d %d %v|", f.Root, f.Rel, f.Size, f.MTime-1_700_000_000_000_000_000, f.Offline)
		}
		return text
	}
	const others = "/near:below/b.jpg 1002 2 false|/a far one:c.jpg 1003 3 true|"
	if h := have(); h != "/near:a.jpg 1001 1 false|"+others {
		t.Errorf("have %s", h)
	}
	scan(t, s, near.ID, map[string][]Entry{"": {entry("a.jpg", 9)}, "below": {entry("b.jpg", 2)}})
	if h := have(); h != others {
		t.Errorf("a changed file counts before it was read: %s", h)
	}
	indexAll(t, s, same)
	if h := have(); h != "/near:a.jpg 1009 9 false|"+others {
		t.Errorf("have %s", h)
	}
	if _, found, err := s.Originals(ctx, idOf("another")); found || err != nil {
		t.Errorf("an unknown photo: %v, %v", found, err)
	}
}

func TestAThumbnailThatWasLostCanBeKeptAgain(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	if _, err := s.Thumbnail(ctx, idOf("a")); !errors.Is(err, ErrNoThumbnail) {
		t.Fatal(err)
	}
	for _, data := range []string{"\xff\xd8first", "RIFF0000WEBPsecond"} {
		must(t, s.KeepThumbnail(ctx, idOf("a"), []byte(data)))
		if have := value(s.Thumbnail(ctx, idOf("a")))(t); string(have) != data {
			t.Errorf("have %q", have)
		}
	}
}
