package encoder

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"pixeldetective/backend/model/catalog"
)

// uncached writes as a decoder does, and computes the whole text anew at each step.
type uncached struct {
	decoder *decoder
	texts   [][]int64
}

func (w *uncached) begin(ctx context.Context, tokens []int64, pictures int) ([][]float32, error) {
	w.texts = [][]int64{tokens}
	return w.decoder.begin(ctx, tokens, pictures)
}

func (w *uncached) next(ctx context.Context, rows []int, tokens []int64) ([][]float32, error) {
	if len(rows) != 1 {
		return nil, fmt.Errorf("%d rows, and only greedy texts of one picture are compared", len(rows))
	}
	w.texts[0] = append(w.texts[0], tokens[0])
	return w.decoder.begin(ctx, w.texts[0], 1)
}

// BenchmarkCaptions prints milliseconds a photo of a captioner: with greedy search, with and without the cache of keys
// and values, with beams, and in batches. PIXEL_DETECTIVE_CAPTIONER is the folder of a model with its model.json, for
// instance one that models/export/blip/export.py --random wrote; without it, it measures the tests' small models.
//
//	go test -tags sqlite_fts5 -run - -bench Captions -benchtime 5x ./backend/model/encoder
func BenchmarkCaptions(b *testing.B) {
	folder := os.Getenv("PIXEL_DETECTIVE_CAPTIONER")
	if folder == "" {
		o, _ := tinyCaptioner(b, "blip")
		folder = o.Folder
	}
	o := captionerIn(b, filepath.Clean(folder))
	o.Threads = 2
	if p := os.Getenv("PIXEL_DETECTIVE_PRECISION"); p != "" {
		o.Model.Image.Default, o.Model.Decoder.Default = catalog.Precision(p), catalog.Precision(p)
		if past := o.Model.DecoderPast; past != nil {
			past.Default = catalog.Precision(p)
		}
	}
	c := loadTestCaptioner(b, o)
	picture := testPicture(c.width, c.height)
	rule := c.rule
	rule.Beams = 1
	rule.End = int64(c.decoder.vocabulary) // never: each text has its full length
	per := func(b *testing.B, pictures int) {
		b.ReportMetric(float64(b.Elapsed().Microseconds())/1000/float64(b.N*pictures), "ms/photo")
		rss, _ := resident(b)
		b.ReportMetric(rss, "MB-rss")
	}
	b.Run("seeing", func(b *testing.B) {
		for b.Loop() {
			c.hidden = c.hidden[:0]
			if err := c.see(b.Context(), c.session, [][]byte{picture}); err != nil {
				b.Fatal(err)
			}
		}
		per(b, 1)
	})
	c.decoder.look(c.hidden)
	for name, w := range map[string]writer{"cached": &c.decoder, "uncached": &uncached{decoder: &c.decoder}} {
		b.Run(fmt.Sprintf("writing/%d tokens/%s", rule.MaxTokens, name), func(b *testing.B) {
			for b.Loop() {
				if _, err := generate(b.Context(), w, 1, rule); err != nil {
					b.Fatal(err)
				}
			}
			per(b, 1)
		})
	}
	c.rule.End = rule.End
	for _, beams := range []int{1, 3, 4} {
		for _, pictures := range []int{1, 4} {
			b.Run(fmt.Sprintf("whole/beams=%d/photos=%d", beams, pictures), func(b *testing.B) {
				pixels := make([][]byte, pictures)
				for i := range pixels {
					pixels[i] = picture
				}
				for b.Loop() {
					if _, err := c.Caption(b.Context(), pixels, CaptionOptions{Beams: beams}); err != nil {
						b.Fatal(err)
					}
				}
				per(b, pictures)
			})
		}
	}
}
