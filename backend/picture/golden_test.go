package picture

import (
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"pixeldetective/backend/picture/container"
	"pixeldetective/backend/picture/metadata"
	"pixeldetective/backend/picture/resize"
)

func readJSON(t testing.TB, path string, into any) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, into); err != nil {
		t.Fatal(err)
	}
}

func readPNG(t testing.TB, path string) *resize.RGB {
	t.Helper()
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	m, err := png.Decode(file)
	if err != nil {
		t.Fatal(err)
	}
	return fromImage(m)
}

func fromImage(m image.Image) *resize.RGB {
	b := m.Bounds()
	p := &resize.RGB{Width: b.Dx(), Height: b.Dy()}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			p.Pix = append(p.Pix, c.R, c.G, c.B)
		}
	}
	return p
}

// shown is the pixel buffer that Decode works on, copied.
func shown(t testing.TB, path string) *resize.RGB {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	limits := Limits{MaxPixels: DefaultMaxPixels, MaxBytes: DefaultMaxBytes}
	f, err := container.Open(data, "", container.Limits{MaxPixels: limits.MaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	orientation := metadata.Read(f, nil).Orientation
	if f.Upright {
		orientation = 0
	}
	turn.Lock()
	defer turn.Unlock()
	b, err := decodePixels(f, orientation, limits)
	if err != nil {
		t.Fatal(err)
	}
	defer b.free()
	return &resize.RGB{Width: b.pixels.Width, Height: b.pixels.Height, Pix: append([]byte(nil), b.pixels.Pix...)}
}

// differences returns the mean and the largest difference of two pictures of one size.
func differences(t testing.TB, got, want *resize.RGB) (mean float64, largest int) {
	t.Helper()
	if got.Width != want.Width || got.Height != want.Height {
		t.Fatalf("%d × %d, want %d × %d", got.Width, got.Height, want.Width, want.Height)
	}
	for i, v := range want.Pix {
		d := int(got.Pix[i]) - int(v)
		mean += float64(max(d, -d))
		largest = max(largest, d, -d)
	}
	return mean / float64(len(want.Pix)), largest
}

func TestOrientation(t *testing.T) {
	var expected struct {
		Files []struct {
			File     string
			MustShow string `json:"must_show"`
			Note     string
		}
	}
	readJSON(t, "testdata/orientation/expected.json", &expected)
	if len(expected.Files) != 24 {
		t.Fatalf("%d files, want 24", len(expected.Files))
	}
	upright := readPNG(t, "testdata/orientation/upright.png")
	stored := shown(t, "testdata/orientation/none.jpg")
	for _, f := range expected.Files {
		t.Run(f.File, func(t *testing.T) {
			got := shown(t, filepath.Join("testdata/orientation", f.File))
			want := upright
			if f.MustShow != "upright.png" {
				want = stored
			}
			mean, largest := differences(t, got, want)
			lossless := filepath.Ext(f.File) == ".png" || filepath.Ext(f.File) == ".tif"
			if mean > 2 || largest > 40 || lossless && largest > 0 {
				t.Errorf("%s: mean difference %.2f, largest %d", f.Note, mean, largest)
			}
		})
	}
}

// Turning by an orientation, then comparing each corner, without any file.
func TestUprightCorners(t *testing.T) {
	// a b c
	// d e f
	src := &resize.RGB{Width: 3, Height: 2, Pix: []byte("aaabbbcccdddeeefff")}
	for orientation, want := range map[int]string{
		1: "abcdef", 2: "cbafed", 3: "fedcba", 4: "defabc", 5: "adbecf", 6: "daebfc", 7: "fcebda", 8: "cfbead", 0: "abcdef", 9: "abcdef",
	} {
		out := upright(src, orientation)
		var got []byte
		for i := 0; i < len(out.Pix); i += 3 {
			got = append(got, out.Pix[i])
		}
		wantWidth := 3
		if orientation >= 5 && orientation <= 8 {
			wantWidth = 2
		}
		if string(got) != want || out.Width != wantWidth {
			t.Errorf("orientation %d: %s of width %d, want %s of %d", orientation, got, out.Width, want, wantWidth)
		}
	}
}

func TestColourModes(t *testing.T) {
	var goldens struct {
		Modes []struct {
			File, RGB string
			Mode      string `json:"pil_mode"`
		}
	}
	readJSON(t, "testdata/modes/goldens.json", &goldens)
	for _, m := range goldens.Modes {
		t.Run(m.File, func(t *testing.T) {
			got := shown(t, filepath.Join("testdata/modes", m.File))
			want := readPNG(t, filepath.Join("testdata/modes", m.RGB))
			mean, largest := differences(t, got, want)
			limit := 0
			switch m.File {
			case "grey16.png", "grey16.tif":
				// Pillow clips at 255; the scaled value is what the 8-bit twin shows.
				mean, largest = differences(t, got, readPNG(t, "testdata/modes/grey.png.rgb.png"))
				limit = 1
			case "cmyk_adobe.jpg", "cmyk.tif", "rgb_420.jpg", "rgb_444.jpg", "progressive.jpg", "rgba.webp":
				limit = 3
			}
			t.Logf("mean difference %.3f, largest %d", mean, largest)
			if largest > limit {
				t.Errorf("mean difference %.3f, largest %d, limit %d", mean, largest, limit)
			}
		})
	}
}

// Fingerprints and thumbnails of one picture in many files.
func TestSamePixelsSameDigest(t *testing.T) {
	read := func(name string) Result {
		t.Helper()
		data, err := os.ReadFile(filepath.Join("testdata/orientation", name))
		if err != nil {
			t.Fatal(err)
		}
		r, err := Decode(context.Background(), usualJob(data, filepath.Ext(name)))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	png, tif := read("orientation_6.png"), read("orientation_6.tif")
	if png.PixelDigest != tif.PixelDigest {
		t.Error("the same pixels in PNG and TIFF have different digests")
	}
	if png.Metadata.Width != 160 || png.Metadata.Height != 96 {
		t.Errorf("%d × %d upright", png.Metadata.Width, png.Metadata.Height)
	}
	none, one := read("none.jpg"), read("orientation_1.jpg")
	if none.PixelDigest == png.PixelDigest {
		t.Error("other pixels have the same digest")
	}
	if one.PerceptualHash != png.PerceptualHash {
		t.Errorf("hashes of a re-encoding: %016x, %016x", one.PerceptualHash, png.PerceptualHash)
	}
	if len(none.Inputs) != 1 || len(none.Inputs[0]) != 384*384*3 {
		t.Error("no input of the size asked for")
	}
}
