package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/rs/zerolog"

	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/indexer"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
	"pixeldetective/backend/photo"
)

// measureGrowth indexes ever larger libraries with decode and inference left out, so that only the cost of the rows, the
// queue and the transactions is left, and compares what the last photos cost.
func measureGrowth(ctx context.Context, b *bench) error {
	sizes := []int{1_000, 100_000, 1_000_000}
	if b.quick {
		sizes = sizes[:2]
	}
	var small float64
	for _, n := range sizes {
		for _, perFolder := range []int{10, 100_000} {
			cost, heap, bytes, err := b.growTo(ctx, n, perFolder)
			if err != nil {
				return err
			}
			layout := fmt.Sprintf("%d files in folders of %d", n, min(n, perFolder))
			b.figure("queue and heap, "+layout, "%.0f MB at most, library of %.1f kB a photo without thumbnails", heap, bytes/1000)
			if n == sizes[0] && small == 0 {
				small = cost
				b.figure("cost of a photo, "+layout, "%.0f µs", cost)
				continue
			}
			b.atMost("cost of a photo, "+layout+", against the first", cost/small, 1.2, "x", fmt.Sprintf(" (%.0f µs)", cost))
		}
	}
	return nil
}

// growTo indexes n files and returns the cost of a photo in µs over the last tenth (at least 1,000 photos), the largest
// heap in MB, and the bytes of the library a photo.
func (b *bench) growTo(ctx context.Context, n, perFolder int) (cost, heap, bytes float64, err error) {
	dir, err := b.emptyFiles(n, perFolder)
	if err != nil {
		return 0, 0, 0, err
	}
	defer os.RemoveAll(dir)
	st, f, library, err := b.openLibraryOf(ctx, dir)
	if err != nil {
		return 0, 0, 0, err
	}
	defer st.Close()
	if _, err := folder.Scan(ctx, st, f, ""); err != nil {
		return 0, 0, 0, err
	}
	tail := max(1000, n/10)
	var begun time.Time
	var atBegin int64
	x := indexer.New(indexer.Options{
		Library: st, Workers: stubs{}, Log: zerolog.Nop(), MaxFileBytes: 1 << 20, QueueBytes: 64 << 20, ThumbnailSide: 320, BatchSize: 8,
		OnProgress: func(p indexer.Progress) {
			var m runtime.MemStats
			runtime.ReadMemStats(&m)
			heap = max(heap, float64(m.HeapInuse)/1e6)
			if begun.IsZero() && p.Done >= int64(n-tail) {
				begun, atBegin = time.Now(), p.Done
			}
		},
	})
	runtime.GC()
	started := time.Now()
	s, err := x.Pass(ctx)
	if err != nil {
		return 0, 0, 0, err
	}
	if s.Linked != n {
		return 0, 0, 0, fmt.Errorf("%d of %d files were indexed", s.Linked, n)
	}
	if n == tail || begun.IsZero() || int64(n)-atBegin < int64(tail)/2 {
		begun, atBegin = started, 0
	}
	cost = float64(time.Since(begun).Microseconds()) / float64(int64(n)-atBegin)
	return cost, heap, float64(folderBytes(library)) / float64(n), nil
}

// stubs stand in for decode and inference: they cost nothing, so that the rest can be measured.
type stubs struct{}

func (stubs) Decode(_ context.Context, job worker.DecodeJob, _ bool) (worker.Decoded, error) {
	d := worker.Decoded{
		PixelDigest: sha256.Sum256(job.Data),
		Metadata:    photo.Metadata{Format: "jpeg", Width: 4000, Height: 3000, Camera: "Canon EOS R6", ISO: 400, Aperture: 5.6},
	}
	for range job.Inputs {
		d.Inputs = append(d.Inputs, job.Data)
	}
	return d, nil
}

func (stubs) DecodeSlots() int { return 4 }
func (stubs) BatchLimit() int  { return 8 }

func (stubs) EncodeImages(_ context.Context, _ photo.ModelRef, pixels [][]byte) ([]worker.Embedding, error) {
	out := make([]worker.Embedding, len(pixels))
	for i, p := range pixels {
		v := make([]float32, 1024)
		sum := sha256.Sum256(p)
		for k, c := range sum {
			v[32*k] = float32(c) / 255 / 4
		}
		out[i] = worker.Embedding{Vector: v, Tags: []photo.Tag{{Name: "dog", Kind: "coco", Score: .9}}}
	}
	return out, nil
}

func (stubs) ImageModel() (catalog.Model, error) {
	return catalog.Model{
		ID: "stub", Revision: "1",
		Image: &catalog.Graph{Preprocess: &catalog.Preprocess{Width: 8, Height: 8, Fit: "stretch", Filter: "bilinear"}},
	}, nil
}

func (s stubs) WantedModel() (catalog.Model, error) { return s.ImageModel() }

func (stubs) Together() bool { return true }

func (stubs) Prepare(context.Context, photo.ModelRef) error { return nil }

// folderBytes is what the files of a folder take.
func folderBytes(dir string) int64 {
	var sum int64
	entries, err := os.ReadDir(dir)
	if err != nil {
		return 0
	}
	for _, e := range entries {
		if info, err := e.Info(); err == nil && !e.IsDir() {
			sum += info.Size()
		}
	}
	return sum
}
