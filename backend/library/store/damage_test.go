package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/photo"
)

type hostileFile struct {
	File   string   `json:"file"`
	Must   []string `json:"must"`
	Reason string   `json:"reason"`
}

func hostileFiles(t *testing.T) []hostileFile {
	t.Helper()
	var m struct{ Files []hostileFile }
	must(t, json.Unmarshal(value(os.ReadFile("testdata/hostile/manifest.json"))(t), &m))
	var all []hostileFile
	for _, f := range m.Files {
		if strings.HasSuffix(f.File, ".db") {
			all = append(all, f)
		}
	}
	if len(all) < 13 {
		t.Fatalf("%d hostile databases, want 13", len(all))
	}
	return all
}

// TestHostileFileIsRefusedAndKept puts every hostile database in the place of each of the library's files.
func TestHostileFileIsRefusedAndKept(t *testing.T) {
	for _, f := range hostileFiles(t) {
		for _, k := range []*kind{indexKind, thumbsKind, decisionsKind} {
			t.Run(f.File+" as "+k.file, func(t *testing.T) {
				dir := t.TempDir()
				s := openAt(t, dir)
				must(t, s.SetFavourite(context.Background(), idOf("x"), true))
				must(t, s.Close())
				from := filepath.Join("testdata", "hostile", strings.TrimPrefix(f.File, "sqlite/"))
				content := value(os.ReadFile(from))(t)
				path := filepath.Join(dir, k.file)
				must(t, os.WriteFile(path, content, 0o600))
				for _, side := range []string{"-wal", "-journal"} {
					if b, err := os.ReadFile(from + side); err == nil {
						must(t, os.WriteFile(path+side, b, 0o600))
					}
				}
				start := time.Now()
				s, err := Open(context.Background(), Options{Dir: dir})
				if took := time.Since(start); took > 5*time.Second {
					t.Errorf("it took %s", took)
				}
				judge(t, f, path, content, s, err)
				if err != nil {
					return
				}
				defer s.closeFiles()
				favourite := value(s.DecisionsOf(context.Background(), []photo.ID{idOf("x")}))(t)[idOf("x")].Favourite
				// An emptied file is a new one to SQLite; a damaged one comes back from its copy.
				if want := len(content) > 0 || k != decisionsKind; favourite != want {
					t.Errorf("favourite: %v, want %v", favourite, want)
				}
				healthy(t, s)
			})
		}
	}
}

func judge(t *testing.T, f hostileFile, path string, content []byte, s *Store, err error) {
	t.Helper()
	var newer *NewerSchemaError
	var foreign *ForeignError
	switch {
	case err != nil:
		if !errors.As(err, &newer) && !errors.As(err, &foreign) {
			t.Fatalf("refused with %T: %v", err, err)
		}
		if strings.Contains(f.File, "future") != errors.As(err, &newer) {
			t.Errorf("%v; the manifest says: %s", err, f.Reason)
		}
		if now := value(os.ReadFile(path))(t); !bytes.Equal(now, content) {
			t.Error("a refused file was changed")
		}
		if f.Must[0] == "loaded" && len(f.Must) == 1 {
			t.Errorf("refused: %v", err)
		}
	case len(content) == 0:
		if len(s.Notices()) != 0 {
			t.Errorf("an empty file is no damage: %v", s.Notices())
		}
	default:
		var damaged *DamagedError
		if len(s.Notices()) != 1 || !errors.As(s.Notices()[0], &damaged) || damaged.File != path {
			t.Fatalf("notices: %v", s.Notices())
		}
		if kept := value(os.ReadFile(damaged.MovedTo))(t); !bytes.Equal(kept, content) {
			t.Error("a damaged file was changed")
		}
		if strings.Contains(f.Reason, "newer version") || strings.Contains(f.Reason, "another program") {
			t.Errorf("taken for damaged: %s", f.Reason)
		}
	}
}

// TestOwnDamagedFileIsReplaced damages real files of a library in several ways.
func TestOwnDamagedFileIsReplaced(t *testing.T) {
	ways := map[string]func([]byte) []byte{
		"cut off":         func(b []byte) []byte { return b[:len(b)*6/10] },
		"cut in header":   func(b []byte) []byte { return b[:60] },
		"noise in schema": func(b []byte) []byte { return noise(b, 100, 3000) },
		"noise in pages":  func(b []byte) []byte { return noise(b, len(b)/2, len(b)) },
		"zeros at end":    func(b []byte) []byte { clear(b[len(b)/3:]); return b },
	}
	for name, way := range ways {
		for _, k := range []*kind{indexKind, decisionsKind} {
			t.Run(name+" "+k.file, func(t *testing.T) {
				ctx := context.Background()
				dir := t.TempDir()
				s := openAt(t, dir)
				f := value(s.AddFolder(ctx, "/photos"))(t)
				scan(t, s, f.ID, map[string][]Entry{"": {entry("a.jpg", 1)}})
				indexAll(t, s, byRel)
				must(t, s.SetRating(ctx, idOf("a.jpg 1001"), 5))
				must(t, s.Close())
				path := filepath.Join(dir, k.file)
				bad := way(value(os.ReadFile(path))(t))
				must(t, os.WriteFile(path, bad, 0o600))
				s = openAt(t, dir)
				var damaged *DamagedError
				if len(s.Notices()) != 1 || !errors.As(s.Notices()[0], &damaged) || damaged.File != path {
					t.Fatalf("notices: %v", s.Notices())
				}
				if !bytes.Equal(value(os.ReadFile(damaged.MovedTo))(t), bad) {
					t.Error("the damaged file is not what was moved aside")
				}
				d := value(s.DecisionsOf(ctx, []photo.ID{idOf("a.jpg 1001")}))(t)[idOf("a.jpg 1001")]
				if d.Rating == nil || *d.Rating != 5 {
					t.Errorf("the rating is lost: %+v", d)
				}
				folders := value(s.Folders(ctx))(t)
				if len(folders) != 1 || folders[0].Path != "/photos" {
					t.Errorf("the folders are lost: %+v", folders)
				}
				if c := value(s.Count(ctx, testRef))(t); (c.Photos == 0) != (k == indexKind) {
					t.Errorf("counts: %+v", c)
				}
			})
		}
	}
}

func noise(b []byte, from, to int) []byte {
	for i := from; i < to; i++ {
		b[i] = byte(i*i*31 + i>>3)
	}
	return b
}

func TestDamageMetAtWorkIsReplacedAtTheNextStart(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	s := openAt(t, dir)
	fill(t, s, 2000, false)
	must(t, s.Close())
	path := filepath.Join(dir, "index.db")
	b := value(os.ReadFile(path))(t)
	if len(b) < int(indexKind.smallBytes) {
		t.Fatal("the file is so small that opening looks through it")
	}
	must(t, os.WriteFile(path, noise(b, 1_000_000, len(b)), 0o600))
	s = openAt(t, dir)
	if len(s.Notices()) > 0 {
		t.Fatalf("opening a large library looks through all of it: %v", s.Notices())
	}
	var damaged *DamagedError
	err := s.Embeddings(ctx, testRef, 0, func(int64, []byte) error { return nil })
	if !errors.As(err, &damaged) {
		t.Fatalf("reading noise: %v", err)
	}
	must(t, s.closeFiles())
	s = openAt(t, dir)
	if len(s.Notices()) != 1 {
		t.Fatalf("notices: %v", s.Notices())
	}
	healthy(t, s)
}

func TestTriggerInOurOwnFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	_, err := s.index.conn.ExecContext(context.Background(), "CREATE TRIGGER evil AFTER INSERT ON counter BEGIN SELECT load_extension('/tmp/evil.so'); END")
	must(t, err)
	must(t, s.Close())
	s = openAt(t, dir)
	if len(s.Notices()) != 1 || !strings.Contains(s.Notices()[0].Error(), "evil") {
		t.Fatalf("notices: %v", s.Notices())
	}
}

func TestNewerLibraryIsLeftAlone(t *testing.T) {
	for _, k := range []*kind{indexKind, thumbsKind, decisionsKind} {
		dir := t.TempDir()
		s := openAt(t, dir)
		must(t, s.closeFiles())
		path := filepath.Join(dir, k.file)
		db := connect(path, "mode=rw", 1)
		_, err := db.Exec("PRAGMA user_version = 9999")
		must(t, err)
		must(t, db.Close())
		before := value(os.ReadFile(path))(t)
		for _, readOnly := range []bool{false, true} {
			_, err = Open(context.Background(), Options{Dir: dir, ReadOnly: readOnly})
			var newer *NewerSchemaError
			if !errors.As(err, &newer) || newer.Have != 9999 || !strings.Contains(err.Error(), "newer version") {
				t.Fatalf("%s: %v", k.file, err)
			}
		}
		if !bytes.Equal(before, value(os.ReadFile(path))(t)) {
			t.Fatalf("%s was changed", k.file)
		}
	}
}

func TestOlderLibraryIsCopiedAndBroughtUpToDate(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	old := decisionsKind.migrations()[:4]
	path := filepath.Join(dir, "decisions.db")
	db := connect(path, "mode=rwc", 1)
	_, err := db.Exec(strings.Join(old, "\n") + fmt.Sprintf("PRAGMA application_id = %d; PRAGMA user_version = 4;", decisionsKind.applicationID))
	must(t, err)
	id := idOf("x")
	_, err = db.Exec("INSERT INTO rating VALUES (?, 3, 0)", id[:])
	must(t, err)
	must(t, db.Close())

	p := spawn(t, "lease", t.TempDir()) // another library's lease is no matter
	p.expect("held")
	holder := &Store{dir: dir, now: time.Now}
	l := value(holder.Lease(ctx, "watching"))(t)
	_, err = Open(ctx, Options{Dir: dir})
	var inUse *InUseError
	if !errors.As(err, &inUse) || inUse.Holder.PID != os.Getpid() {
		t.Fatalf("migrating while another process works: %v", err)
	}
	must(t, l.Release())

	s := openAt(t, dir)
	d := value(s.DecisionsOf(ctx, []photo.ID{id}))(t)[id]
	if d.Rating == nil || *d.Rating != 3 {
		t.Fatalf("decisions: %+v", d)
	}
	var version int
	_, err = s.decisions.one(ctx, "", "PRAGMA user_version", nil, &version)
	must(t, err)
	if version != decisionsKind.version() {
		t.Fatalf("version %d", version)
	}
	if copies := value(filepath.Glob(filepath.Join(dir, "backup", "decisions-schema-004-*.db")))(t); len(copies) != 1 {
		t.Fatalf("copies: %v", copies)
	}
}

func TestStrayLogIsNotAppliedToANewFile(t *testing.T) {
	dir := t.TempDir()
	s := openAt(t, dir)
	value(s.AddFolder(context.Background(), "/photos"))(t)
	wal := value(os.ReadFile(filepath.Join(dir, "index.db-wal")))(t)
	must(t, s.closeFiles())
	must(t, os.Remove(filepath.Join(dir, "index.db")))
	must(t, os.WriteFile(filepath.Join(dir, "index.db-wal"), wal, 0o600))
	s = openAt(t, dir)
	healthy(t, s)
	if kept := value(filepath.Glob(filepath.Join(dir, "index.db.damaged-*-wal")))(t); len(kept) != 1 {
		t.Fatalf("the stray log is not kept: %v", kept)
	}
}

func TestCopiesOfDecisionsRotate(t *testing.T) {
	ctx := context.Background()
	dir := t.TempDir()
	now := time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)
	s := value(Open(ctx, Options{Dir: dir, Now: func() time.Time { return now }}))(t)
	defer s.closeFiles()
	for range 14 {
		must(t, s.Backup(ctx))
		now = now.Add(12 * time.Hour)
	}
	copies := s.backups()
	if len(copies) != keptBackups {
		t.Fatalf("%d copies, want %d", len(copies), keptBackups)
	}
	if newest, _ := backupTime(copies[0]); !newest.Equal(time.Date(2026, 1, 7, 12, 0, 0, 0, time.UTC)) {
		t.Fatalf("newest copy of %s", newest)
	}
}

func TestRepairMendsWhatCheckFinds(t *testing.T) {
	ctx := context.Background()
	s := openTemp(t)
	fill(t, s, 300, true)
	_, err := s.index.conn.ExecContext(ctx, `PRAGMA foreign_keys = OFF; DELETE FROM text WHERE rowid < 20; UPDATE photo SET files = 7 WHERE num = 30;
		DELETE FROM document WHERE photo = 40; INSERT INTO embedding (model, photo, vector) VALUES (1, 9999, x'00'); DELETE FROM photo WHERE num = 50;
		INSERT INTO text (rowid, words) VALUES (5000, 'ghost'); PRAGMA foreign_keys = ON`)
	must(t, err)
	_, err = s.thumbs.conn.ExecContext(ctx, "DELETE FROM thumb WHERE num < 10")
	must(t, err)
	if problems := value(s.Check(ctx))(t); len(problems) < 6 {
		t.Fatalf("check found %+v", problems)
	}
	report := value(s.Repair(ctx))(t)
	if report.TextRows < 290 || report.Dangling < 2 || report.Counts < 1 || report.MissingThumbs != 9 || report.Requeued < 11 || report.Digests != 3 || report.Thumbnails != 1 {
		t.Fatalf("report: %+v", report)
	}
	indexAll(t, s, func(p Pending) string { return p.Rel })
	healthy(t, s)
	if hits := value(s.Text(ctx, TextQuery{Terms: []string{"ghost"}}, 5))(t); len(hits) != 0 {
		t.Fatalf("hits of a photo that is not there: %+v", hits)
	}
}
