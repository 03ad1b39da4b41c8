package endtoend

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// says fails the test if text lacks a part.
func says(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			t.Errorf("%q does not say %q", text, part)
		}
	}
}

func TestFoldersThatCannotBeIndexed(t *testing.T) {
	p := newProgram(t)
	base := t.TempDir()
	file := filepath.Join(base, "file.jpg")
	if err := os.WriteFile(file, []byte("x"), 0o644); err != nil {
		t.Fatal(err)
	}
	missing := filepath.Join(base, "missing")
	r := p.want(1, "index", missing)
	says(t, r.stderr, "there is no folder", missing, "check its name")
	r = p.want(1, "index", file)
	says(t, r.stderr, file, "is not a folder")
	if r.out != "" {
		t.Errorf("on standard output: %q", r.out)
	}
	r = p.want(1, "index")
	says(t, r.stderr, "no folder in the library", "pixel-detective index FOLDER")

	empty := filepath.Join(base, "empty")
	if err := os.Mkdir(empty, 0o755); err != nil {
		t.Fatal(err)
	}
	if got := p.index(0, empty); got.Found != 0 || len(got.Failed) != 0 {
		t.Errorf("an empty folder: %+v", got)
	}
	if a := p.search("dog"); len(a.Hits) != 0 || len(a.Notes) == 0 {
		t.Errorf("a search in an empty library: %+v", a)
	}
}

// A person who may not read a folder or a file is told so, and the rest is indexed. Root may read all, so the program runs
// as nobody here.
func TestUnreadableFolderAndFile(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root can run the program as somebody else")
	}
	p := newProgram(t)
	base, err := os.MkdirTemp("", "pixel-detective-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(base) })
	photos, library := filepath.Join(base, "photos"), filepath.Join(base, "library")
	for _, name := range []string{"open/a.jpg", "shut/b.jpg", "c.jpg"} {
		copyFile(t, firstSample(t), filepath.Join(photos, name), []byte(name))
	}
	must(t, os.Mkdir(library, 0o777))
	for _, dir := range []string{base, library, bin} {
		must(t, os.Chmod(dir, 0o777))
	}
	must(t, os.Chmod(filepath.Join(photos, "shut"), 0))
	must(t, os.Chmod(filepath.Join(photos, "c.jpg"), 0))
	p.library = library
	run := func(args ...string) result {
		cmd := p.command(t.Context(), args...)
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
		return output(t, cmd)
	}
	r := run("index", photos)
	if r.code != 3 {
		t.Fatalf("ended with %d, want 3:\n%s\n%s", r.code, r.out, r.stderr)
	}
	says(t, r.out, "1 indexed", "c.jpg", "not permitted", "shut")
	r = run("index", filepath.Join(photos, "shut"))
	if r.code != 1 {
		t.Fatalf("an unreadable folder ended with %d, want 1:\n%s\n%s", r.code, r.out, r.stderr)
	}
	says(t, r.stderr, "may not be read", "permissions")
	must(t, os.Chmod(filepath.Join(photos, "shut"), 0o755))
	must(t, os.Chmod(filepath.Join(photos, "c.jpg"), 0o644))
	if r = run("index", photos); r.code != 0 {
		t.Errorf("once it may be read it ended with %d:\n%s\n%s", r.code, r.out, r.stderr)
	}
}

func TestFolderThatVanishesWhileIndexing(t *testing.T) {
	p := newProgram(t)
	photos := filepath.Join(t.TempDir(), "photos")
	must(t, os.CopyFS(photos, os.DirFS(samplePhotos())))
	other := copyTree(t, filepath.Join(samplePhotos(), "2018"))
	r := p.begin("--json", "index", photos, other)
	st := p.reader()
	waitFor(t, 30*time.Second, "the first photos", func() bool { return count(t, st).Embedded > 3 })
	must(t, os.Rename(photos, photos+"-away"))
	end := r.wait(time.Minute)
	if end.code != 0 && end.code != 3 {
		t.Fatalf("ended with %d:\n%s\n%s", end.code, end.out, end.stderr)
	}
	if c := count(t, st); c.Failed != 0 {
		t.Errorf("%d files of a folder that is gone are held against them", c.Failed)
	}
	s := p.status()
	offline := 0
	for _, f := range s.Library.Folders {
		if f.State == "offline" && f.Reason != "" {
			offline++
		}
	}
	if offline != 1 {
		t.Errorf("folders %+v; want one offline, with its reason", s.Library.Folders)
	}
	must(t, os.Rename(photos+"-away", photos))
	p.index(0, photos)
	if c := count(t, st); c.Pending != 0 || c.Failed != 0 {
		t.Errorf("after it came back: %+v", c)
	}
}

func TestNestedFoldersAreOne(t *testing.T) {
	p := newProgram(t)
	photos := copyTree(t, samplePhotos())
	part := p.index(0, filepath.Join(photos, "2018"))
	whole := p.index(0, photos)
	if whole.Found <= part.Found || whole.Unchanged != part.Found || whole.Hashed != whole.Found-part.Found {
		t.Errorf("a part: %+v; then the whole: %+v", part, whole)
	}
	if again := p.index(0, filepath.Join(photos, "2018")); again.Found != part.Found || again.Hashed != 0 {
		t.Errorf("the part again: %+v", again)
	}
	if s := p.status(); len(s.Library.Folders) != 1 {
		t.Errorf("folders %+v; want one", s.Library.Folders)
	}
}

func TestInterruptedIndexKeepsWhatIsDone(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		p := newProgram(t)
		photos := copyTree(t, samplePhotos())
		r := p.begin("index", photos)
		st := p.reader()
		waitFor(t, 30*time.Second, "the first photos", func() bool { return count(t, st).Embedded > 3 })
		r.signal(signal)
		end := r.wait(5 * time.Second)
		if end.code != 1 {
			t.Errorf("%s: ended with %d, want 1", signal, end.code)
		}
		says(t, end.stderr, "interrupted", "kept")
		noOrphans(t, signal.String())
		done := count(t, st).Embedded
		if rest := p.index(0, photos); int64(rest.Inferred) > int64(rest.Found)-done {
			t.Errorf("%s: %d photos were done, then %d of %d again", signal, done, rest.Inferred, rest.Found)
		}
	}
}

// firstSample is a photo that ships.
func firstSample(t *testing.T) string {
	t.Helper()
	files := jpegs(samplePhotos())
	if len(files) == 0 {
		t.Fatal("there are no sample photos")
	}
	return files[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// output runs a command to its end.
func output(t *testing.T, cmd *exec.Cmd) result {
	t.Helper()
	var out, stderr text
	cmd.Stdout, cmd.Stderr = &out, &stderr
	must(t, cmd.Start())
	_ = cmd.Wait() // its code is in ProcessState
	return result{cmd.ProcessState.ExitCode(), out.String(), stderr.String()}
}
