package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"pixeldetective/backend"
	"pixeldetective/backend/search"
	"pixeldetective/backend/search/quality"
)

// Figures of the starter model on these photos, measured when it was made (models/starter/README.md).
const (
	referenceAt1  = .656
	referenceAt5  = .972
	referenceAt10 = .981
)

// measureQuality measures how well questions are answered, through the program: photos indexed by the executable, asked
// through the backend that the command line uses.
func measureQuality(ctx context.Context, b *bench) error {
	if _, err := os.Stat(filepath.Join(b.photos, "captions.json")); err != nil {
		b.figure("search quality", "not measured: there is no folder of photos with captions at %q (PIXEL_DETECTIVE_PHOTOS)", b.photos)
		return nil
	}
	library, err := b.library()
	if err != nil {
		return err
	}
	if _, err := b.output(ctx, library, "index", filepath.Join(b.photos, "img")); err != nil {
		return err
	}
	lists := filepath.Join(b.root, "backend", "search", "testdata")
	present, err := quality.ReadQueries(filepath.Join(lists, "present.json"))
	if err != nil {
		return err
	}
	absent, err := quality.ReadQueries(filepath.Join(lists, "absent.json"))
	if err != nil {
		return err
	}
	captions, err := quality.ReadCaptions(filepath.Join(b.photos, "captions.json"))
	if err != nil {
		return err
	}
	return b.withBackend(ctx, library, func(ctx context.Context, p *backend.Backend) error {
		report, err := quality.Measure(ctx, asker(p), present, absent, captions)
		if err != nil {
			return err
		}
		b.noteQuality(report)
		return nil
	})
}

func (b *bench) noteQuality(r quality.Report) {
	for _, recall := range []struct {
		k               int
		have, reference float64
	}{{1, r.Recall.At1, referenceAt1}, {5, r.Recall.At5, referenceAt5}, {10, r.Recall.At10, referenceAt10}} {
		b.atLeast(fmt.Sprintf("recall@%d of %d captions", recall.k, r.Recall.Captions), recall.have, recall.reference-.01, "",
			" (reference "+strconv.FormatFloat(recall.reference, 'g', 3, 64)+")")
	}
	b.figure(fmt.Sprintf("mean average precision of %d short queries", r.Ranking.Queries), "%.3f", r.Ranking.MeanAveragePrecision)
	for _, half := range []quality.Half{quality.HeldOut, quality.Both} {
		c := r.Cut[half]
		b.atMost(fmt.Sprintf("absent things that are answered (%s, %d queries)", half, c.Absent), c.AbsentAnswered, .05, "",
			fmt.Sprintf(" (things %.2f, nonsense %.2f)", c.Things, c.Nonsense))
		b.atLeast(fmt.Sprintf("hits of a class kept (%s, %d queries)", half, c.Present), c.Kept, .95, "",
			fmt.Sprintf(" (of those the model ranks at all %.2f; precision %.2f)", c.KeptOfFound, c.Precision))
	}
}

// asker asks the program, and names photos by their file.
func asker(p *backend.Backend) quality.Asker {
	return func(ctx context.Context, query string, uncut bool) ([]string, error) {
		answer, err := p.SearchWords(ctx, search.Request{Query: query, Limit: 100000, Uncut: uncut, Plain: true})
		if err != nil {
			return nil, err
		}
		if answer.Model.ID == "" {
			return nil, fmt.Errorf("%q was answered without the model: %v", query, answer.Notes)
		}
		names := make([]string, len(answer.Hits))
		for i, h := range answer.Hits {
			names[i] = filepath.Base(h.Paths[0].Rel)
		}
		return names, nil
	}
}

// withBackend opens a library as the program does, with the search engine running, and gives it to fn.
func (b *bench) withBackend(ctx context.Context, library string, fn func(context.Context, *backend.Backend) error) error {
	p, err := backend.Open(ctx, backend.Config{
		Library: library, Program: "bench", Executable: filepath.Join(b.bin, "pixel-detective"),
		Services: backend.Services{Search: true},
	})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	p.Supervisor.Ready()
	err = fn(ctx, p)
	cancel()
	if failed := <-ended; err == nil {
		err = failed
	}
	if closed := p.Close(); err == nil {
		err = closed
	}
	return err
}
