package store

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pixeldetective/backend/photo"
)

// sizes are the numbers of photos that benchmarks sweep; the largest only where STORE_BENCH_LARGE is set.
func sizes() []int {
	n := []int{1_000, 10_000, 100_000}
	if os.Getenv("STORE_BENCH_LARGE") != "" {
		n = append(n, 1_000_000)
	}
	return n
}

func label(n int) string {
	if n >= 1_000_000 {
		return fmt.Sprintf("%dM", n/1_000_000)
	}
	return fmt.Sprintf("%dk", n/1000)
}

// listing100 is a folder of n files in directories of 100.
func listing100(n int, visit func(rel string, entries []Entry)) {
	entries := make([]Entry, 100)
	for d := range n / 100 {
		for i := range entries {
			k := d*100 + i
			entries[i] = Entry{Name: fmt.Sprintf("IMG_%08d.jpg", k), Size: int64(2_000_000 + k), MTime: int64(1_600_000_000_000_000_000 + k), Inode: uint64(k + 1)}
		}
		visit(fmt.Sprintf("%d/trip %d", 2000+d%24, d), entries)
	}
}

// someWords are drawn with falling frequency, as words are (Zipf).
func someWords(r *rand.Rand, zipf *rand.Zipf, n int) []string {
	_ = r
	words := make([]string, n)
	for i := range words {
		words[i] = fmt.Sprintf("word%d", zipf.Uint64())
	}
	return words
}

// fill indexes n photos with vectors of 1,024 numbers and thumbnails of 12 kB.
func fill(b testing.TB, s *Store, n int, thumbnails bool) FolderID {
	b.Helper()
	ctx := context.Background()
	f := value(s.AddFolder(ctx, "/photos"))(b)
	r := value(s.BeginReconcile(ctx, f.ID, ""))(b)
	listing100(n, func(rel string, entries []Entry) { must(b, r.Directory(ctx, rel, entries)) })
	value(r.Finish(ctx))(b)
	rnd := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(rnd, 1.1, 3, 5000)
	vector := make([]float32, 1024)
	thumb := make([]byte, 12_000)
	copy(thumb, "\xff\xd8")
	for {
		waiting := value(s.NewestPending(ctx, nil, 500))(b)
		if len(waiting) == 0 {
			return f.ID
		}
		done := make([]Indexed, len(waiting))
		for i, p := range waiting {
			for j := range vector {
				vector[j] = rnd.Float32() - .5
			}
			for j := 2; j < len(thumb); j += 8 {
				thumb[j] = byte(rnd.Uint32())
			}
			x := decoded(p, p.Rel)
			x.New.Metadata.Camera = fmt.Sprintf("Camera %d", rnd.IntN(20))
			x.New.Metadata.Keywords = someWords(rnd, zipf, 3)
			x.New.Metadata.Taken = photo.Moment{Local: time.Unix(int64(1_400_000_000+rnd.IntN(300_000_000)), 0).UTC(), Source: photo.MomentExif}
			x.New.Metadata.ISO, x.New.Metadata.Aperture, x.New.Metadata.Exposure = 200, 2.8, .01
			x.New.Metadata.Rating = rnd.IntN(6)
			x.New.Thumbnail = nil
			if thumbnails {
				x.New.Thumbnail = append([]byte(nil), thumb...)
			}
			x.Embedding = &Embedding{Ref: testRef, Vector: append([]float32(nil), vector...)}
			x.Tags = nil
			for _, w := range someWords(rnd, zipf, 8) {
				x.Tags = append(x.Tags, photo.Tag{Name: w, Kind: "imagenet", Score: .5})
			}
			done[i] = x
		}
		value(s.Commit(ctx, done, nil))(b)
	}
}

func benchStore(b *testing.B) *Store {
	return value(Open(context.Background(), Options{Dir: b.TempDir()}))(b)
}

func BenchmarkRescanUnchanged(b *testing.B) {
	for _, n := range sizes() {
		b.Run(label(n), func(b *testing.B) {
			ctx := context.Background()
			s := benchStore(b)
			defer s.closeFiles()
			f := value(s.AddFolder(ctx, "/photos"))(b)
			pass := func() ReconcileResult {
				r := value(s.BeginReconcile(ctx, f.ID, ""))(b)
				listing100(n, func(rel string, entries []Entry) { must(b, r.Directory(ctx, rel, entries)) })
				return value(r.Finish(ctx))(b)
			}
			start := time.Now()
			pass()
			b.ReportMetric(float64(time.Since(start).Microseconds())/float64(n), "µs/new-file")
			b.ReportAllocs()
			for b.Loop() {
				if res := pass(); res.Unchanged != n {
					b.Fatalf("%+v", res)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/file")
		})
	}
}

func BenchmarkLibrary(b *testing.B) {
	for _, n := range sizes() {
		b.Run(label(n), func(b *testing.B) {
			ctx := context.Background()
			s := benchStore(b)
			defer s.closeFiles()
			start := time.Now()
			fill(b, s, n, n <= 10_000)
			b.Logf("%d photos: %v a photo to commit", n, time.Since(start)/time.Duration(n))
			bytes := int64(0)
			must(b, s.index.write(ctx, "", func(*tx) error { return nil }))
			for _, d := range []*database{s.index, s.thumbs} {
				_, err := d.conn.ExecContext(ctx, "PRAGMA wal_checkpoint(TRUNCATE)")
				must(b, err)
				info := value(os.Stat(d.file))(b)
				b.Logf("%s: %d bytes a photo", filepath.Base(d.file), info.Size()/int64(n))
				bytes += info.Size()
			}
			for _, q := range []TextQuery{{Terms: []string{"word0"}}, {Terms: []string{"word40"}}, {Terms: []string{"word0", "word1", "trip"}}, {Terms: []string{"img"}}, {Terms: []string{"word900"}}} {
				b.Run(fmt.Sprintf("text %q", q.Terms), func(b *testing.B) {
					hits := 0
					for b.Loop() {
						hits = len(value(s.Text(ctx, q, 50))(b))
					}
					b.ReportMetric(float64(hits), "hits")
				})
			}
			from := time.Unix(1_500_000_000, 0)
			for name, f := range map[string]Filter{"camera": {Cameras: []string{"camera 7"}}, "date": {TakenFrom: &from}, "ext": {Extensions: []string{"jpg"}}, "rating": {MinRating: 5}, "under": {Under: []string{"/photos/2003"}}, "tag": {Tags: []string{"word3"}}} {
				b.Run("match "+name, func(b *testing.B) {
					count := uint64(0)
					for b.Loop() {
						count = value(s.Match(ctx, f))(b).GetCardinality()
					}
					b.ReportMetric(float64(count), "photos")
				})
			}
			nums := make([]int64, 50)
			for i := range nums {
				nums[i] = int64(1 + i*(n/50))
			}
			b.Run("records 50", func(b *testing.B) {
				for b.Loop() {
					value(s.Records(ctx, nums))(b)
				}
			})
			b.Run("vectors 50", func(b *testing.B) {
				for b.Loop() {
					value(s.EmbeddingsOf(ctx, testRef, nums))(b)
				}
			})
			b.Run("vectors all", func(b *testing.B) {
				for b.Loop() {
					must(b, s.Embeddings(ctx, testRef, 0, func(int64, []byte) error { return nil }))
				}
			})
			b.Run("unembedded", func(b *testing.B) {
				for b.Loop() {
					value(s.Unembedded(ctx, testRef, 0, 100))(b)
				}
			})
			b.Run("count", func(b *testing.B) {
				for b.Loop() {
					value(s.Count(ctx, testRef))(b)
				}
			})
		})
	}
}

// BenchmarkPending measures the steps of the pipeline with a queue of n files: they must cost the same at every n.
func BenchmarkPending(b *testing.B) {
	for _, n := range sizes() {
		b.Run(label(n), func(b *testing.B) {
			ctx := context.Background()
			s := benchStore(b)
			defer s.closeFiles()
			f := value(s.AddFolder(ctx, "/photos"))(b)
			r := value(s.BeginReconcile(ctx, f.ID, ""))(b)
			listing100(n, func(rel string, entries []Entry) { must(b, r.Directory(ctx, rel, entries)) })
			value(r.Finish(ctx))(b)
			b.Run("list 100", func(b *testing.B) {
				middle := value(s.NewestPending(ctx, nil, n/2))(b)[n/2-1]
				for b.Loop() {
					value(s.NewestPending(ctx, &middle, 100))(b)
				}
			})
			b.Run("totals", func(b *testing.B) {
				for b.Loop() {
					value(s.PendingTotals(ctx))(b)
				}
			})
			b.Run("commit 8", func(b *testing.B) {
				k := 0
				waiting := value(s.NewestPending(ctx, nil, n))(b)
				for b.Loop() {
					var done []Indexed
					for range 8 {
						done = append(done, decoded(waiting[k%n], fmt.Sprint(k)))
						k++
					}
					value(s.Commit(ctx, done, nil))(b)
				}
			})
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	dir := b.TempDir()
	s := value(Open(context.Background(), Options{Dir: dir}))(b)
	fill(b, s, 10_000, false)
	must(b, s.Close())
	for b.Loop() {
		s := value(Open(context.Background(), Options{Dir: dir}))(b)
		must(b, s.closeFiles())
	}
}
