package resize

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

type golden struct {
	Name, Pipeline, Source, Pixels string
	ResizedTo                      [2]int `json:"resized_to"`
	CropLeftTop                    [2]int `json:"crop_left_top"`
	SourceSHA                      string `json:"source_rgb_sha256"`
	PixelsSHA                      string `json:"pixels_rgb_sha256"`
}

func goldens(t testing.TB) []golden {
	t.Helper()
	data, err := os.ReadFile("testdata/goldens.json")
	if err != nil {
		t.Fatal(err)
	}
	var all struct{ Goldens []golden }
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	var drawn []golden
	for _, g := range all.Goldens {
		if strings.HasPrefix(g.Source, "sources/") {
			drawn = append(drawn, g)
		}
	}
	if len(drawn) != 40 {
		t.Fatalf("%d goldens of drawn pictures, want 40", len(drawn))
	}
	return drawn
}

func readPNG(t testing.TB, path string) *RGB {
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

func fromImage(m image.Image) *RGB {
	b := m.Bounds()
	p := &RGB{Width: b.Dx(), Height: b.Dy()}
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			p.Pix = append(p.Pix, c.R, c.G, c.B)
		}
	}
	return p
}

func sum(p *RGB) string {
	s := sha256.Sum256(p.Pix)
	return hex.EncodeToString(s[:])
}

// Pillow's results, made by testdata/make_preprocess.py, to the last bit.
func TestEqualsPillow(t *testing.T) {
	for _, g := range goldens(t) {
		t.Run(g.Name+"/"+g.Pipeline, func(t *testing.T) {
			src := readPNG(t, filepath.Join("testdata", g.Source))
			if sum(src) != g.SourceSHA {
				t.Fatal("the source is not read as Pillow reads it")
			}
			filter := Bicubic
			if g.Pipeline == "mobilenet" {
				filter = Bilinear
			}
			got := window(src, g.ResizedTo[0], g.ResizedTo[1], g.CropLeftTop[0], g.CropLeftTop[1], 224, 224, filter)
			// The large results are kept by their digest alone; of the small ones the differences are told too.
			if file := filepath.Join("testdata", g.Pixels); exists(file) {
				compare(t, got, readPNG(t, file))
			}
			if sum(got) != g.PixelsSHA {
				t.Error("the digest differs from Pillow's")
			}
			switch g.Pipeline {
			case "clip":
				got = Resize(src, Spec{224, 224, CenterCrop, Bicubic})
			case "siglip":
				got = Resize(src, Spec{224, 224, Stretch, Bicubic})
			}
			if sum(got) != g.PixelsSHA {
				t.Error("the digest of the whole resize differs from Pillow's")
			}
		})
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

func compare(t *testing.T, got, want *RGB) {
	t.Helper()
	if got.Width != want.Width || got.Height != want.Height {
		t.Fatalf("%d × %d, want %d × %d", got.Width, got.Height, want.Width, want.Height)
	}
	wrong, worst := 0, 0
	for i, v := range want.Pix {
		if d := int(got.Pix[i]) - int(v); d != 0 {
			wrong++
			worst = max(worst, d, -d)
		}
	}
	if wrong > 0 {
		t.Errorf("%d of %d values differ, by up to %d", wrong, len(want.Pix), worst)
	}
}

// A plain rendering of the same arithmetic, position by position, against which the fast one is held on random sizes.
func plain(src *RGB, w, h int, filter Filter) *RGB {
	mid := src
	if t := newTaps(src.Width, w, 0, w, filter); t != nil {
		mid = &RGB{w, src.Height, make([]byte, w*src.Height*3)}
		for y := range src.Height {
			for x := range w {
				for c := range 3 {
					s := int64(half)
					for i, k := range t.of(x) {
						s += int64(k) * int64(src.Pix[3*(y*src.Width+t.first[x]+i)+c])
					}
					mid.Pix[3*(y*w+x)+c] = byte(max(0, min(255, s>>precision)))
				}
			}
		}
	}
	out := mid
	if t := newTaps(src.Height, h, 0, h, filter); t != nil {
		out = &RGB{w, h, make([]byte, w*h*3)}
		for y := range h {
			for i := range w * 3 {
				s := int64(half)
				for n, k := range t.of(y) {
					s += int64(k) * int64(mid.Pix[(t.first[y]+n)*w*3+i])
				}
				out.Pix[y*w*3+i] = byte(max(0, min(255, s>>precision)))
			}
		}
	}
	return out
}

func random(w, h int, seed uint64) *RGB {
	r := rand.New(rand.NewPCG(seed, 1))
	p := &RGB{w, h, make([]byte, w*h*3)}
	for i := range p.Pix {
		p.Pix[i] = byte(r.Uint32())
		if r.Uint32()%4 == 0 { // extremes overshoot most
			p.Pix[i] = byte(0 - r.Uint32()%2)
		}
	}
	return p
}

func TestFastEqualsPlain(t *testing.T) {
	r := rand.New(rand.NewPCG(7, 7))
	for i := range 120 {
		src := random(1+r.IntN(90), 1+r.IntN(90), uint64(i))
		w, h := 1+r.IntN(70), 1+r.IntN(70)
		for _, filter := range []Filter{Bilinear, Bicubic} {
			compare(t, Resize(src, Spec{w, h, Stretch, filter}), plain(src, w, h, filter))
			cropped := Resize(src, Spec{w, h, CenterCrop, filter})
			fw, fh := cover(src.Width, src.Height, w, h)
			whole := plain(src, fw, fh, filter)
			want := &RGB{Width: w, Height: h}
			for y := range h {
				at := 3 * ((y+(fh-h)/2)*fw + (fw-w)/2)
				want.Pix = append(want.Pix, whole.Pix[at:at+3*w]...)
			}
			compare(t, cropped, want)
		}
	}
}

// The passes of both kinds, side by side: on a processor with AVX2 the plain ones would else never run.
func TestPassesAgree(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 9))
	for i := range 200 {
		src := random(1+r.IntN(300), 1+r.IntN(60), uint64(i))
		for _, filter := range []Filter{Bilinear, Bicubic} {
			n := 1 + r.IntN(120)
			columns := newTaps(src.Width, n, 0, n, filter)
			if columns == nil {
				continue
			}
			a, b := &RGB{n, src.Height, make([]byte, n*src.Height*3)}, &RGB{n, src.Height, make([]byte, n*src.Height*3)}
			horizontal(a, src, columns, 0)
			if !horizontalWide(b, src, columns, 0) {
				t.Skip("this processor has no AVX2")
			}
			compare(t, b, a)
			rows := newTaps(src.Height, n, 0, n, filter)
			if rows == nil {
				continue
			}
			a, b = &RGB{src.Width, n, make([]byte, n*src.Width*3)}, &RGB{src.Width, n, make([]byte, n*src.Width*3)}
			vertical(a, src, rows, 0)
			if verticalWide(b, src, rows, 0) {
				compare(t, b, a)
			} else if src.Width >= 6 {
				t.Errorf("a picture %d wide is not done by AVX2", src.Width)
			}
		}
	}
}

// Pictures so long that the fast way's sums could overflow go the plain way.
func TestVeryLongPictures(t *testing.T) {
	src := random(60000, 2, 5)
	for i := range src.Pix {
		src.Pix[i] |= 0xf0
	}
	s := Spec{16, 16, Stretch, Bicubic}
	compare(t, Resize(src, s), plain(src, 16, 16, Bicubic))
}

// A line of 1 × 4000 pixels would be 224 × 896,000 if the whole of it were made.
func TestThinPicturesCostOnlyTheCrop(t *testing.T) {
	src := random(1, 4000, 1)
	bytes := testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			Resize(src, Spec{224, 224, CenterCrop, Bicubic})
		}
	}).AllocedBytesPerOp()
	if bytes > 4<<20 {
		t.Errorf("%d bytes allocated", bytes)
	}
}

func TestInside(t *testing.T) {
	for _, c := range [][5]int{
		{4000, 3000, 320, 320, 240}, {3000, 4000, 320, 240, 320}, {100, 50, 320, 100, 50}, {4000, 1, 320, 320, 1}, {1, 1, 320, 1, 1}, {1000, 999, 320, 320, 320},
	} {
		if w, h := Inside(c[0], c[1], c[2]); w != c[3] || h != c[4] {
			t.Errorf("%v: %d × %d", c, w, h)
		}
	}
}

func TestKernelsSumToOne(t *testing.T) {
	for _, f := range []Filter{Bilinear, Bicubic} {
		for _, sizes := range [][2]int{{1000, 384}, {384, 1000}, {3, 7}, {5000, 3}} {
			taps := newTaps(sizes[0], sizes[1], 0, sizes[1], f)
			for i := range sizes[1] {
				var total int64
				for _, w := range taps.of(i) {
					total += int64(w)
				}
				if math.Abs(float64(total)-1<<precision) > float64(len(taps.of(i))) {
					t.Fatalf("%s %v: position %d weighs %d", f, sizes, i, total)
				}
			}
		}
	}
}

func BenchmarkResize(b *testing.B) {
	for _, size := range [][2]int{{640, 480}, {1008, 756}, {2016, 1512}} {
		src := random(size[0], size[1], 1)
		for _, s := range []Spec{{384, 384, Stretch, Bilinear}, {224, 224, CenterCrop, Bicubic}, {320, 240, Stretch, Bicubic}} {
			b.Run(fmt.Sprintf("%dx%d/%dx%d-%s", size[0], size[1], s.Width, s.Height, s.Filter), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					Resize(src, s)
				}
			})
		}
	}
}
