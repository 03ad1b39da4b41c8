package picture

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"math"
	"math/rand/v2"
	"runtime"
	"syscall"
	"testing"
	"time"

	"pixeldetective/backend/picture/container"
	"pixeldetective/backend/picture/resize"
)

// photoLike draws a picture with large shapes, textures and noise, so that its JPEG has a photo's size: about 3 bits a
// pixel at quality 92.
func photoLike(width, height int) *resize.RGB {
	r := rand.New(rand.NewPCG(uint64(width), uint64(height)))
	p := &resize.RGB{Width: width, Height: height, Pix: make([]byte, width*height*3)}
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(height), float64(y)/float64(height)
			base := 90 + 60*math.Sin(5*u+3*v) + 40*math.Sin(17*u*v)
			texture := 12 * math.Sin(float64(x)/3+7*v) * math.Sin(float64(y)/5)
			noise := float64(r.IntN(15)) - 7
			for c, shift := range [3]float64{0, 20, -15} {
				p.Pix[3*(y*width+x)+c] = byte(max(0, min(255, base+texture+noise+shift*math.Sin(9*v))))
			}
		}
	}
	return p
}

func encodeJPEG(t testing.TB, p *resize.RGB, quality int) []byte {
	t.Helper()
	m := image.NewRGBA(image.Rect(0, 0, p.Width, p.Height))
	for i := range p.Width * p.Height {
		copy(m.Pix[4*i:], p.Pix[3*i:3*i+3])
		m.Pix[4*i+3] = 255
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, m, &jpeg.Options{Quality: quality}); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// cpu is the processor time of this process; a busy machine does not stretch it as it does the clock.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func measured(b *testing.B, f func()) {
	b.ReportAllocs()
	runtime.GC()
	start := cpu()
	for b.Loop() {
		f()
	}
	b.ReportMetric(float64((cpu()-start).Microseconds())/1000/float64(b.N), "cpu-ms/op")
}

// The whole way of a photo and its parts, for a 12 MP JPEG and one of 640 pixels.
func BenchmarkDecode(b *testing.B) {
	for _, size := range [][2]int{{4000, 3000}, {640, 480}} {
		source := photoLike(size[0], size[1])
		data := encodeJPEG(b, source, 92)
		name := fmt.Sprintf("%dx%d", size[0], size[1])
		b.Run(name+"/all", func(b *testing.B) {
			job := usualJob(data, "jpg")
			measured(b, func() {
				if _, err := Decode(context.Background(), job); err != nil {
					b.Fatal(err)
				}
			})
			b.ReportMetric(float64(len(data))/1e6, "MB/photo")
		})
		f, err := container.Open(data, "jpg", container.Limits{MaxPixels: DefaultMaxPixels})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(name+"/structure", func(b *testing.B) {
			measured(b, func() { container.Open(data, "jpg", container.Limits{MaxPixels: DefaultMaxPixels}) })
		})
		b.Run(name+"/pixels", func(b *testing.B) {
			measured(b, func() {
				d, err := load(f.Picture, f.PictureFormat, loaderShrink(f), true, Limits{MaxPixels: DefaultMaxPixels})
				if err != nil {
					b.Fatal(err)
				}
				d.free()
			})
		})
		d, err := load(f.Picture, f.PictureFormat, loaderShrink(f), true, Limits{MaxPixels: DefaultMaxPixels})
		if err != nil {
			b.Fatal(err)
		}
		defer d.free()
		pixels := &resize.RGB{Width: d.width, Height: d.height, Pix: d.pix}
		b.Run(name+"/digest", func(b *testing.B) { measured(b, func() { pixelDigest(pixels) }) })
		for _, filter := range []resize.Filter{resize.Bilinear, resize.Bicubic} {
			b.Run(name+"/input384-"+string(filter), func(b *testing.B) {
				measured(b, func() {
					resize.Resize(pixels, resize.Spec{Width: 384, Height: 384, Fit: resize.Stretch, Filter: filter})
				})
			})
		}
		b.Run(name+"/reduce", func(b *testing.B) { measured(b, func() { reduce(pixels, smallSide) }) })
		small := reduce(pixels, smallSide)
		b.Run(name+"/hash", func(b *testing.B) { measured(b, func() { perceptualHash(small) }) })
		b.Run(name+"/thumbnail", func(b *testing.B) {
			var n int
			measured(b, func() {
				t, err := encodeThumbnail(small.Pix, small.Width, small.Height)
				if err != nil {
					b.Fatal(err)
				}
				n = len(t)
			})
			b.ReportMetric(float64(n), "bytes")
		})
	}
}
