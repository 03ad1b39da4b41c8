package main

import (
	"context"
	"fmt"
	"math"
	"path/filepath"
	"time"
)

const (
	frameRounds = 3
	framePhotos = 500
	fewPhotos   = 200              // with -quick, once
	frameRest   = 12 * time.Second // of nothing, before photos come
)

// measureWindowFrames measures in the real window, and there with the page's own clock, how far frames lie apart while models
// load, while nothing happens and while photos are indexed; and how well the remaining time is foretold meanwhile.
func measureWindowFrames(ctx context.Context, b *bench) error {
	if _, err := b.places(ctx); err != nil {
		return err
	}
	program, err := b.buildWindow(ctx, ".", "frontend/dist")
	if err != nil {
		return err
	}
	rounds, count := frameRounds, framePhotos
	if b.quick {
		rounds, count = 1, fewPhotos
	}
	photos, err := b.makePhotos(count, 640)
	if err != nil {
		return err
	}
	var loading, idle, indexing, slow []float64
	var told estimates
	for range rounds {
		library, err := b.library()
		if err != nil {
			return err
		}
		home, err := b.library()
		if err != nil {
			return err
		}
		shown, err := b.show(ctx, home, program, "--library", library, "--trace")
		if err != nil {
			return err
		}
		err = b.indexInWindow(ctx, shown, home, library, photos)
		b.ended(ctx, shown)
		if err != nil {
			return err
		}
		all := shown.all()
		ready, complete := int64(shown.at("ready")), int64(shown.at("complete"))
		begun, ended := working(all)
		loading = append(loading, longest(gapsBetween(all, ready, complete+500)))
		idle = append(idle, longest(gapsBetween(all, complete+500, begun)))
		indexing = append(indexing, longest(gapsBetween(all, begun, ended)))
		slow = append(slow, share(gapsBetween(all, begun, ended), 50))
		told.add(all, begun, ended)
	}
	b.figure("longest gap between frames at rest", "%.0f ms (median of %d windows)", median(idle), rounds)
	b.atMost("longest gap while models load, against it", ratio(loading, idle), 2, "x", fmt.Sprintf(" (%.0f ms)", median(loading)))
	b.atMost("longest gap while photos are indexed, against it", ratio(indexing, idle), 2, "x", fmt.Sprintf(" (%.0f ms, %.1f %% of frames over 50 ms)", median(indexing), median(slow)*100))
	b.atLeast("remaining time foretold within ±30 %, after the first 20 %", 100*told.right(), 80, " %", fmt.Sprintf(" of %d samples", told.samples))
	return nil
}

// indexInWindow waits for the models, rests, and has a second start bring a folder to the window; it returns when all is seen.
func (b *bench) indexInWindow(ctx context.Context, shown *shownWindow, home, library, photos string) error {
	if err := shown.reach(ctx, "complete"); err != nil {
		return err
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(frameRest):
	}
	second, err := b.show(ctx, home, filepath.Join(b.bin, "pixel-detective-window"), "--library", library, photos)
	if err != nil {
		return err
	}
	second.read.Wait()
	if err := second.cmd.Wait(); err != nil {
		return fmt.Errorf("bringing photos to the window: %w", err)
	}
	return shown.await(ctx, "all photos are seen", 5*time.Minute, func() bool {
		_, ended := working(shown.all())
		return ended > 0
	})
}

// working is from when to when photos were looked at; 0: not yet.
func working(all []measured) (begun, ended int64) {
	var most int64
	for _, m := range all {
		switch {
		case m.Kind != "state":
		case m.Running && m.Total > 0:
			if begun == 0 {
				begun = m.At
			}
			most = max(most, m.Done)
		case most >= fewPhotos/2 && !m.Running && !m.Scanning: // what is told when it ends counts nothing any more
			return begun, m.At
		}
	}
	return begun, 0
}

// gapsBetween are the gaps between frames that were told in a span of time.
func gapsBetween(all []measured, from, to int64) []float64 {
	var gaps []float64
	for _, m := range all {
		if m.Kind == "frames" && m.At >= from && m.At <= to {
			gaps = append(gaps, m.Gaps...)
		}
	}
	return gaps
}

func longest(gaps []float64) float64 {
	most := math.NaN()
	for _, g := range gaps {
		if !(g <= most) {
			most = g
		}
	}
	return most
}

// share of gaps over a limit.
func share(gaps []float64, limit float64) float64 {
	n := 0
	for _, g := range gaps {
		if g > limit {
			n++
		}
	}
	return float64(n) / float64(max(1, len(gaps)))
}

// estimates counts how often the remaining time was told about right.
type estimates struct{ samples, within int }

func (e *estimates) add(all []measured, begun, ended int64) {
	for _, m := range all {
		left := float64(ended-m.At) / 1000
		if m.Kind != "state" || m.At < begun || m.At >= ended || float64(m.Done) < .2*float64(m.Total) {
			continue
		}
		e.samples++
		if m.Remaining >= 0 && math.Abs(m.Remaining-left) <= .3*left {
			e.within++
		}
	}
}

func (e *estimates) right() float64 { return float64(e.within) / float64(max(1, e.samples)) }
