package picture

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"testing"

	"golang.org/x/image/bmp"

	"pixeldetective/backend/internal/testkit"
)

// A preview is as large as it was asked to be, however much a thumbnail's pixels would have been shrunk.
func TestPreviewIsAsLargeAsAskedFor(t *testing.T) {
	grey := image.NewGray(image.Rect(0, 0, 4000, 3000))
	var packed, plain bytes.Buffer
	if err := png.Encode(&packed, grey); err != nil {
		t.Fatal(err)
	}
	if err := bmp.Encode(&plain, grey); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		data          []byte
		side          int
		width, height int
	}{
		"JPEG":           {testkit.LargePicture(4000, 3000), 2048, 2048, 1536},
		"tall JPEG":      {testkit.LargePicture(1000, 8000), 2048, 256, 2048},
		"thin JPEG":      {testkit.LargePicture(6000, 20), 2048, 2048, 7},
		"shrunk by much": {testkit.LargePicture(12000, 9000), 2048, 2048, 1536},
		"PNG":            {packed.Bytes(), 2048, 2048, 1536},
		"BMP":            {plain.Bytes(), 1500, 1500, 1125},
		"small":          {testkit.LargePicture(640, 480), 2048, 640, 480},
	} {
		r, err := Decode(t.Context(), Job{Data: c.data, ThumbnailSide: c.side, Preview: true})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		have, err := jpeg.DecodeConfig(bytes.NewReader(r.Thumbnail))
		if err != nil || have.Width != c.width || have.Height != c.height {
			t.Errorf("%s: %d × %d, %v; want %d × %d", name, have.Width, have.Height, err, c.width, c.height)
		}
		if !r.PixelDigest.IsZero() || r.Metadata.Width == 0 {
			t.Errorf("%s: digest %s, width %d", name, r.PixelDigest, r.Metadata.Width)
		}
	}
	if _, err := Decode(t.Context(), Job{Data: testkit.LargePicture(64, 64), Preview: true}); err == nil {
		t.Error("a preview of no size was made")
	}
}
