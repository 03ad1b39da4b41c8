package endtoend

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// someMade copies n of the small pictures into a new folder, by the names p00.jpg, p01.jpg …, two folders deep.
func someMade(t *testing.T, n int) (dir string, files []string) {
	t.Helper()
	dir = t.TempDir()
	return dir, addMade(t, filepath.Join(dir, "roll", "one"), 0, n)
}

// addMade copies n of the small pictures, from the given one on, into a folder.
func addMade(t *testing.T, dir string, from, n int) []string {
	t.Helper()
	var files []string
	for i, file := range differentMade(t)[from : from+n] {
		to := filepath.Join(dir, fmt.Sprintf("p%02d.jpg", i))
		copyFile(t, file, to, nil)
		files = append(files, to)
	}
	return files
}

// differentMade lists small pictures, no two of which have the same bytes.
func differentMade(t *testing.T) []string {
	t.Helper()
	manyPhotos(t)
	seen := map[string]bool{}
	return slices.DeleteFunc(jpegs(filepath.Join(bin, "photos", "made")), func(file string) bool {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		was := seen[string(data)]
		seen[string(data)] = true
		return was
	})
}

// setKeyword writes a keyword into a JPEG file as XMP (XMP specification part 3, 1.1.3: an APP1 segment after the start of
// the image), in the place of XMP that is there. The picture itself stays byte for byte.
func setKeyword(t *testing.T, file, keyword string) {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	const name = "http://ns.adobe.com/xap/1.0/\x00"
	rest := data[2:] // after the start of the image
	if length := binary.BigEndian.Uint16(rest[2:]); rest[1] == 0xE1 && bytes.HasPrefix(rest[4:], []byte(name)) {
		rest = rest[2+int(length):]
	}
	packet := name + xmp(keyword)
	segment := append([]byte{0xFF, 0xD8, 0xFF, 0xE1}, binary.BigEndian.AppendUint16(nil, uint16(len(packet)+2))...) //nolint:gosec // 600 bytes
	segment = append(segment, packet...)
	if err := os.WriteFile(file, append(segment, rest...), 0o600); err != nil {
		t.Fatal(err)
	}
}

// xmp is a packet with one keyword.
func xmp(keyword string) string {
	return `<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">` +
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" ` +
		`xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag><rdf:li>` + keyword +
		`</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>`
}

// wantWork fails the test if an index run did other work than told.
func wantWork(t *testing.T, r indexed, what string, hashed, decoded, inferred int) {
	t.Helper()
	if r.Hashed != hashed || r.Decoded != decoded || r.Inferred != inferred || len(r.Failed) != 0 {
		t.Errorf("%s: want %d hashed, %d decoded, %d inferred: %+v", what, hashed, decoded, inferred, r)
	}
}

// findsByKeyword fails the test unless the first answer to a word is this file, because of its keyword.
func (p *program) findsByKeyword(word, file string) {
	p.t.Helper()
	a := p.search("--limit", "3", word)
	if len(a.Hits) == 0 || !slices.Contains(a.Hits[0].Paths, file) {
		p.t.Errorf("%q does not find %q: %+v", word, file, a.Hits)
		return
	}
	if !byKeyword(a.Hits[0]) {
		p.t.Errorf("%q finds %q, but not by its keyword: %+v", word, file, a.Hits[0].Why)
	}
}

// byKeyword says whether a keyword is among the reasons of a hit.
func byKeyword(h hit) bool {
	return slices.ContainsFunc(h.Why, func(w reason) bool { return w.Source == "keyword" })
}

// TestWhatAChangeCosts changes files one after the other, and asks each time what the next run did. No change but that of
// the picture itself costs an inference.
func TestWhatAChangeCosts(t *testing.T) {
	p := newProgram(t)
	dir, files := someMade(t, 12)
	wantWork(t, p.index(0, dir), "the first run", 12, 12, 12)
	vectors := func() (all []string) {
		for _, r := range p.dump() {
			all = append(all, r.vector)
		}
		slices.Sort(all)
		return all
	}
	first := vectors()
	wantWork(t, p.index(0, dir), "nothing changed", 0, 0, 0)

	setKeyword(t, files[3], "zirconium")
	wantWork(t, p.index(0, dir), "a keyword was written", 1, 1, 0)
	p.findsByKeyword("zirconium", files[3])
	setKeyword(t, files[3], "molybdenum")
	wantWork(t, p.index(0, dir), "a keyword was rewritten", 1, 1, 0)
	p.findsByKeyword("molybdenum", files[3])
	if a := p.search("zirconium"); slices.ContainsFunc(a.Hits, byKeyword) {
		t.Errorf("the old keyword is found still: %+v", a.Hits)
	}

	now := time.Now().Add(-time.Hour)
	if err := os.Chtimes(files[4], now, now); err != nil {
		t.Fatal(err)
	}
	if r := p.index(0, dir); r.Hashed != 1 || r.Inferred != 0 || r.Indexed != 1 {
		t.Errorf("a file was touched: %+v", r)
	}

	sidecar := strings.TrimSuffix(files[5], ".jpg") + ".xmp"
	if err := os.WriteFile(sidecar, []byte(xmp("praseodymium")), 0o600); err != nil {
		t.Fatal(err)
	}
	wantWork(t, p.index(0, dir), "a sidecar appeared", 1, 1, 0)
	p.findsByKeyword("praseodymium", files[5])
	if err := os.Remove(sidecar); err != nil {
		t.Fatal(err)
	}
	if r := p.index(0, dir); r.Inferred != 0 {
		t.Errorf("a sidecar went: %+v", r)
	}

	renamed := filepath.Join(filepath.Dir(files[6]), "renamed.jpg")
	if err := os.Rename(files[6], renamed); err != nil {
		t.Fatal(err)
	}
	wantWork(t, p.index(0, dir), "a file was renamed", 1, 0, 0)
	copyFile(t, files[7], filepath.Join(dir, "copy.jpg"), nil)
	wantWork(t, p.index(0, dir), "a file was copied", 1, 0, 0)
	if err := os.Remove(filepath.Join(dir, "copy.jpg")); err != nil {
		t.Fatal(err)
	}
	if err := os.Rename(filepath.Join(dir, "roll"), filepath.Join(dir, "moved")); err != nil {
		t.Fatal(err)
	}
	if r := p.index(0, dir); r.Removed != 13 || r.Indexed != 12 || r.Decoded != 0 || r.Inferred != 0 {
		t.Errorf("a tree was moved: %+v", r)
	}
	if !slices.Equal(vectors(), first) {
		t.Error("the vectors are not those of the first run")
	}
	p.sound()
}

// TestASecondRunOpensNoPhoto asks the kernel: strace lists every file that the program and its workers open.
func TestASecondRunOpensNoPhoto(t *testing.T) {
	strace := needStrace(t)
	p := newProgram(t)
	dir, files := someMade(t, 12)
	p.index(0, dir)
	if opened := p.traced(strace, "index", dir); len(opened) != 0 {
		t.Errorf("a second run opened %q", opened)
	}
	// The same look sees one file that has changed, and no other.
	now := time.Now().Add(-time.Hour)
	if err := os.Chtimes(files[4], now, now); err != nil {
		t.Fatal(err)
	}
	if opened := p.traced(strace, "index", dir); !slices.Equal(opened, []string{"p04.jpg"}) {
		t.Errorf("after p04.jpg was touched, the program opened %q", opened)
	}
}

// needStrace skips the test where processes may not be traced.
func needStrace(t *testing.T) string {
	t.Helper()
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not installed")
	}
	out, err := exec.Command(strace, "-f", "-o", os.DevNull, "true").CombinedOutput()
	if err != nil {
		t.Skipf("strace may not trace processes here: %s", out)
	}
	return strace
}

// traced runs the program and returns the names of photos that were opened by anybody below it, each once.
func (p *program) traced(strace string, args ...string) []string {
	p.t.Helper()
	trace := filepath.Join(p.t.TempDir(), "trace")
	line := append([]string{"-f", "-e", "trace=open,openat,openat2,creat,open_by_handle_at", "-o", trace}, p.command(p.t.Context(), args...).Args...)
	cmd := exec.CommandContext(p.t.Context(), strace, line...)
	cmd.Env = p.env
	out, err := cmd.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		p.t.Fatal(err)
	}
	if code := cmd.ProcessState.ExitCode(); code != 0 {
		p.t.Fatalf("%q ended with %d under strace and wrote:\n%s", args, code, out)
	}
	seen, err := os.ReadFile(trace)
	if err != nil {
		p.t.Fatal(err)
	}
	if !bytes.Contains(seen, []byte("index.db")) {
		p.t.Fatalf("the trace shows nothing of what the program surely does:\n%s", seen)
	}
	var opened []string
	for line := range strings.Lines(string(seen)) {
		if end := strings.Index(line, `.jpg"`); end >= 0 {
			opened = append(opened, line[strings.LastIndexAny(line[:end], `"/`)+1:end]+".jpg")
		}
	}
	slices.Sort(opened)
	return slices.Compact(opened)
}
