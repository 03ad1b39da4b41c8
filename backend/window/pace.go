package window

import (
	"context"
	"time"

	"pixeldetective/backend/library/indexer"
)

const (
	// firstPace is what is expected of a machine that was not measured yet, in photos a second.
	firstPace = 15
	// paceEvery is how often looking at photos is measured.
	paceEvery = 5 * time.Second
	// paceWanted is how many photos make a measurement.
	paceWanted = 50
)

// Counters of how fast this machine looks at photos, kept with the library.
const (
	counterPacePhotos = "paced_photos"
	counterPaceMillis = "paced_milliseconds"
)

// pace is how many photos this machine looks at in a second, as far as it was measured.
func (b *Bridge) pace(ctx context.Context) float64 {
	p := b.attached.Load()
	if p == nil {
		return firstPace
	}
	counters, err := p.Store.Counters(ctx)
	photos, millis := counters[counterPacePhotos], counters[counterPaceMillis]
	if err != nil || photos < paceWanted || millis <= 0 {
		return firstPace
	}
	return max(float64(photos)/(float64(millis)/1000), .1)
}

// measure notes how fast photos are looked at while that is done here, until ctx ends.
func (b *Bridge) measure(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case <-b.opened:
	}
	p := b.attached.Load()
	if p.Store.ReadOnly() {
		return nil
	}
	tick := time.NewTicker(paceEvery)
	defer tick.Stop()
	begun, before := time.Time{}, int64(0) // of the stretch that is measured; zero: none is
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		progress := p.Indexer.Progress()
		if !progress.Running || progress.Paused {
			begun = time.Time{}
			continue
		}
		counters, err := p.Store.Counters(ctx)
		if err != nil {
			continue
		}
		now, decoded := b.now(), counters[indexer.CounterDecoded]
		if !begun.IsZero() && decoded > before {
			if err := p.Store.AddCounter(ctx, counterPacePhotos, decoded-before); err == nil {
				_ = p.Store.AddCounter(ctx, counterPaceMillis, now.Sub(begun).Milliseconds()) // measured again soon
			}
		}
		begun, before = now, decoded
	}
}
