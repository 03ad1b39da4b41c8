package encoder

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"
)

// resident is the memory of this process in MB: all, and private alone.
func resident(b testing.TB) (rss, private float64) {
	data, err := os.ReadFile("/proc/self/smaps_rollup")
	if err != nil {
		b.Skip("no /proc/self/smaps_rollup here")
	}
	field := func(name string) float64 {
		for line := range strings.Lines(string(data)) {
			if rest, ok := strings.CutPrefix(line, name+":"); ok {
				kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
				return kb / 1024
			}
		}
		return 0
	}
	return field("Rss"), field("Private_Clean") + field("Private_Dirty")
}

// BenchmarkImages prints milliseconds a picture by batch and threads, and the process's memory.
//
//	go test -tags sqlite_fts5 -run - -bench Images -benchtime 20x ./backend/model/encoder
func BenchmarkImages(b *testing.B) {
	for _, threads := range []int{1, 2} {
		o := starter(b)
		o.Threads = threads
		e, _ := loadImage(b, o)
		for _, n := range []int{1, 4, 8} {
			b.Run(fmt.Sprintf("threads=%d/batch=%d", threads, n), func(b *testing.B) {
				pixels := make([][]byte, n)
				for i := range pixels {
					pixels[i] = testPicture(384, 384)
				}
				b.ReportAllocs()
				best := time.Hour
				for b.Loop() {
					began := time.Now()
					if _, err := e.Encode(b.Context(), pixels); err != nil {
						b.Fatal(err)
					}
					best = min(best, time.Since(began))
				}
				rss, private := resident(b)
				b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N*n), "ms/picture")
				b.ReportMetric(float64(best.Microseconds())/1000/float64(n), "best-ms/picture")
				b.ReportMetric(rss, "MB-rss")
				b.ReportMetric(private, "MB-private")
			})
		}
		e.Close()
	}
}

// BenchmarkTexts prints milliseconds a text by length and threads.
func BenchmarkTexts(b *testing.B) {
	for _, threads := range []int{1, 2} {
		o := starter(b)
		o.Threads = threads
		e, _ := loadText(b, o)
		for name, text := range map[string]string{"word": "dog", "query": "two people riding bikes along a river", "long": strings.Repeat("a very long text ", 30)} {
			b.Run(fmt.Sprintf("threads=%d/%s", threads, name), func(b *testing.B) {
				b.ReportAllocs()
				best := time.Hour
				for b.Loop() {
					began := time.Now()
					if _, err := e.Encode(b.Context(), []string{text}); err != nil {
						b.Fatal(err)
					}
					best = min(best, time.Since(began))
				}
				rss, private := resident(b)
				b.ReportMetric(float64(best.Microseconds())/1000, "best-ms")
				b.ReportMetric(rss, "MB-rss")
				b.ReportMetric(private, "MB-private")
			})
		}
		e.Close()
	}
}

// BenchmarkLoads prints milliseconds to load a graph: without a cache, writing it, and from it.
func BenchmarkLoads(b *testing.B) {
	for _, graph := range []string{"text", "image"} {
		load := func(b *testing.B, o LoadOptions) Loaded {
			if graph == "text" {
				e, l, err := LoadText(b.Context(), o)
				if err != nil {
					b.Fatal(err)
				}
				e.Close()
				return l
			}
			e, l, err := LoadImage(b.Context(), o)
			if err != nil {
				b.Fatal(err)
			}
			e.Close()
			return l
		}
		b.Run(graph+"/cold", func(b *testing.B) {
			o := starter(b)
			for b.Loop() {
				load(b, o)
			}
		})
		b.Run(graph+"/writing", func(b *testing.B) {
			for b.Loop() {
				o := starter(b)
				o.Cache = b.TempDir()
				load(b, o)
			}
		})
		b.Run(graph+"/cached", func(b *testing.B) {
			o := starter(b)
			o.Cache = b.TempDir()
			load(b, o)
			for b.Loop() {
				if l := load(b, o); !l.FromCache {
					b.Fatal("not from the cache")
				}
			}
		})
	}
}
