package vector

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"testing"

	"github.com/RoaringBitmap/roaring/v2"
	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"pixeldetective/backend/photo"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var testRef = photo.ModelRef{ID: "test", Revision: "1"}

// anisotropic makes n vectors of length 1 as image-text models give them: a common direction, clusters, and variances
// that fall with 1/i.
func anisotropic(r *rand.Rand, n, dim int) [][]float32 {
	mean, centres, scale := shape(r, dim)
	out := make([][]float32, n)
	for k := range out {
		out[k] = draw(r, mean, centres[r.IntN(len(centres))], scale)
	}
	return out
}

func shape(r *rand.Rand, dim int) (mean []float64, centres [][]float64, scale []float64) {
	mean, centres, scale = make([]float64, dim), make([][]float64, 40), make([]float64, dim)
	for i := range mean {
		scale[i] = 1 / math.Sqrt(float64(i+1))
		mean[(i*7)%dim] = r.NormFloat64() * 0.08
	}
	for c := range centres {
		centres[c] = make([]float64, dim)
		for i := range dim {
			centres[c][i] = r.NormFloat64() * scale[i] * 0.7
		}
	}
	return mean, centres, scale
}

func draw(r *rand.Rand, mean, centre, scale []float64) []float32 {
	x := make([]float64, len(mean))
	var norm float64
	for i := range x {
		x[i] = mean[i] + centre[i] + r.NormFloat64()*scale[i]
		norm += x[i] * x[i]
	}
	norm = math.Sqrt(norm)
	out := make([]float32, len(x))
	for i := range x {
		out[i] = float32(x[i] / norm)
	}
	return out
}

// model is the naive matrix: a map and a float scan.
type model map[int64][]float32

func (m model) search(query []float32, k int, allow, deny *roaring.Bitmap) []Candidate {
	var out []Candidate
	for num, x := range m {
		if (allow == nil || allow.Contains(uint32(num))) && (deny == nil || !deny.Contains(uint32(num))) {
			out = append(out, Candidate{num, Dot(query, x)})
		}
	}
	slices.SortFunc(out, byScore)
	return out[:min(k, len(out))]
}

func (m model) floats(_ context.Context, nums []int64) (map[int64][]float32, error) {
	out := map[int64][]float32{}
	for _, n := range nums {
		out[n] = m[n]
	}
	return out, nil
}

func TestSearchEqualsANaiveScanAfterAnyOperations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dim := rapid.SampledFrom([]int{1, 3, 64, 65, 130}).Draw(t, "dim")
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		m := New(testRef, dim, Config{Threads: rapid.IntRange(1, 3).Draw(t, "threads")})
		naive := model{}
		for range rapid.IntRange(1, 8).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "append") {
				n := rapid.IntRange(0, 50).Draw(t, "n")
				nums, vectors := make([]int64, n), anisotropic(r, n, dim)
				for i := range nums {
					nums[i] = int64(r.IntN(120))
					naive[nums[i]] = vectors[i]
				}
				if refused, err := m.Append(nums, vectors); err != nil || len(refused) > 0 {
					t.Fatal(refused, err)
				}
			} else {
				num := int64(r.IntN(120))
				_, had := naive[num]
				if got := m.Remove(num) == 1; got != had {
					t.Fatalf("removing %d: %v, want %v", num, got, had)
				}
				delete(naive, num)
			}
		}
		if m.Len() != len(naive) {
			t.Fatalf("length %d, want %d", m.Len(), len(naive))
		}
		var allow *roaring.Bitmap
		if rapid.Bool().Draw(t, "filter") {
			allow = roaring.New()
			for range rapid.IntRange(0, 100).Draw(t, "allowed") {
				allow.Add(uint32(r.IntN(150)))
			}
		}
		var deny *roaring.Bitmap
		if rapid.Bool().Draw(t, "exclude") {
			deny = roaring.New()
			for range rapid.IntRange(0, 60).Draw(t, "denied") {
				deny.Add(uint32(r.IntN(150)))
			}
		}
		query := anisotropic(r, 1, dim)[0]
		k := rapid.IntRange(0, 130).Draw(t, "k")
		// Everything is rescored, so the answer must be the exact one.
		got, err := m.Search(context.Background(), query, Options{K: k, Rescore: 200, Allow: allow, Deny: deny, Floats: naive.floats})
		if err != nil {
			t.Fatal(err)
		}
		want := naive.search(query, k, allow, deny)
		if !slices.Equal(got.Candidates, want) {
			t.Fatalf("got %v, want %v", got.Candidates, want)
		}
		if all := naive.search(query, 1000, allow, deny); got.Scores.Count != len(all) {
			t.Fatalf("counted %d scores, want %d", got.Scores.Count, len(all))
		}
	})
}

func TestEveryInstructionSetGivesTheSameScores(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for _, dim := range []int{1, 63, 64, 128, 512, 1000, 1024} {
		stride := strideOf(dim)
		const n = 11
		codes, scales := make([]byte, n*stride), make([]float32, n)
		for i, x := range anisotropic(r, n, dim) {
			scales[i] = encodeRow(x, codes[i*stride:(i+1)*stride])
		}
		for i := range stride { // the extremes
			codes[i] = []byte{1, 255}[i%2]
		}
		q := encodeQuery(anisotropic(r, 1, dim)[0], stride)
		want := make([]float32, n)
		scan(scalar, codes, scales, nil, stride, q, want)
		for isa := scalar + 1; isa <= bestInstructions(); isa++ {
			if isa == neon && bestInstructions() != neon {
				continue
			}
			got := make([]float32, n)
			scan(isa, codes, scales, nil, stride, q, got)
			if !slices.Equal(got, want) {
				t.Errorf("%v, %d values: %v, want %v", isa, dim, got, want)
			}
			rows := []uint32{10, 3, 3, 0, 7, 1, 9}
			got = got[:len(rows)]
			scan(isa, codes, scales, rows, stride, q, got)
			for i, row := range rows {
				if got[i] != want[row] {
					t.Errorf("%v, row %d by list: %v, want %v", isa, row, got[i], want[row])
				}
			}
		}
	}
}

func TestZeroAndInfiniteVectorsAreRefused(t *testing.T) {
	m := New(testRef, 3, Config{})
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	refused, err := m.Append([]int64{1, 2, 3, 4}, [][]float32{{0, 0, 0}, {1, nan, 0}, {0, 0, 1}, {inf, 0, 0}})
	if err != nil || !slices.Equal(refused, []int64{1, 2, 4}) || m.Len() != 1 {
		t.Fatal(refused, err, m.Len())
	}
	if _, err := m.Append([]int64{5, 6}, [][]float32{{1, 0, 0}, {1, 0}}); err == nil || m.Has(5) {
		t.Fatal("a vector of another length was taken, or the rest of its batch was")
	}
	if _, err := m.Append([]int64{1 << 32}, [][]float32{{1, 0, 0}}); err == nil {
		t.Fatal("a number that does not fit was taken")
	}
	for _, query := range [][]float32{{nan, 0, 0}, {inf, 0, 0}, {1, 0}} {
		if _, err := m.Search(context.Background(), query, Options{K: 1}); err == nil {
			t.Errorf("query %v was answered", query)
		}
	}
	// A new vector that is refused must not leave the old one behind.
	if _, err := m.Append([]int64{3}, [][]float32{{0, 0, 0}}); err != nil || m.Has(3) {
		t.Fatal("the old vector of a photo outlived its new one")
	}
}

func TestEqualScoresAreOrderedByNumberWhateverTheThreads(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	const n = 3*blockRows + 100
	base := anisotropic(r, 7, 64)
	nums, vectors := make([]int64, n), make([][]float32, n)
	for i, p := range r.Perm(n) {
		nums[i], vectors[i] = int64(p), base[p%7]
	}
	var want []Candidate
	var mean float64
	for threads := 1; threads <= 4; threads++ {
		m := New(testRef, 64, Config{Threads: threads})
		if _, err := m.Append(nums, vectors); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			got, err := m.Search(context.Background(), base[0], Options{K: 100})
			if err != nil {
				t.Fatal(err)
			}
			if want == nil {
				want, mean = got.Candidates, got.Scores.Mean
				for i, c := range want {
					if c.Num != int64(7*i) {
						t.Fatalf("place %d is %d, want %d", i, c.Num, 7*i)
					}
				}
			}
			if !slices.Equal(got.Candidates, want) || got.Scores.Mean != mean {
				t.Fatalf("%d threads give another answer", threads)
			}
		}
	}
}

func TestNarrowPassKeepsRecall(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 4))
	const n, dim, k = 20_000, 256, 50
	vectors := anisotropic(r, n+20, dim)
	queries := vectors[n:]
	nums := make([]int64, n)
	naive := model{}
	for i := range nums {
		nums[i] = int64(i)
		naive[nums[i]] = vectors[i]
	}
	m := New(testRef, dim, Config{NarrowFrom: 1000})
	if _, err := m.Append(nums[:n/2], vectors[:n/2]); err != nil {
		t.Fatal(err)
	}
	if err := m.Narrow(context.Background()); err != nil {
		t.Fatal(err)
	}
	if m.state.Load().axes == nil {
		t.Fatal("the narrow pass was not built")
	}
	// Rows that come later must take part in the narrow pass.
	if _, err := m.Append(nums[n/2:], vectors[n/2:n]); err != nil {
		t.Fatal(err)
	}
	found, total := 0, 0
	for _, q := range queries {
		got, err := m.Search(context.Background(), q, Options{K: k, Floats: naive.floats})
		if err != nil {
			t.Fatal(err)
		}
		want := naive.search(q, k, nil, nil)
		for _, c := range got.Candidates {
			if slices.Contains(want, c) {
				found++
			}
		}
		total += k
		if math.Abs(got.Scores.Mean-float64(Dot(q, meanOf(vectors[:n])))) > 0.01 {
			t.Errorf("mean score %v is off", got.Scores.Mean)
		}
	}
	if recall := float64(found) / float64(total); recall < 0.99 {
		t.Errorf("recall@%d is %.4f", k, recall)
	}
}

func meanOf(vectors [][]float32) []float32 {
	out := make([]float32, len(vectors[0]))
	for _, x := range vectors {
		for i, v := range x {
			out[i] += v / float32(len(vectors))
		}
	}
	return out
}

func TestAFilterOfThreeReturnsItsThree(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	const n = 2*blockRows + 500
	vectors := anisotropic(r, n, 32)
	nums := make([]int64, n)
	for i := range nums {
		nums[i] = int64(i)
	}
	m := New(testRef, 32, Config{})
	if _, err := m.Append(nums, vectors); err != nil {
		t.Fatal(err)
	}
	m.Remove(9000)
	got, err := m.Search(context.Background(), vectors[0], Options{K: 50, Allow: roaring.BitmapOf(5, 8191, 9000, 16800, 4_000_000)})
	if err != nil {
		t.Fatal(err)
	}
	var found []int64
	for _, c := range got.Candidates {
		found = append(found, c.Num)
	}
	slices.Sort(found)
	if !slices.Equal(found, []int64{5, 8191, 16800}) || got.Scores.Count != 3 {
		t.Errorf("found %v, counted %d", found, got.Scores.Count)
	}
}

func TestASearchIsCancelled(t *testing.T) {
	m := New(testRef, 3, Config{})
	if _, err := m.Append([]int64{1}, [][]float32{{1, 0, 0}}); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := m.Search(ctx, []float32{1, 0, 0}, Options{K: 1}); !errors.Is(err, context.Canceled) {
		t.Fatalf("got %v", err)
	}
	failure := errors.New("no disk")
	_, err := m.Search(context.Background(), []float32{1, 0, 0}, Options{K: 1, Floats: func(context.Context, []int64) (map[int64][]float32, error) {
		return nil, failure
	}})
	if !errors.Is(err, failure) {
		t.Fatalf("got %v", err)
	}
}

func TestSearchesRunBesideAppends(t *testing.T) {
	r := rand.New(rand.NewPCG(9, 9))
	m := New(testRef, 16, Config{NarrowFrom: -1})
	vectors := anisotropic(r, 3000, 16)
	done := make(chan error)
	go func() {
		for i := range vectors {
			if _, err := m.Append([]int64{int64(i)}, vectors[i:i+1]); err != nil {
				done <- err
				return
			}
			if i%3 == 0 {
				m.Remove(int64(i / 2))
			}
		}
		done <- nil
	}()
	for running := true; running; {
		select {
		case err := <-done:
			if err != nil {
				t.Fatal(err)
			}
			running = false
		default:
		}
		got, err := m.Search(context.Background(), vectors[0], Options{K: 5000})
		if err != nil {
			t.Fatal(err)
		}
		if len(got.Candidates) != got.Scores.Count {
			t.Fatalf("%d candidates of %d rows: two states were mixed", len(got.Candidates), got.Scores.Count)
		}
	}
}

func TestDistributionCountsAndQuantiles(t *testing.T) {
	m := New(testRef, 2, Config{})
	var nums []int64
	var vectors [][]float32
	for i := range 1000 {
		angle := math.Pi * float64(i) / 1000
		nums, vectors = append(nums, int64(i)), append(vectors, []float32{float32(math.Cos(angle)), float32(math.Sin(angle))})
	}
	if _, err := m.Append(nums, vectors); err != nil {
		t.Fatal(err)
	}
	got, err := m.Search(context.Background(), []float32{1, 0}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	d := got.Scores
	if d.Count != 1000 || math.Abs(d.AtLeast(0)-500) > 15 || math.Abs(d.Quantile(0.5)) > 0.02 || math.Abs(d.Std-math.Sqrt(0.5)) > 0.02 {
		t.Errorf("count %d, at least 0: %v, median %v, std %v", d.Count, d.AtLeast(0), d.Quantile(0.5), d.Std)
	}
	low, high := d.Range()
	sum := 0
	for _, n := range d.Histogram(low, high, 100) {
		sum += n
	}
	if sum != 1000 || low > -0.98 || high < 0.98 {
		t.Errorf("histogram of %d from %v to %v", sum, low, high)
	}
}

func TestHalfIsExact(t *testing.T) {
	for _, c := range []struct {
		bits uint16
		want float32
	}{{0, 0}, {0x3c00, 1}, {0xc000, -2}, {0x7bff, 65504}, {0x0001, 5.9604645e-08}, {0x03ff, 6.097555e-05}, {0x0400, 6.1035156e-05}, {0x3555, 0.33325195}} {
		if got := Half(c.bits); got != c.want {
			t.Errorf("%#04x is %v, want %v", c.bits, got, c.want)
		}
	}
	if !math.IsInf(float64(Half(0xfc00)), -1) || !math.IsNaN(float64(Half(0x7e00))) {
		t.Error("infinity or NaN is lost")
	}
}

func TestClosedMatrix(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m")
	m := New(testRef, 2, Config{})
	if _, err := m.Append([]int64{1}, [][]float32{{1, 0}}); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(context.Background(), path, 1); err != nil {
		t.Fatal(err)
	}
	o, _, err := Open(path, testRef, 2, Config{})
	if err != nil {
		t.Fatal(err)
	}
	if err := o.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := o.Search(context.Background(), []float32{1, 0}, Options{K: 1}); !errors.Is(err, ErrClosed) {
		t.Fatalf("got %v", err)
	}
}
