package main

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"time"

	"pixeldetective/backend"
	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/encoder"
	"pixeldetective/backend/model/supervisor"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/search"
)

const (
	queryPhotos = 100_000
	queryCount  = 250
	queryWarmUp = 60 // questions before the first that counts: as somebody has asked who searches
)

// measureQuery asks a library of 100,000 photos questions that were never asked before, end to end through the engine
// with the model warm in its worker, in turns with the bare text encoder in this process; then the same while another
// process indexes photos.
func measureQuery(ctx context.Context, b *bench) error {
	library, err := b.bigLibrary(ctx, queryPhotos, nil)
	if err != nil {
		return err
	}
	bare, err := b.bareTextEncoder(ctx)
	if err != nil {
		return err
	}
	defer bare.Close()
	return b.withBackend(ctx, library, func(ctx context.Context, p *backend.Backend) error {
		if _, _, err := b.askAll(ctx, p, bare, 0, queryWarmUp); err != nil {
			return err
		}
		idle, encoding, err := b.askAll(ctx, p, bare, queryWarmUp, queryCount)
		if err != nil {
			return err
		}
		b.figure("bare text encoder", "p50 %.1f ms, p95 %.1f ms", quantile(encoding, .5), quantile(encoding, .95))
		b.figure("new question to 100,000 photos, end to end", "p50 %.1f ms, p95 %.1f ms", quantile(idle, .5), quantile(idle, .95))
		b.atMost("new question against the bare text encoder, p95", quantile(idle, .95)/quantile(encoding, .95), 1.3, "x", "")
		var worker []time.Duration
		for i := range queryCount {
			d, err := timed(func() error {
				_, err := p.Supervisor.EncodeText(ctx, []string{question(i + 2*queryCount)}, supervisor.PriorityQuery)
				return err
			})
			if err != nil {
				return err
			}
			worker = append(worker, d)
		}
		b.figure("text encoder in its worker", "p50 %.1f ms, p95 %.1f ms", quantile(worker, .5), quantile(worker, .95))
		known, err := b.askAgain(ctx, p, queryWarmUp, queryCount)
		if err != nil {
			return err
		}
		b.atMost("question that was encoded before (all but the encoder), p95", quantile(known, .95), 10, " ms",
			fmt.Sprintf(", p50 %.1f ms", quantile(known, .5)))
		return b.askWhileIndexing(ctx, p, bare, idle)
	})
}

// askWhileIndexing asks while another process indexes photos into a library of its own.
func (b *bench) askWhileIndexing(ctx context.Context, p *backend.Backend, bare encoder.TextEncoder, idle []time.Duration) error {
	dir, err := b.makePhotos(1500, 640)
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	library, err := b.library()
	if err != nil {
		return err
	}
	indexing, stop := context.WithCancel(ctx)
	defer stop()
	cmd := b.command(indexing, library, "--quiet", "index", dir)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	busy, _, err := b.askAll(ctx, p, bare, queryWarmUp+queryCount, queryCount)
	if err != nil {
		return err
	}
	select {
	case <-ended:
		return fmt.Errorf("indexing ended before the questions did; more photos are needed")
	default:
	}
	stop()
	<-ended
	b.atMost("new question while photos are indexed, p95, against idle", quantile(busy, .95)/quantile(idle, .95), 2.5, "x",
		fmt.Sprintf(" (p50 %.1f ms, p95 %.1f ms)", quantile(busy, .5), quantile(busy, .95)))
	return nil
}

// askAll asks new questions, in turns with encoding others.
func (b *bench) askAll(ctx context.Context, p *backend.Backend, bare encoder.TextEncoder, first, n int) (asked, encoded []time.Duration, err error) {
	for i := first; i < first+n; i++ {
		d, err := timed(func() error {
			answer, err := p.SearchWords(ctx, search.Request{Query: question(i)})
			if err == nil && answer.Model.ID == "" {
				err = fmt.Errorf("answered without the model: %v", answer.Notes)
			}
			return err
		})
		if err != nil {
			return nil, nil, err
		}
		asked = append(asked, d)
		if d, err = timed(func() error { _, err := bare.Encode(ctx, []string{question(i)}); return err }); err != nil {
			return nil, nil, err
		}
		encoded = append(encoded, d)
	}
	return asked, encoded, nil
}

// askAgain asks what askAll asked.
func (b *bench) askAgain(ctx context.Context, p *backend.Backend, first, n int) ([]time.Duration, error) {
	var asked []time.Duration
	for i := first; i < first+n; i++ {
		d, err := timed(func() error {
			_, err := p.SearchWords(ctx, search.Request{Query: question(i)})
			return err
		})
		if err != nil {
			return nil, err
		}
		asked = append(asked, d)
	}
	return asked, nil
}

// question is a question as people ask, another for each number below 900.
func question(i int) string {
	things := []string{
		"dog", "castle", "red car", "birthday cake", "old tree", "boat", "cat on a sofa", "mountain", "bicycle",
		"child with a balloon", "flower", "train",
	}
	places := []string{
		"on the beach", "at night", "in the snow", "by the river", "in a garden", "under a bridge", "near a church",
		"in the kitchen", "on a hill", "in a crowd",
	}
	moments := []string{"in summer", "with friends", "in the rain", "before sunset", "on a holiday", "in black and white", "from above", "in spring"}
	i = i * 541 % (len(things) * len(places) * len(moments)) // a prime: neighbours have little in common
	return fmt.Sprintf("a %s %s %s", things[i%len(things)], places[i/len(things)%len(places)], moments[i/len(things)/len(places)])
}

// bareTextEncoder loads the text graph into this process.
func (b *bench) bareTextEncoder(ctx context.Context) (encoder.TextEncoder, error) {
	model, dir, err := b.starter()
	if err != nil {
		return nil, err
	}
	text, _, err := encoder.LoadText(ctx, encoder.LoadOptions{
		Model: model, Folder: dir, RuntimeLibrary: filepath.Join(b.root, "build", "runtime", "libonnxruntime.so.1"),
	})
	return text, err
}

func (b *bench) starter() (catalog.Model, string, error) {
	models, err := catalog.Open(filepath.Join(b.root, "models"), "")
	if err != nil {
		return catalog.Model{}, "", err
	}
	return models.Active(catalog.RoleImageText)
}

// bigLibrary makes a library of n photos that nobody took: their vectors are those of real photos, mixed and stirred, and
// they share some thumbnails, if there are any.
func (b *bench) bigLibrary(ctx context.Context, n int, thumbnails [][]byte) (string, error) {
	model, _, err := b.starter()
	if err != nil {
		return "", err
	}
	seeds, err := b.realVectors(ctx, model.Ref())
	if err != nil {
		return "", err
	}
	dir, err := b.emptyFiles(n, 500)
	if err != nil {
		return "", err
	}
	st, f, library, err := b.openLibraryOf(ctx, dir)
	if err != nil {
		return "", err
	}
	defer st.Close()
	if _, err := folder.Scan(ctx, st, f, ""); err != nil {
		return "", err
	}
	random := rand.New(rand.NewPCG(3, 5))
	var after *store.Pending
	for {
		page, err := st.NewestPending(ctx, after, 1000)
		if err != nil || len(page) == 0 {
			return library, err
		}
		after = &page[len(page)-1]
		rows := make([]store.Indexed, len(page))
		for i, pending := range page {
			rows[i] = inventedPhoto(pending, model.Ref(), mix(random, seeds))
			if len(thumbnails) > 0 {
				rows[i].New.Thumbnail = thumbnails[int(pending.File)%len(thumbnails)]
			}
		}
		if _, err := st.Commit(ctx, rows, nil); err != nil {
			return "", err
		}
	}
}

// inventedPhoto is a photo with a vector and the usual words.
func inventedPhoto(pending store.Pending, ref photo.ModelRef, v []float32) store.Indexed {
	var number [8]byte
	binary.LittleEndian.PutUint64(number[:], uint64(pending.File))
	tags := []photo.Tag{{Name: []string{"dog", "car", "person", "bird", "tree"}[pending.File%5], Kind: "coco", Score: .8}}
	return store.Indexed{
		Pending: pending, Photo: sha256.Sum256(number[:]),
		New: &store.NewPhoto{
			Metadata: photo.Metadata{
				Format: "jpeg", Width: 4000, Height: 3000, Camera: "Canon EOS R6", City: []string{"Lisboa", "Berlin", "Kyoto"}[pending.File%3],
				Taken: photo.Moment{Local: time.Date(2010, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(pending.File) * time.Hour), Source: photo.MomentExif},
			},
			PixelDigest: sha256.Sum256(append(number[:], 1)),
		},
		Embedding: &store.Embedding{Ref: ref, Vector: v}, Tags: tags, TagsRef: ref,
	}
}

// realVectors indexes real photos with the program and returns their vectors.
func (b *bench) realVectors(ctx context.Context, ref photo.ModelRef) ([][]float32, error) {
	library, err := b.library()
	if err != nil {
		return nil, err
	}
	dir, err := b.makePhotos(240, 640)
	if err != nil {
		return nil, err
	}
	if _, err := b.output(ctx, library, "index", dir); err != nil {
		return nil, err
	}
	var vectors [][]float32
	err = b.withBackend(ctx, library, func(ctx context.Context, p *backend.Backend) error {
		return p.Store.Embeddings(ctx, ref, 0, func(_ int64, halfs []byte) error {
			vectors = append(vectors, store.DecodeHalfs(nil, halfs))
			return nil
		})
	})
	return vectors, err
}

// mix is a vector between two real ones, with some noise, of length 1.
func mix(random *rand.Rand, seeds [][]float32) []float32 {
	a, b := seeds[random.IntN(len(seeds))], seeds[random.IntN(len(seeds))]
	share := float32(random.Float64())
	v := make([]float32, len(a))
	var sum float64
	for k := range v {
		v[k] = share*a[k] + (1-share)*b[k] + .01*float32(random.NormFloat64())
		sum += float64(v[k]) * float64(v[k])
	}
	for k := range v {
		v[k] /= float32(math.Sqrt(sum))
	}
	return v
}
