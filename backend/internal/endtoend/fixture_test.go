package endtoend

import (
	"crypto/sha256"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// photos is a folder of photos that no test changes: the sample ones in "sample", and small pictures in "made", which are
// parts of them, some mirrored. One sample photo is there twice, and so are its parts.
type photos struct {
	dir      string
	files    []string // absolute, sorted
	distinct int      // different contents
}

// sharedPhotos makes the photos once in a run of the tests.
//
//nolint:gochecknoglobals // a fixture that takes seconds to make
var sharedPhotos = sync.OnceValues(func() (photos, error) {
	p := photos{dir: filepath.Join(bin, "photos")}
	if err := os.CopyFS(filepath.Join(p.dir, "sample"), os.DirFS(samplePhotos())); err != nil {
		return p, err
	}
	for n, file := range jpegs(samplePhotos()) {
		if err := makeSmall(file, filepath.Join(p.dir, "made"), n); err != nil {
			return p, err
		}
	}
	contents := map[[sha256.Size]byte]bool{}
	err := filepath.WalkDir(p.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		p.files = append(p.files, path)
		contents[sha256.Sum256(data)] = true
		return err
	})
	p.distinct = len(contents)
	return p, err
})

func manyPhotos(t *testing.T) photos {
	t.Helper()
	p, err := sharedPhotos()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// jpegs lists the JPEG files in a tree, sorted.
func jpegs(dir string) []string {
	var files []string
	_ = filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err == nil && strings.EqualFold(filepath.Ext(path), ".jpg") {
			files = append(files, path)
		}
		return nil // what is not there is missed by the tests that need it
	})
	slices.Sort(files)
	return files
}

// partsOfOne is how many pictures are made of one.
const partsOfOne = 2

// makeSmall writes parts of a photo as small JPEG files without metadata.
func makeSmall(file, into string, n int) error {
	f, err := os.Open(file)
	if err != nil {
		return err
	}
	defer f.Close()
	whole, err := jpeg.Decode(f)
	if err != nil {
		return fmt.Errorf("decoding %q: %w", file, err)
	}
	for part := range partsOfOne {
		dir := filepath.Join(into, fmt.Sprintf("%02d", n%5), fmt.Sprint(part))
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
		out, err := os.Create(filepath.Join(dir, fmt.Sprintf("p%03d.jpg", n)))
		if err != nil {
			return err
		}
		err = jpeg.Encode(out, cut(whole, part), &jpeg.Options{Quality: 85})
		if closed := out.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// cut takes a part of a picture, every third pixel of it, mirrored if the part's number is odd.
func cut(whole image.Image, part int) image.Image {
	const step = 3
	b := whole.Bounds()
	b.Min.X += b.Dx() * part / 10
	b.Min.Y += b.Dy() * part / 12
	small := image.NewRGBA(image.Rect(0, 0, b.Dx()/step, b.Dy()/step))
	for y := range small.Rect.Dy() {
		for x := range small.Rect.Dx() {
			from := x
			if part%2 == 1 {
				from = small.Rect.Dx() - 1 - x
			}
			small.Set(x, y, color.RGBAModel.Convert(whole.At(b.Min.X+step*from, b.Min.Y+step*y)))
		}
	}
	return small
}

// clean is what a library holds of all those photos after an index run that nothing disturbed.
type clean struct {
	rows     map[string]row
	counters map[string]int64
}

//nolint:gochecknoglobals // a fixture that takes half a minute to make
var sharedClean struct {
	once sync.Once
	clean
}

func cleanRun(t *testing.T) clean {
	t.Helper()
	all := manyPhotos(t)
	sharedClean.once.Do(func() {
		p := newProgram(t)
		r := p.index(0, all.dir)
		if r.Found != len(all.files) || r.Indexed != len(all.files) || r.Inferred != all.distinct {
			t.Errorf("%d files with %d contents, and the run says %+v", len(all.files), all.distinct, r)
		}
		p.sound()
		sharedClean.clean = clean{p.dump(), p.status().Counters}
	})
	if len(sharedClean.rows) != len(all.files) {
		t.Fatalf("the clean run has %d of %d files", len(sharedClean.rows), len(all.files))
	}
	return sharedClean.clean
}

// sameRows compares what libraries hold of the files below a folder.
func sameRows(t *testing.T, have, want map[string]row, dir string) {
	t.Helper()
	bad := 0
	for path, w := range want {
		if !strings.HasPrefix(path, dir+"/") {
			continue
		}
		switch h, ok := have[path]; {
		case !ok:
			t.Errorf("%q is missing", path)
		case h.photo != w.photo:
			t.Errorf("%q is photo %s, not %s", path, h.photo, w.photo)
		case h.vector == "":
			t.Errorf("%q has no vector", path)
		case h.vector != w.vector:
			t.Errorf("%q has another vector than after a clean run", path)
		default:
			continue
		}
		if bad++; bad == 20 {
			t.Fatal("… and more")
		}
	}
	for path := range have {
		if _, ok := want[path]; !ok {
			t.Errorf("%q is there and should not be", path)
		}
	}
}
