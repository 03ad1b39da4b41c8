package vector

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"unsafe"

	"pixeldetective/backend/photo"
)

// alignedCopy returns a copy of b that starts at a cache line, as a mapping does.
func alignedCopy(b []byte) []byte {
	raw := make([]byte, len(b)+align)
	skip := (align - int(uintptr(unsafe.Pointer(&raw[0]))%align)) % align
	out := raw[skip : skip+len(b)]
	copy(out, b)
	return out
}

func TestACacheFileHoldsTheMatrix(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 1))
	ctx := context.Background()
	const n, dim = blockRows + 300, 160
	vectors := anisotropic(r, n, dim)
	nums := make([]int64, n)
	for i, p := range r.Perm(n) {
		nums[i] = int64(p) * 3
	}
	for _, narrow := range []bool{false, true} {
		m := New(testRef, dim, Config{NarrowFrom: 1000})
		if _, err := m.Append(nums, vectors); err != nil {
			t.Fatal(err)
		}
		m.Remove(nums[5], nums[600])
		if narrow {
			if err := m.Narrow(ctx); err != nil {
				t.Fatal(err)
			}
		}
		path := filepath.Join(t.TempDir(), "matrix")
		if err := m.Save(ctx, path, 77); err != nil {
			t.Fatal(err)
		}
		o, seq, err := Open(path, testRef, dim, Config{})
		if err != nil || seq != 77 {
			t.Fatal(seq, err)
		}
		if (o.state.Load().axes != nil) != narrow {
			t.Fatal("the narrow pass got lost")
		}
		check := func() {
			t.Helper()
			for _, q := range vectors[:10] {
				a, err := m.Search(ctx, q, Options{K: 40})
				if err != nil {
					t.Fatal(err)
				}
				b, err := o.Search(ctx, q, Options{K: 40})
				if err != nil {
					t.Fatal(err)
				}
				if !slices.Equal(a.Candidates, b.Candidates) || a.Scores.Count != b.Scores.Count {
					t.Fatalf("narrow %v: the mapped matrix answers differently", narrow)
				}
			}
		}
		check()
		for _, both := range []*Matrix{m, o} { // a mapped matrix takes changes too
			both.Remove(nums[9])
			if _, err := both.Append([]int64{nums[10], 1_000_000}, [][]float32{vectors[3], vectors[4]}); err != nil {
				t.Fatal(err)
			}
		}
		check()
		if err := o.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestAWrongCacheFileIsNotUsed(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "matrix")
	m := New(testRef, 8, Config{})
	if _, err := m.Append([]int64{1, 2}, anisotropic(rand.New(rand.NewPCG(1, 1)), 2, 8)); err != nil {
		t.Fatal(err)
	}
	if err := m.Save(context.Background(), path, 1); err != nil {
		t.Fatal(err)
	}
	good, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	damaged := func(at int) []byte {
		b := bytes.Clone(good)
		b[at] ^= 0x40
		return b
	}
	l := layoutOf(8, 1, false)
	for name, data := range map[string][]byte{
		"empty": {}, "short": good[:100], "cut": good[:len(good)-1], "long": append(bytes.Clone(good), 0),
		"header": damaged(30), "table": damaged(l.table + 1), "number": damaged(l.first), "scale": damaged(l.first + l.scales),
		"text": []byte("not a cache, but long enough to hold a header" + string(make([]byte, 400))),
	} {
		p := filepath.Join(dir, name)
		if err := os.WriteFile(p, data, 0o600); err != nil {
			t.Fatal(err)
		}
		var refused *CacheError
		if _, _, err := Open(p, testRef, 8, Config{}); !errors.As(err, &refused) {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for name, open := range map[string]func() error{
		"absent":    func() error { _, _, err := Open(filepath.Join(dir, "absent"), testRef, 8, Config{}); return err },
		"folder":    func() error { _, _, err := Open(dir, testRef, 8, Config{}); return err },
		"dimension": func() error { _, _, err := Open(path, testRef, 9, Config{}); return err },
		"model": func() error {
			_, _, err := Open(path, photo.ModelRef{ID: "test", Revision: "2"}, 8, Config{})
			return err
		},
	} {
		var refused *CacheError
		if err := open(); !errors.As(err, &refused) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func FuzzParseCache(f *testing.F) {
	m := New(testRef, 130, Config{NarrowFrom: 1})
	r := rand.New(rand.NewPCG(1, 1))
	nums := make([]int64, 300)
	for i := range nums {
		nums[i] = int64(i)
	}
	if _, err := m.Append(nums, anisotropic(r, len(nums), 130)); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(f.TempDir(), "m")
	for _, narrow := range []bool{false, true} {
		if narrow {
			if err := m.Narrow(context.Background()); err != nil {
				f.Fatal(err)
			}
		}
		if err := m.Save(context.Background(), path, 9); err != nil {
			f.Fatal(err)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		// The front is what parsing depends on; the rest is put back below.
		f.Add(b[:layoutOf(130, 1, narrow).first], narrow)
	}
	f.Fuzz(func(t *testing.T, front []byte, fix bool) {
		h := len(front)
		if h > 1<<20 {
			return
		}
		data := alignedCopy(append(bytes.Clone(front), make([]byte, layoutOf(130, 1, fix).block)...))
		if fix && h >= cacheHeader { // past the checksum, to what it guards
			l := layoutOf(130, 1, data[20] == 1)
			if l.checksumLength <= len(data) {
				sum := checksum(data[:l.checksumLength])
				data[8], data[9], data[10], data[11] = byte(sum), byte(sum>>8), byte(sum>>16), byte(sum>>24)
			}
		}
		m, _, reason := parseCache(data, testRef, 130, Config{})
		if (m == nil) == (reason == "") {
			t.Fatal("neither a matrix nor a reason")
		}
		if m != nil {
			if _, err := m.Search(context.Background(), make([]float32, 130), Options{K: 3}); err != nil {
				t.Fatal(err)
			}
		}
	})
}
