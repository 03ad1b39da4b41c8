package metadata

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/picture/container"
)

// Any bytes as EXIF, XMP, IPTC and sidecar: what comes out keeps photo.Metadata's promises.
func FuzzRead(f *testing.F) {
	files, err := filepath.Glob("testdata/*.*")
	if err != nil {
		f.Fatal(err)
	}
	more, err := filepath.Glob(filepath.Join(testkit.HostilePictures(f), "image", "metadata", "*"))
	if err != nil || len(files) < 20 || len(more) < 15 {
		f.Fatalf("%d and %d seeds: %v", len(files), len(more), err)
	}
	for _, path := range append(files, more...) {
		data, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		if strings.HasSuffix(path, ".xmp") {
			f.Add([]byte(nil), []byte(nil), []byte(nil), data)
			continue
		}
		p, err := container.Open(data, "", limits)
		if err != nil {
			continue
		}
		var exif, xmp []byte
		if len(p.Exif) > 0 {
			exif = p.Exif[0]
		}
		if len(p.XMP) > 0 {
			xmp = p.XMP[0]
		}
		f.Add(exif, xmp, p.IPTC, []byte(nil))
	}
	f.Fuzz(func(t *testing.T, exif, xmp, iptc, sidecar []byte) {
		checkClean(t, Read(&container.File{Exif: [][]byte{exif}, XMP: [][]byte{xmp}, IPTC: iptc}, sidecar))
		checkClean(t, Read(&container.File{CR3: container.CR3Blocks{Main: exif, Exif: exif, GPS: exif}, Preview: [][]byte{exif}}, nil))
	})
}
