package main

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"github.com/RoaringBitmap/roaring/v2"

	"pixeldetective/backend/photo"
	"pixeldetective/backend/search/vector"
)

const (
	vectorDims    = 512
	vectorTop     = 50
	vectorQueries = 100
)

// measureVectors measures the scan over vectors that are spread as real ones are: a few directions hold most of what
// distinguishes them, and they come in clusters. Recall is against the exact order.
func measureVectors(ctx context.Context, b *bench) error {
	sizes := []int{10_000, 100_000, 1_000_000}
	if b.quick {
		sizes = sizes[:2]
	}
	b.figure("vector instructions", "%s", vector.Instructions())
	for _, n := range sizes {
		if err := b.scanOf(ctx, n); err != nil {
			return err
		}
		runtime.GC()
	}
	return nil
}

func (b *bench) scanOf(ctx context.Context, n int) error {
	cloud := newCloud(vectorDims)
	m := vector.New(photo.ModelRef{ID: "bench", Revision: "1"}, vectorDims, vector.Config{})
	all := make([][]float32, n)
	nums := make([]int64, n)
	for i := range all {
		all[i], nums[i] = cloud.draw(), int64(i+1)
	}
	const part = 50_000
	for at := 0; at < n; at += part {
		end := min(n, at+part)
		if _, err := m.Append(nums[at:end], all[at:end]); err != nil {
			return err
		}
	}
	if err := m.Narrow(ctx); err != nil {
		return err
	}
	floats := func(_ context.Context, nums []int64) (map[int64][]float32, error) {
		out := make(map[int64][]float32, len(nums))
		for _, num := range nums {
			out[num] = all[num-1]
		}
		return out, nil
	}
	hundredth := roaring.New()
	for i := range n {
		if i%100 == 7 {
			hundredth.Add(uint32(i + 1))
		}
	}
	for _, filter := range []struct {
		name  string
		allow *roaring.Bitmap
	}{{"", nil}, {", filter of 1 %", hundredth}} {
		took, recall, err := ask(ctx, m, all, cloud, filter.allow, floats)
		if err != nil {
			return err
		}
		what := fmt.Sprintf("%d vectors × %d, top %d%s", n, vectorDims, vectorTop, filter.name)
		if n == 1_000_000 {
			b.atMost(what+", p50", quantile(took, .5), 10, " ms", fmt.Sprintf(", p95 %.1f ms", quantile(took, .95)))
		} else {
			b.figure(what, "p50 %.2f ms, p95 %.2f ms", quantile(took, .5), quantile(took, .95))
		}
		b.atLeast(what+", recall", recall, .99, "", "")
	}
	b.figure(fmt.Sprintf("%d vectors × %d", n, vectorDims), "%.0f MB in memory", float64(m.Bytes())/1e6)
	return nil
}

// ask searches and compares with the exact order.
func ask(ctx context.Context, m *vector.Matrix, all [][]float32, cloud *cloud, allow *roaring.Bitmap, floats vector.Floats) ([]time.Duration, float64, error) {
	var took []time.Duration
	found, wanted := 0, 0
	for i := range vectorQueries {
		query := cloud.draw()
		var r vector.Result
		d, err := timed(func() (err error) {
			r, err = m.Search(ctx, query, vector.Options{K: vectorTop, Allow: allow, Floats: floats})
			return err
		})
		if err != nil {
			return nil, 0, err
		}
		took = append(took, d)
		if i >= 20 {
			continue // the exact order of a million is slow
		}
		exact := exactTop(query, all, allow)
		wanted += len(exact)
		for _, c := range r.Candidates {
			if slices.Contains(exact, c.Num) {
				found++
			}
		}
	}
	return took, float64(found) / float64(wanted), nil
}

// exactTop is the numbers of the best vectors by exact dot products.
func exactTop(query []float32, all [][]float32, allow *roaring.Bitmap) []int64 {
	type scored struct {
		num   int64
		score float32
	}
	list := make([]scored, 0, len(all))
	for i, v := range all {
		if allow != nil && !allow.Contains(uint32(i+1)) {
			continue
		}
		list = append(list, scored{int64(i + 1), vector.Dot(query, v)})
	}
	slices.SortFunc(list, func(a, b scored) int {
		switch {
		case a.score > b.score:
			return -1
		case a.score < b.score:
			return 1
		default:
			return int(a.num - b.num)
		}
	})
	var nums []int64
	for _, s := range list[:min(vectorTop, len(list))] {
		nums = append(nums, s.num)
	}
	return nums
}

// cloud draws vectors spread as those of real photos: a common mean, clusters, and a variance that falls with the
// direction as 1/√k.
type cloud struct {
	random  *rand.Rand
	mean    []float32
	centres [][]float32
	spread  []float32
}

func newCloud(dims int) *cloud {
	c := &cloud{random: rand.New(rand.NewPCG(7, 11)), spread: make([]float32, dims)}
	for k := range c.spread {
		c.spread[k] = float32(1 / math.Sqrt(float64(k+1)))
	}
	c.mean = c.noise(1)
	for range 500 {
		c.centres = append(c.centres, c.noise(1))
	}
	return c
}

func (c *cloud) noise(scale float32) []float32 {
	v := make([]float32, len(c.spread))
	for k := range v {
		v[k] = scale * c.spread[k] * float32(c.random.NormFloat64())
	}
	return v
}

func (c *cloud) draw() []float32 {
	v := c.noise(.7)
	centre := c.centres[c.random.IntN(len(c.centres))]
	var sum float64
	for k := range v {
		v[k] += centre[k] + .5*c.mean[k]
		sum += float64(v[k]) * float64(v[k])
	}
	scale := float32(1 / math.Sqrt(sum))
	for k := range v {
		v[k] *= scale
	}
	return v
}
