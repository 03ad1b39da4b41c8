package endtoend

import (
	"database/sql"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pixeldetective/backend/internal/testkit"
)

// hostileDatabase is the bytes of a hostile file of the store's tests.
func hostileDatabase(t *testing.T, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(moduleRoot(), "backend", "library", "store", "testdata", "hostile", name))
	must(t, err)
	return data
}

// A damaged index.db is moved aside and kept; the next run makes a new one of the originals. Nothing is asked of the person.
func TestDamagedIndexIsRebuilt(t *testing.T) {
	p := newProgram(t)
	photos := copyTree(t, filepath.Join(samplePhotos(), "2018"))
	first := p.index(0, photos)
	for _, name := range []string{"random.db", "truncated.db", "text.db", "corrupt_schema.db"} {
		for _, suffix := range []string{"", "-wal", "-shm"} {
			_ = os.Remove(filepath.Join(p.library, "index.db"+suffix)) // not all are there
		}
		must(t, os.WriteFile(filepath.Join(p.library, "index.db"), hostileDatabase(t, name), 0o644))
		r := p.run("index", photos)
		if r.code != 0 {
			t.Errorf("%s: ended with %d:\n%s\n%s", name, r.code, r.out, r.stderr)
		}
		says(t, r.stderr, "index.db", "damaged", "kept as", "read again")
		if c := count(t, p.reader()); int(c.Photos) != first.Found || c.Pending != 0 {
			t.Errorf("%s: afterwards %+v", name, c)
		}
	}
}

func TestDatabasesThatAreNotOurs(t *testing.T) {
	for name, want := range map[string][]string{
		"future.db":  {"newer version", "left as it is"},
		"foreign.db": {"not a database of this program", "left as it was"},
	} {
		p := newProgram(t)
		file := filepath.Join(p.library, "index.db")
		data := hostileDatabase(t, name)
		must(t, os.WriteFile(file, data, 0o644))
		r := p.want(1, "status")
		says(t, r.stderr, "index.db")
		if !strings.Contains(r.stderr, want[0]) {
			t.Errorf("%s: %q", name, r.stderr)
		}
		if after, err := os.ReadFile(file); err != nil || string(after) != string(data) {
			t.Errorf("%s was changed (%v)", name, err)
		}
	}
}

// Another program holds the database for longer than the program waits, then lets go: nothing is lost.
func TestLockedDatabase(t *testing.T) {
	p := newProgram(t)
	photos := copyTree(t, filepath.Join(samplePhotos(), "2018"))
	p.want(0, "status")
	db, err := sql.Open("sqlite3", filepath.Join(p.library, "index.db")+"?_txlock=exclusive")
	must(t, err)
	defer db.Close()
	tx, err := db.BeginTx(t.Context(), nil)
	must(t, err)
	r := p.run("index", photos)
	if r.code != 1 {
		t.Errorf("ended with %d, want 1", r.code)
	}
	says(t, r.stderr, "index.db", "locked by another program", "try again")
	must(t, tx.Rollback())
	if got := p.index(0, photos); got.Found == 0 || got.Indexed != got.Found {
		t.Errorf("once it is free: %+v", got)
	}
}

// The disk fills up while photos are indexed: a sentence, what was done is kept, and with more space the rest follows.
func TestFullDisk(t *testing.T) {
	p := newProgram(t)
	mount := t.TempDir()
	testkit.MountTmpfs(t, mount, "1500k")
	p.library = filepath.Join(mount, "library")
	photos := copyTree(t, samplePhotos())
	r := p.run("index", photos)
	if r.code != 1 {
		t.Fatalf("on a full disk it ended with %d, want 1:\n%s\n%s", r.code, r.out, r.stderr)
	}
	says(t, r.stderr, "full", "kept", "free some space")
	must(t, syscall.Mount("tmpfs", mount, "tmpfs", syscall.MS_REMOUNT, "size=200m"))
	if got := p.index(0, photos); got.Found < 60 || len(got.Failed) != 0 {
		t.Errorf("with more space: %+v", got)
	}
	if c := count(t, p.reader()); c.Pending != 0 || c.Failed != 0 {
		t.Errorf("afterwards %+v", c)
	}
}

func TestReadOnlyLibraryIsSearchedAndNotWritten(t *testing.T) {
	p := newProgram(t)
	photos := copyTree(t, samplePhotos())
	p.index(0, photos)
	mount := t.TempDir()
	testkit.MountTmpfs(t, mount, "200m")
	must(t, os.CopyFS(filepath.Join(mount, "library"), os.DirFS(p.library)))
	must(t, syscall.Mount("tmpfs", mount, "tmpfs", syscall.MS_REMOUNT|syscall.MS_RDONLY, ""))
	p.library = filepath.Join(mount, "library")
	r := p.run("index", photos)
	if r.code != 1 {
		t.Errorf("index ended with %d, want 1:\n%s\n%s", r.code, r.out, r.stderr)
	}
	says(t, r.stderr, "cannot be written", "--library")
	if a := p.search("--limit", "3", "a cat"); len(a.Hits) == 0 {
		t.Error("a library that can only be read finds nothing")
	}
}

func TestSettingsThatCannotBeUsed(t *testing.T) {
	p := newProgram(t)
	p.settings("[supervisor]", "call_timeuot = \"3s\"")
	r := p.want(1, "status")
	says(t, r.stderr, "settings.toml", "call_timeuot", "call_timeout", "delete the line")
	p.settings("[supervisor]", "call_timeout = \"3 parsecs\"")
	says(t, p.want(1, "status").stderr, "settings.toml", "supervisor.call_timeout", "3 parsecs")
}

// A decoder that hangs with a photo in hand is ended when the time is up. Here both decoders are stopped from outside,
// again and again, so that some photo hangs twice; it is quarantined, and all others are indexed.
func TestDecoderThatHangsIsEnded(t *testing.T) {
	p := newProgram(t)
	p.settings("[supervisor]", "call_timeout = \"1s\"", "decoders = 1")
	photos := copyTree(t, filepath.Join(samplePhotos(), "2018"))
	must(t, os.WriteFile(filepath.Join(photos, "zz.jpg"), testkit.Picture(1), 0o644))
	r := p.begin("--json", "index", photos)
	stopped := map[int]bool{}
	waitFor(t, 60*time.Second, "two decoders that were stopped in their work", func() bool {
		for _, pid := range r.workers("decode") {
			if !stopped[pid] && len(stopped) < 2 && busy(pid) {
				if syscall.Kill(pid, syscall.SIGSTOP) == nil {
					stopped[pid] = true
				}
			}
		}
		return r.ended()
	})
	end := r.wait(time.Second)
	if end.code != 0 && end.code != 3 {
		t.Fatalf("ended with %d:\n%s\n%s", end.code, end.out, end.stderr)
	}
	if len(stopped) == 0 {
		t.Fatal("no decoder was caught at work")
	}
	lines := strings.Split(strings.TrimSpace(end.out), "\n")
	var last indexed
	decode(t, lines[len(lines)-1], &last)
	if len(last.Failed) > 1 || last.Indexed+len(last.Failed) != last.Found {
		t.Errorf("%+v", last)
	}
	for _, f := range last.Failed {
		if f.Kind != "quarantined" {
			t.Errorf("%+v", f)
		}
		says(t, f.Reason, "longer than", "until the file changes")
	}
	noOrphans(t, "hanging decoders")
}

// busy says whether a process has used processor time: it is past its start.
func busy(pid int) bool { return residentOf(pid) > 40<<20 }
