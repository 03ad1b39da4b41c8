package endtoend

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend/library/store"
)

const operations = 100

// TestWatchFollowsWhatHappens changes a watched tree in a hundred random ways. Five seconds after the last of them the
// library lists what is there, then every photo can be found, and no picture was looked at twice.
func TestWatchFollowsWhatHappens(t *testing.T) {
	p := newProgram(t)
	above := t.TempDir()
	c := &changer{t: t, root: filepath.Join(above, "watched"), outside: t.TempDir(), random: rand.New(rand.NewPCG(seed, operations)), //nolint:gosec // repeatable
		pictures: differentMade(t), contents: map[string]bool{}, kinds: map[string]int{}}
	c.mkdir(c.root)
	for range 6 {
		c.create()
	}
	w := p.watch(c.root)
	p.idle(time.Minute, len(c.files()))
	for range operations {
		c.change()
	}
	st := p.reader()
	begun := time.Now()
	waitFor(t, 5*time.Second, "rows that equal a fresh walk", func() bool {
		w.mustRun("before it knew what is there")
		return maps.Equal(sizes(t, p, st), c.sizes())
	})
	t.Logf("%v; %d files are left, whose rows were right after %s", c.kinds, len(c.files()), time.Since(begun).Round(10*time.Millisecond))
	p.idle(time.Minute, len(c.files()))
	c.compare(p.dump())
	n := counters(t, st)
	if n["inferences"] > int64(len(c.contents)) || n["inferences"] < int64(len(c.present())) {
		t.Errorf("%d inferences; %d pictures were there at some time and %d are now", n["inferences"], len(c.contents), len(c.present()))
	}
	if failures, err := st.Failures(t.Context()); err != nil || len(failures) > 0 {
		t.Errorf("failures: %v, %v", failures, err)
	}

	away := filepath.Join(above, "away")
	c.rename(c.root, away)
	waitFor(t, 10*time.Second, "word that the folder is offline", func() bool { return folderState(t, st) == store.FolderOffline })
	if have := p.dump(); len(have) != len(walk(t, away)) {
		t.Errorf("of %d photos %d are kept while their folder is away", len(walk(t, away)), len(have))
	}
	c.rename(away, c.root)
	waitFor(t, 10*time.Second, "word that the folder is back", func() bool { return folderState(t, st) == store.FolderOnline })
	c.random = rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // repeatable
	c.create()
	p.idle(20*time.Second, len(c.files()))
	c.compare(p.dump())
	if after := counters(t, st); after["inferences"] > n["inferences"]+1 || after["files_hashed"] > n["files_hashed"]+1 {
		t.Errorf("a folder that was away cost work: before %v, after %v", n, after)
	}
	w.kill()
	noOrphans(t, "the watcher's end")
	p.sound()
}

func folderState(t *testing.T, st *store.Store) store.FolderState {
	t.Helper()
	folders, err := st.Folders(t.Context())
	if err != nil || len(folders) != 1 {
		t.Fatalf("folders %v, %v", folders, err)
	}
	return folders[0].State
}

// sizes are the rows of a library: path → size, where it is known. Rows that wait know it, and those that do not are
// taken by their photo's bytes.
func sizes(t *testing.T, p *program, st *store.Store) map[string]int64 {
	t.Helper()
	rows := map[string]int64{}
	for path, r := range p.dump() {
		id, err := hex.DecodeString(r.photo)
		if err != nil {
			t.Fatal(err)
		}
		num, ok, err := st.NumOf(t.Context(), [sha256.Size]byte(id))
		if err != nil || !ok {
			continue // it went since
		}
		records, err := st.Records(t.Context(), []int64{num})
		if err != nil {
			t.Fatal(err)
		}
		for _, record := range records {
			rows[path] = record.Bytes
		}
	}
	var after *store.Pending
	for {
		page, err := st.NewestPending(t.Context(), after, 1000)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			return rows
		}
		after = &page[len(page)-1]
		for _, row := range page {
			rows[row.Path()] = row.Size
		}
	}
}

// walk maps the photos below a folder to their sizes.
func walk(t *testing.T, dir string) map[string]int64 {
	t.Helper()
	all := map[string]int64{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !strings.HasSuffix(path, ".jpg") {
			return err
		}
		info, err := d.Info()
		if err == nil {
			all[path] = info.Size()
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// changer does random things to a tree of photos.
type changer struct {
	t             *testing.T
	root, outside string
	random        *rand.Rand
	pictures      []string        // files with different pictures
	contents      map[string]bool // pictures that were in the tree at some time
	names         int
	kinds         map[string]int
}

func (c *changer) sizes() map[string]int64 { c.t.Helper(); return walk(c.t, c.root) }

func (c *changer) files() []string { return slices.Sorted(maps.Keys(walk(c.t, c.root))) }

// dirs lists the directories of the tree; the first is its root.
func (c *changer) dirs() []string {
	c.t.Helper()
	var all []string
	c.must(filepath.WalkDir(c.root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			all = append(all, path)
		}
		return err
	}))
	return all
}

func (c *changer) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

func (c *changer) mkdir(dir string)       { c.t.Helper(); c.must(os.MkdirAll(dir, 0o755)) }
func (c *changer) rename(from, to string) { c.t.Helper(); c.must(os.Rename(from, to)) }

func one[T any](c *changer, of []T) T { return of[c.random.IntN(len(of))] }

func (c *changer) name(ending string) string {
	c.names++
	return fmt.Sprintf("n%03d%s", c.names, ending)
}

// picture returns the bytes of a picture, which may have been used before.
func (c *changer) picture() []byte {
	c.t.Helper()
	data, err := os.ReadFile(one(c, c.pictures))
	c.must(err)
	return data
}

func (c *changer) write(path string) {
	c.t.Helper()
	data := c.picture()
	c.contents[string(data)] = true
	c.must(os.WriteFile(path, data, 0o600))
}

func (c *changer) create() { c.t.Helper(); c.write(filepath.Join(one(c, c.dirs()), c.name(".jpg"))) }

// change does one thing.
func (c *changer) change() {
	c.t.Helper()
	files, dirs := c.files(), c.dirs()
	kinds := []string{"create", "create", "nested", "move in"}
	if len(files) > 5 {
		kinds = append(kinds, "delete", "rename", "save", "save", "move out", "copy")
	}
	if len(dirs) > 3 {
		kinds = append(kinds, "rename tree", "rename tree", "move tree out and in")
	}
	if len(dirs) > 3 && len(files) > 20 {
		kinds = append(kinds, "delete tree")
	}
	kind := one(c, kinds)
	c.kinds[kind]++
	switch kind {
	case "create":
		c.create()
	case "nested":
		dir := filepath.Join(one(c, dirs), c.name(""), "deep", "deeper")
		c.mkdir(dir)
		c.write(filepath.Join(filepath.Dir(dir), c.name(".jpg")))
		c.write(filepath.Join(dir, c.name(".jpg")))
	case "move in":
		ready := filepath.Join(c.outside, c.name(".jpg"))
		c.write(ready)
		c.rename(ready, filepath.Join(one(c, dirs), c.name(".jpg")))
	case "delete":
		c.must(os.Remove(one(c, files)))
	case "rename":
		c.rename(one(c, files), filepath.Join(one(c, dirs), c.name(".jpg")))
	case "save":
		file := one(c, files)
		beside := filepath.Join(filepath.Dir(file), c.name(".part"))
		c.write(beside)
		c.rename(beside, file)
	case "move out":
		c.rename(one(c, files), filepath.Join(c.outside, c.name(".jpg")))
	case "copy":
		copyFile(c.t, one(c, files), filepath.Join(one(c, dirs), c.name(".jpg")), nil)
	case "rename tree":
		dir := one(c, dirs[1:])
		c.rename(dir, filepath.Join(filepath.Dir(dir), c.name("")))
	case "move tree out and in":
		dir, out := one(c, dirs[1:]), filepath.Join(c.outside, c.name(""))
		c.rename(dir, out)
		c.rename(out, filepath.Join(c.root, c.name("")))
	case "delete tree":
		c.must(os.RemoveAll(one(c, dirs[1:])))
	}
}

// present are the contents of the tree, each once, with the paths that have it.
func (c *changer) present() map[string][]string {
	c.t.Helper()
	all := map[string][]string{}
	for _, file := range c.files() {
		data, err := os.ReadFile(file)
		c.must(err)
		id := sha256.Sum256(data)
		all[hex.EncodeToString(id[:])] = append(all[hex.EncodeToString(id[:])], file)
	}
	return all
}

// compare fails the test unless a library has a vector of every file that is there, under what its bytes are, and no other.
func (c *changer) compare(have map[string]row) {
	c.t.Helper()
	left := maps.Clone(have)
	for id, paths := range c.present() {
		for _, path := range paths {
			if r := have[path]; r.photo != id || r.vector == "" {
				c.t.Errorf("%q is photo %s, and the library says %q with %d characters of a vector", path, id, r.photo, len(r.vector))
			}
			delete(left, path)
		}
	}
	for path := range left {
		c.t.Errorf("the library lists %q, which is not there", path)
	}
}
