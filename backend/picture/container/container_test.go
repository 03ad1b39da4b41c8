package container

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pixeldetective/backend/internal/testkit"
)

// seeds gives each small hostile and control file to a fuzz target.
func seeds(f *testing.F, add func(data []byte, extension string)) {
	f.Helper()
	n := 0
	err := filepath.WalkDir(testkit.HostilePictures(f), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".py") || strings.HasSuffix(path, ".json") {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && len(data) < 8192 {
			add(data, strings.TrimPrefix(filepath.Ext(path), "."))
			n++
		}
		return err
	})
	if err != nil || n < 100 {
		f.Fatalf("%d seeds: %v", n, err)
	}
	for format, data := range rawFiles(f) {
		add(data, string(format))
	}
	heif, _ := heifWithExif(f)
	add(heif, "heic")
}

// Whatever the bytes: no panic, no loop, a sentence if refused, a size within the limits if not.
func FuzzOpen(f *testing.F) {
	seeds(f, func(data []byte, extension string) { f.Add(data, extension) })
	f.Fuzz(func(t *testing.T, data []byte, extension string) {
		const limit = 1e6
		file, err := Open(data, extension, Limits{MaxPixels: limit})
		if err != nil {
			var refused *RefusedError
			if !errors.As(err, &refused) || !strings.HasSuffix(refused.Reason, ".") {
				t.Fatalf("refused by %T %v", err, err)
			}
			return
		}
		if file.Width < 1 || file.Height < 1 || uint64(file.Width)*uint64(file.Height) > limit {
			t.Fatalf("%s of %d × %d", file.Format, file.Width, file.Height)
		}
		if len(file.Picture) == 0 || len(file.Picture) > len(data)+16 {
			t.Fatalf("%d bytes of picture out of %d", len(file.Picture), len(data))
		}
		if file.PictureFormat.Raw() {
			t.Fatalf("a %s for the decoder", file.PictureFormat)
		}
	})
}

// The file's bytes are the caller's: what a decoder must not see is taken out of a copy.
func TestInputIsNotChanged(t *testing.T) {
	pictures := testkit.HostilePictures(t)
	for _, name := range []string{"control/valid.gif", "control/valid.webp", "image/webp/riff_length_0.webp", "control/valid.jpg", "control/valid.png"} {
		path := filepath.Join(pictures, name)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		before := string(data)
		if _, err := Open(data, "", Limits{MaxPixels: 1e6}); err != nil {
			t.Fatal(err)
		}
		if string(data) != before {
			t.Errorf("%s was changed", name)
		}
	}
}

// No metadata reaches a native parser of JPEG, PNG or WebP.
func TestMetadataIsCutOut(t *testing.T) {
	for _, name := range []string{"01_full_north_east.jpg", "17_picture.png", "18_picture.webp"} {
		data, err := os.ReadFile(filepath.Join("../metadata/testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		f, err := Open(data, "", Limits{MaxPixels: 1e6})
		if err != nil {
			t.Fatal(err)
		}
		if len(f.Exif) == 0 {
			t.Errorf("%s: no EXIF found", name)
		}
		for _, mark := range []string{"Exif\x00\x00", "eXIf", "EXIF", "XMP ", "XML:com.adobe.xmp"} {
			if strings.Contains(string(f.Picture), mark) {
				t.Errorf("%s: the decoder would see %q", name, mark)
			}
		}
	}
}

func TestSniffGoesByContent(t *testing.T) {
	for content, want := range map[string]Format{
		"\xff\xd8\xff\xe0": JPEG, "\x89PNG\r\n\x1a\n": PNG, "GIF89a": GIF, "RIFF\x00\x00\x00\x00WEBP": WebP, "II*\x00\x08\x00\x00\x00": TIFF,
		"\xff\x0a": JXL, "IIRS\x08\x00\x00\x00": ORF, "IIU\x00\x08\x00\x00\x00": RW2, "\x00\x00\x00\x14ftypmif1\x00\x00\x00\x00avif": AVIF,
		"\x00\x00\x00\x14ftypmif1\x00\x00\x00\x00heic": HEIC, "\x00\x00\x00\x10ftypcrx \x00\x00\x00\x00": CR3,
		"<svg xmlns=''></svg>": "", "%PDF-1.4": "", "P6 1 1 255 aaa": "", "push graphic-context": "", "#EXTM3U": "", "": "", "\xff\xd8": "", "BM": "",
		"\x00\x00\x00\x14ftypisom\x00\x00\x00\x00mp42": "", "II+\x00\x08\x00\x00\x00": "", "\x00\x00\x00\x0cjP  \r\n\x87\n": "", "8BPS\x00\x01": "",
	} {
		got, err := Sniff([]byte(content), "png")
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q is taken for %q, %v", content, got, err)
		}
	}
}
