package encoder

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"
	"time"

	"pixeldetective/backend/model/catalog"
)

// exported opens the model that PIXEL_DETECTIVE_MODEL names, a folder that one of models/export made, as a user's model is
// opened. Such models are too large for the repository, so without it there is nothing to measure.
func exported(b *testing.B) LoadOptions {
	b.Helper()
	folder := os.Getenv("PIXEL_DETECTIVE_MODEL")
	if folder == "" {
		b.Skip("PIXEL_DETECTIVE_MODEL names no folder that models/export/clip or models/export/siglip2 made")
	}
	c, err := catalog.Open(filepath.Join(moduleRoot(b), "models"), filepath.Dir(folder))
	if err != nil {
		b.Fatal(err)
	}
	m, at, ok := c.Find(filepath.Base(folder))
	if !ok || at != folder {
		b.Fatalf("the catalog does not take %s: %v", folder, c.Problems())
	}
	m.Prompt = "" // vectors.py knows of none
	return LoadOptions{Model: m, Folder: folder, RuntimeLibrary: runtimeLibrary(b), Device: "cpu", Threads: 1}
}

// vectorsOf is what models/export/vectors.py writes: by precision, a vector for each text and each of three pictures.
type vectorsOf struct {
	Texts       []string
	Text, Image map[catalog.Precision][][]float32
}

func readVectors(b *testing.B) *vectorsOf {
	b.Helper()
	path := os.Getenv("PIXEL_DETECTIVE_VECTORS")
	if path == "" {
		return nil
	}
	data, err := os.ReadFile(path)
	if err != nil {
		b.Fatal(err)
	}
	v := &vectorsOf{}
	if err := json.Unmarshal(data, v); err != nil {
		b.Fatal(err)
	}
	return v
}

// in returns the options for another precision of the model's graphs.
func in(o LoadOptions, p catalog.Precision) LoadOptions {
	image, text := *o.Model.Image, *o.Model.Text
	image.Default, text.Default = p, p
	o.Model.Image, o.Model.Text = &image, &text
	return o
}

// BenchmarkUsersModel prints, for each precision of an exported model: milliseconds a picture and a query, by how many
// millionths the least cosine with ONNX Runtime in Python is below 1, the file's size, and memory after loading and at most, in a process of its own. Of a model
// whose texts need no padding also how long a padded query takes, and the cosine with it: int8 rounds otherwise where there
// are other tokens beside. See models/export/vectors.py.
func BenchmarkUsersModel(b *testing.B) {
	o, golden := exported(b), readVectors(b)
	for _, p := range []catalog.Precision{catalog.FP32, catalog.FP16, catalog.Int8} {
		o := in(o, p)
		b.Run("image/"+string(p), func(b *testing.B) {
			e, _ := loadImage(b, o)
			side := o.Model.Image.Preprocess.Width
			best := fastest(b, func() error {
				_, err := e.Encode(b.Context(), [][]byte{testPicture(side, side)})
				return err
			})
			b.ReportMetric(best, "best-ms")
			if golden != nil {
				f := tinyFamily{side: side}
				embeddings, err := e.Encode(b.Context(), f.pictures())
				if err != nil {
					b.Fatal(err)
				}
				least := 1.0
				for i, e := range embeddings {
					least = min(least, cosine(e.Vector, golden.Image[p][i]))
				}
				b.ReportMetric((1-least)*1e6, "millionths-off")
			}
			o.footprint(b, catalog.GraphImage, o.Model.Image.Variants[p])
		})
		b.Run("text/"+string(p), func(b *testing.B) {
			const query = "two people riding bicycles along a river at sunset"
			e, _ := loadText(b, o)
			encode := func() error {
				_, err := e.Encode(b.Context(), []string{query})
				return err
			}
			best := fastest(b, encode)
			b.ReportMetric(best, "best-ms")
			if golden != nil {
				least := 1.0
				for i, text := range golden.Texts {
					v, err := e.Encode(b.Context(), []string{text})
					if err != nil {
						b.Fatal(err)
					}
					least = min(least, cosine(v[0], golden.Text[p][i]))
				}
				b.ReportMetric((1-least)*1e6, "millionths-off")
			}
			if w := e.(*words); w.padTo == 0 {
				w.padTo = o.Model.Text.Tokenizer.MaxTokens
				padded := fastest(b, encode)
				want, err := e.Encode(b.Context(), []string{query})
				if err != nil {
					b.Fatal(err)
				}
				w.padTo = 0
				got, err := e.Encode(b.Context(), []string{query})
				if err != nil {
					b.Fatal(err)
				}
				b.ReportMetric((1-cosine(got[0], want[0]))*1e6, "millionths-off-padded")
				b.ReportMetric(padded, "padded-ms")
				b.ReportMetric(padded/best, "times-faster-cut")
			}
			o.footprint(b, catalog.GraphText, o.Model.Text.Variants[p])
		})
	}
}

// fastest returns the milliseconds of the fastest of the benchmark's runs: other jobs share the machine.
func fastest(b *testing.B, run func() error) float64 {
	b.Helper()
	best := time.Hour
	for range max(b.N, 3) {
		began := time.Now()
		if err := run(); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(began))
	}
	return float64(best.Microseconds()) / 1000
}

// footprint reports the size of a graph's file and the memory of a process that loads it.
func (o LoadOptions) footprint(b *testing.B, graph catalog.GraphName, file string) {
	b.Helper()
	f, _ := o.Model.File(file)
	r := inChild(b, childJob{Graph: graph, Options: o, Pictures: 3}, "MALLOC_ARENA_MAX=1")
	if r.Error != "" {
		b.Fatal(r.Error)
	}
	b.ReportMetric(float64(f.Bytes)/1e6, "MB-file")
	b.ReportMetric(r.AtEnd, "MB-rss")
	b.ReportMetric(r.Peak, "MB-peak")
}
