package vector

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/RoaringBitmap/roaring/v2"
)

// library makes anisotropic vectors fast: halfs of pairs are not independent, but no two vectors are alike.
type library struct {
	dim     int
	vectors []float32
}

func newLibrary(n, dim int) *library {
	l := &library{dim: dim, vectors: make([]float32, n*dim)}
	const part = 10_000
	var group sync.WaitGroup
	limit := make(chan struct{}, 2)
	for start := 0; start < n; start += part {
		group.Add(1)
		limit <- struct{}{}
		go func() {
			defer func() { <-limit; group.Done() }()
			// One seed for the shape, one for the part: anisotropic draws the shape first.
			mean, centres, scale := shape(rand.New(rand.NewPCG(42, 42)), dim)
			r := rand.New(rand.NewPCG(uint64(start), 7))
			for k := start; k < min(n, start+part); k++ {
				copy(l.vectors[k*dim:], draw(r, mean, centres[r.IntN(len(centres))], scale))
			}
		}()
	}
	group.Wait()
	return l
}

func (l *library) row(i int) []float32 { return l.vectors[i*l.dim : (i+1)*l.dim] }

func (l *library) floats(_ context.Context, nums []int64) (map[int64][]float32, error) {
	out := make(map[int64][]float32, len(nums))
	for _, n := range nums {
		out[n] = l.row(int(n))
	}
	return out, nil
}

// queries are half pictures that are not in the library, half texts: a direction of their own, and a weak share of what a
// picture shows.
func (l *library) queries(n int) [][]float32 {
	mean, centres, scale := shape(rand.New(rand.NewPCG(42, 42)), l.dim)
	r := rand.New(rand.NewPCG(99, 99))
	cone := make([]float64, l.dim)
	for i := range cone {
		cone[i] = r.NormFloat64() * 0.1
	}
	out := make([][]float32, n)
	for k := range out {
		if k%2 == 0 {
			out[k] = draw(r, mean, centres[r.IntN(len(centres))], scale)
			continue
		}
		wide := slices.Clone(scale)
		for i := range wide {
			wide[i] = wide[i]*0.7 + 0.02
		}
		out[k] = draw(r, cone, centres[r.IntN(len(centres))], wide)
	}
	return out
}

// exact returns the numbers of the best k, by a float scan.
func (l *library) exact(query []float32, k int, allow *roaring.Bitmap) []int64 {
	n := len(l.vectors) / l.dim
	all := make([]Candidate, 0, n)
	for i := range n {
		if allow == nil || allow.Contains(uint32(i)) {
			all = append(all, Candidate{int64(i), Dot(query, l.row(i))})
		}
	}
	slices.SortFunc(all, byScore)
	out := make([]int64, 0, k)
	for _, c := range all[:min(k, len(all))] {
		out = append(out, c.Num)
	}
	return out
}

// BenchmarkSearch scans libraries of 10k, 100k and, with PIXEL_DETECTIVE_BENCH_LARGE set, 1M vectors of 512 values for the
// best 50, with and without a filter of 1 %, and reports the median and recall@50 against a float scan.
func BenchmarkSearch(b *testing.B) {
	sizes := []int{10_000, 100_000}
	if os.Getenv("PIXEL_DETECTIVE_BENCH_LARGE") != "" {
		sizes = append(sizes, 1_000_000)
	}
	const dim, k = 512, 50
	for _, n := range sizes {
		l := newLibrary(n, dim)
		m := New(testRef, dim, Config{})
		for start := 0; start < n; start += 4096 {
			var nums []int64
			var vectors [][]float32
			for i := start; i < min(n, start+4096); i++ {
				nums, vectors = append(nums, int64(i)), append(vectors, l.row(i))
			}
			if _, err := m.Append(nums, vectors); err != nil {
				b.Fatal(err)
			}
		}
		began := time.Now()
		if err := m.Narrow(context.Background()); err != nil {
			b.Fatal(err)
		}
		b.Logf("%d rows, %s, narrow pass %v in %v", n, Instructions(), m.state.Load().axes != nil, time.Since(began).Round(time.Millisecond))
		queries := l.queries(24)
		one := roaring.New()
		r := rand.New(rand.NewPCG(4, 4))
		for range n / 100 {
			one.Add(uint32(r.IntN(n)))
		}
		for _, f := range []struct {
			name  string
			allow *roaring.Bitmap
		}{{"all", nil}, {"1%", one}} {
			recall := 0.0
			const judged = 8
			for _, q := range queries[:judged] {
				want := l.exact(q, k, f.allow)
				got, err := m.Search(context.Background(), q, Options{K: k, Allow: f.allow, Floats: l.floats})
				if err != nil {
					b.Fatal(err)
				}
				for _, c := range got.Candidates {
					if slices.Contains(want, c.Num) {
						recall += 1.0 / judged / float64(k)
					}
				}
			}
			b.Run(fmt.Sprintf("%d/%s", n, f.name), func(b *testing.B) {
				b.ReportAllocs()
				times := make([]time.Duration, 0, b.N)
				for i := 0; b.Loop(); i++ {
					start := time.Now()
					if _, err := m.Search(context.Background(), queries[i%len(queries)], Options{K: k, Allow: f.allow, Floats: l.floats}); err != nil {
						b.Fatal(err)
					}
					times = append(times, time.Since(start))
				}
				slices.Sort(times)
				b.ReportMetric(float64(times[len(times)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(recall, "recall@50")
			})
		}
	}
}
