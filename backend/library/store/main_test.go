package store

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"slices"
	"testing"

	"go.uber.org/goleak"

	"pixeldetective/backend/photo"
)

// childVariable tells the test binary that it was started by a test, to be another process on the same library.
const childVariable = "STORE_TEST_CHILD"

func TestMain(m *testing.M) {
	if role := os.Getenv(childVariable); role != "" {
		os.Exit(child(role, os.Getenv("STORE_TEST_DIR")))
	}
	goleak.VerifyTestMain(m)
}

var testRef = photo.ModelRef{ID: "starter", Revision: "1"}

// openTemp opens a fresh library that is closed when the test ends.
func openTemp(t testing.TB) *Store {
	t.Helper()
	return openAt(t, t.TempDir())
}

func openAt(t testing.TB, dir string) *Store {
	t.Helper()
	s, err := Open(context.Background(), Options{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.closeFiles() })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func value[T any](v T, err error) func(testing.TB) T {
	return func(t testing.TB) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

func idOf(content string) photo.ID { return sha256.Sum256([]byte(content)) }

func pixelsOf(content string) photo.PixelDigest { return sha256.Sum256([]byte("pixels of " + content)) }

// entry is a file whose listing follows from its name and a version of its content.
func entry(name string, version int) Entry {
	return Entry{Name: name, Size: int64(1000 + version), MTime: int64(1_700_000_000_000_000_000 + version), Inode: uint64(len(name) + version)}
}

func vectorOf(content string) []float32 {
	h := sha256.Sum256([]byte("vector of " + content))
	v := make([]float32, 16)
	for i := range v {
		v[i] = (float32(h[i]) - 127.5) / 512
	}
	return v
}

// decoded is what indexing makes of a pending file with this content.
func decoded(p Pending, content string) Indexed {
	return Indexed{
		Pending: p, Photo: idOf(content),
		New: &NewPhoto{
			Metadata:    photo.Metadata{Format: "jpeg", Width: 400, Height: 300},
			PixelDigest: pixelsOf(content), Thumbnail: []byte("\xff\xd8thumbnail of " + content),
		},
		Embedding: &Embedding{Ref: testRef, Vector: vectorOf(content)},
		Tags:      []photo.Tag{{Name: "thing", Kind: "coco", Score: .9}}, TagsRef: testRef,
	}
}

// scan tells the store a whole folder.
func scan(t testing.TB, s *Store, f FolderID, dirs map[string][]Entry) ReconcileResult {
	t.Helper()
	ctx := context.Background()
	r := value(s.BeginReconcile(ctx, f, ""))(t)
	for rel, entries := range dirs {
		must(t, r.Directory(ctx, rel, entries))
	}
	return value(r.Finish(ctx))(t)
}

// oldestPending returns all files that wait, at most ten, in the order in which the newest comes last.
func oldestPending(t testing.TB, s *Store) []Pending {
	t.Helper()
	waiting := value(s.NewestPending(context.Background(), nil, 10))(t)
	slices.Reverse(waiting)
	return waiting
}

// indexAll indexes every pending file; content says what is in it.
func indexAll(t testing.TB, s *Store, content func(Pending) string) Committed {
	t.Helper()
	ctx := context.Background()
	var sum Committed
	for {
		waiting := value(s.NewestPending(ctx, nil, 500))(t)
		if len(waiting) == 0 {
			return sum
		}
		var done []Indexed
		for _, p := range waiting {
			done = append(done, decoded(p, content(p)))
		}
		c := value(s.Commit(ctx, done, nil))(t)
		if c.Stale > 0 {
			t.Fatalf("%d of %d files are stale", c.Stale, len(done))
		}
		sum.Linked += c.Linked
		sum.Added += c.Added
		sum.Embedded += c.Embedded
	}
}

// byRel says that the content of a file follows from its path and size.
func byRel(p Pending) string { return fmt.Sprintf("%s %d", p.Rel, p.Size) }

func healthy(t testing.TB, s *Store) {
	t.Helper()
	problems := value(s.Check(context.Background()))(t)
	if len(problems) > 0 {
		t.Fatalf("the library is not in order: %+v", problems)
	}
}
