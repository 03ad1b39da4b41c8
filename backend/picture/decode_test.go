package picture

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"image"
	_ "image/jpeg"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"pixeldetective/backend/internal/testkit"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/picture/container"
	"pixeldetective/backend/picture/metadata"
	"pixeldetective/backend/picture/resize"
)

func decodeFile(t testing.TB, path string, change func(*Job)) (Result, error) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	j := usualJob(data, filepath.Ext(path))
	if change != nil {
		change(&j)
	}
	return Decode(context.Background(), j)
}

func TestThumbnail(t *testing.T) {
	for side, want := range map[int]image.Point{320: {320, 213}, 100: {100, 67}, 5000: {1200, 800}} {
		data := encodeJPEG(t, photoLike(1200, 800), 90)
		r, err := Decode(context.Background(), Job{Data: data, ThumbnailSide: side})
		if err != nil {
			t.Fatal(err)
		}
		c, kind, err := image.DecodeConfig(bytes.NewReader(r.Thumbnail))
		if err != nil || kind != "jpeg" || (image.Point{c.Width, c.Height}) != want {
			t.Errorf("side %d: %s of %d × %d, %v", side, kind, c.Width, c.Height, err)
		}
	}
	r, err := decodeFile(t, "metadata/testdata/01_full_north_east.jpg", nil)
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(r.Thumbnail, []byte("Exif")) || bytes.Contains(r.Thumbnail, []byte("Canon")) {
		t.Error("the thumbnail carries metadata")
	}
	if r, _ := decodeFile(t, filepath.Join(testkit.HostilePictures(t), "control", "valid.png"), func(j *Job) { j.ThumbnailSide = 0 }); r.Thumbnail != nil {
		t.Error("a thumbnail that nobody asked for")
	}
}

// Fingerprints depend on the picture alone, not on what a job asks for.
func TestFingerprintsDoNotDependOnTheJob(t *testing.T) {
	data := encodeJPEG(t, photoLike(2000, 1600), 90)
	var first Result
	for i, j := range []Job{
		{Data: data}, {Data: data, ThumbnailSide: 64}, {Data: data, ThumbnailSide: 320, Inputs: []resize.Spec{{Width: 224, Height: 224, Fit: resize.CenterCrop, Filter: resize.Bicubic}}},
	} {
		r, err := Decode(context.Background(), j)
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			first = r
		}
		if r.PixelDigest != first.PixelDigest || r.PerceptualHash != first.PerceptualHash || first.PixelDigest.IsZero() || first.PerceptualHash == 0 {
			t.Errorf("job %d: %s %016x, want %s %016x", i, r.PixelDigest, r.PerceptualHash, first.PixelDigest, first.PerceptualHash)
		}
	}
	if first.Metadata.Width != 2000 || first.Metadata.Height != 1600 {
		t.Errorf("the size of the whole is lost: %d × %d", first.Metadata.Width, first.Metadata.Height)
	}
}

// The same photo smaller and worse compressed keeps nearly all bits; the hash of the mirrored one follows by flipping the
// sign of the odd coefficients along x, as photo.PerceptualHash says.
func TestPerceptualHash(t *testing.T) {
	big := photoLike(640, 480)
	small := resize.Resize(big, resize.Spec{Width: 200, Height: 150, Fit: resize.Stretch, Filter: resize.Bicubic})
	a, b := perceptualHash(big), perceptualHash(small)
	if n := bits.OnesCount64(uint64(a ^ b)); n > 2 {
		t.Errorf("a smaller version differs in %d bits", n)
	}
	mirrored := perceptualHash(upright(big, 2))
	var follows photo.PerceptualHash
	for i := range 64 {
		bit := a >> i & 1
		if i%8%2 == 1 {
			bit ^= 1
		}
		follows |= bit << i
	}
	if n := bits.OnesCount64(uint64(mirrored ^ follows)); n > 1 {
		t.Errorf("the mirrored one differs in %d bits from what follows", n)
	}
	transposed := perceptualHash(upright(big, 5))
	follows = 0
	for i := range 64 {
		follows |= (a >> i & 1) << (i%8*8 + i/8)
	}
	if n := bits.OnesCount64(uint64(transposed ^ follows)); n > 2 {
		t.Errorf("the transposed one differs in %d bits from what follows", n)
	}
	if a&1 != 0 {
		t.Error("the mean's bit is set")
	}
	if n := bits.OnesCount64(uint64(a)); n < 8 || n > 56 {
		t.Errorf("%d bits are set", n)
	}
}

func TestLimits(t *testing.T) {
	path := filepath.Join(testkit.HostilePictures(t), "control", "valid.jpg")
	for name, limits := range map[string]Limits{"bytes": {MaxBytes: 100}, "pixels": {MaxPixels: 96*64 - 1}} {
		_, err := decodeFile(t, path, func(j *Job) { j.Limits = limits })
		var refused *RefusedError
		if !errors.As(err, &refused) || !strings.Contains(refused.Reason, "too large") {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := decodeFile(t, path, func(j *Job) { j.Limits = Limits{MaxPixels: 96 * 64, MaxBytes: 1 << 20} }); err != nil {
		t.Error(err)
	}
}

func TestCallersMistakesAreNoFaultOfThePhoto(t *testing.T) {
	valid := filepath.Join(testkit.HostilePictures(t), "control", "valid.jpg")
	for _, s := range []resize.Spec{{}, {Width: 1, Height: 1, Fit: "half", Filter: resize.Bicubic}, {Width: 1 << 20, Height: 1, Fit: resize.Stretch, Filter: resize.Bilinear}} {
		_, err := decodeFile(t, valid, func(j *Job) { j.Inputs = []resize.Spec{s} })
		var refused *RefusedError
		if err == nil || errors.As(err, &refused) {
			t.Errorf("%+v: %v", s, err)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	data, err := os.ReadFile(valid)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := Decode(ctx, usualJob(data, "jpg")); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}

// A photo of 12 million pixels costs little memory, since it is shrunk while it is decoded.
func TestMemoryOf12Megapixels(t *testing.T) {
	path := filepath.Join(t.TempDir(), "photo.jpg")
	if err := os.WriteFile(path, encodeJPEG(t, photoLike(4000, 3000), 90), 0o600); err != nil {
		t.Fatal(err)
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), childFile+"="+path, "MALLOC_ARENA_MAX=1")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	var v verdict
	if err := json.Unmarshal(out, &v); err != nil {
		t.Fatal(err)
	}
	t.Logf("%.0f MiB over idle, %.2f s", v.PeakMiB-v.IdleMiB, v.Seconds)
	if !v.Decoded || v.PeakMiB-v.IdleMiB > 64*slower {
		t.Errorf("decoded %t, %.0f MiB over idle", v.Decoded, v.PeakMiB-v.IdleMiB)
	}
}

// What a model sees differs little between the whole photo and one shrunk while it was decoded.
func TestShrinkOnLoadChangesLittle(t *testing.T) {
	data := encodeJPEG(t, photoLike(3200, 2400), 92)
	f, err := container.Open(data, "jpg", container.Limits{MaxPixels: DefaultMaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	if n := loaderShrink(f); n != 2 {
		t.Fatalf("shrunk by %d", n)
	}
	spec := resize.Spec{Width: 384, Height: 384, Fit: resize.Stretch, Filter: resize.Bilinear}
	seen := func(shrink int) *resize.RGB {
		turn.Lock()
		defer turn.Unlock()
		d, err := load(f.Picture, f.PictureFormat, shrink, true, Limits{MaxPixels: DefaultMaxPixels})
		if err != nil {
			t.Fatal(err)
		}
		defer d.free()
		return resize.Resize(&resize.RGB{Width: d.width, Height: d.height, Pix: d.pix}, spec)
	}
	mean, largest := differences(t, seen(2), seen(1))
	t.Logf("mean difference %.3f levels, largest %d", mean, largest)
	if mean > 0.6 || largest > 12 {
		t.Errorf("mean difference %.3f levels, largest %d", mean, largest)
	}
}

// A shrunk buffer keeps both sides at MinSide or longer, for every way of shrinking.
func TestBufferKeepsMinSide(t *testing.T) {
	for _, c := range [][3]int{{4000, 3000, 4}, {1500, 1500, 2}, {1499, 4000, 1}, {7000, 6200, 8}, {640, 480, 1}, {20000, 900, 1}} {
		f := &container.File{Width: c[0], Height: c[1], PictureFormat: container.JPEG}
		if got := loaderShrink(f); got != c[2] {
			t.Errorf("%d × %d is shrunk by %d, want %d", c[0], c[1], got, c[2])
		}
	}
	bmp := makeBMP(1600, 1700)
	f, err := container.Open(bmp, "", container.Limits{MaxPixels: DefaultMaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	b, err := decodePixels(f, metadata.Read(f, nil).Orientation, Limits{MaxPixels: DefaultMaxPixels})
	if err != nil {
		t.Fatal(err)
	}
	if b.pixels.Width != 800 || b.pixels.Height != 850 || b.fullWidth != 1600 {
		t.Errorf("%d × %d of %d", b.pixels.Width, b.pixels.Height, b.fullWidth)
	}
	for _, v := range b.pixels.Pix {
		if v != 200 {
			t.Fatalf("a mean of 200s is %d", v)
		}
	}
}

// makeBMP makes a 24-bit BMP whose bytes are all 200.
func makeBMP(width, height int) []byte {
	stride := (width*3 + 3) &^ 3
	b := append([]byte("BM"), make([]byte, 52)...)
	b[10], b[14] = 54, 40
	for i, v := range []int{width, height} {
		b[18+4*i], b[19+4*i] = byte(v), byte(v>>8)
	}
	b[26], b[28] = 1, 24
	return append(b, bytes.Repeat([]byte{200}, stride*height)...)
}

// RAW formats are shown by their preview and keep their own name and metadata.
func TestRawPreview(t *testing.T) {
	r, err := decodeFile(t, filepath.Join(testkit.HostilePictures(t), "control", "preview.dng"), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r.Metadata.Format != "dng" || r.Metadata.Width == 0 || len(r.Thumbnail) == 0 {
		t.Errorf("%+v", r.Metadata)
	}
}
