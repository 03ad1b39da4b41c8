package folder

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/library/store"
)

// grow makes a tree of empty photos, so many in each folder.
func grow(b *testing.B, root string, files, each int) {
	b.Helper()
	for i := range files {
		dir := filepath.Join(root, fmt.Sprintf("%02d", i/each%64), fmt.Sprintf("folder %05d", i/each))
		if i%each == 0 {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				b.Fatal(err)
			}
		}
		f, err := os.Create(filepath.Join(dir, fmt.Sprintf("IMG_%07d.jpg", i)))
		if err != nil {
			b.Fatal(err)
		}
		if err := f.Close(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkRescan scans unchanged files into a real store, and compares with the standard library's walk that looks at
// each file: x/bare is the ratio of the two, taken in turns.
func BenchmarkRescan(b *testing.B) {
	for _, size := range []struct{ files, each int }{{1_000, 10}, {10_000, 100}, {100_000, 100}, {100_000, 100_000}} {
		b.Run(fmt.Sprintf("files=%d/folder=%d", size.files, size.each), func(b *testing.B) {
			root := b.TempDir()
			grow(b, root, size.files, size.each)
			ctx := context.Background()
			st, err := store.Open(ctx, store.Options{Dir: b.TempDir(), Log: zerolog.Nop()})
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = st.Close() }()
			f, err := st.AddFolder(ctx, root)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := Scan(ctx, st, f, ""); err != nil {
				b.Fatal(err)
			}
			var bare, walked, scanned time.Duration
			b.ReportAllocs()
			for b.Loop() {
				start := time.Now()
				if n, err := plainWalk(root); err != nil || n != size.files {
					b.Fatal(n, err)
				}
				bare += time.Since(start)
				start = time.Now()
				if err := Walk(ctx, root, "", visitFunc(func(string) error { return nil })); err != nil {
					b.Fatal(err)
				}
				walked += time.Since(start)
				start = time.Now()
				result, err := Scan(ctx, st, f, "")
				if err != nil || result.Unchanged != size.files {
					b.Fatal(result, err)
				}
				scanned += time.Since(start)
			}
			b.ReportMetric(float64(bare.Milliseconds())/float64(b.N), "bare-ms")
			b.ReportMetric(float64(walked)/float64(bare), "walk/bare")
			b.ReportMetric(float64(scanned)/float64(bare), "scan/bare")
		})
	}
}

func plainWalk(root string) (files int, err error) {
	err = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if _, err := d.Info(); err != nil {
			return err
		}
		files++
		return nil
	})
	return files, err
}
