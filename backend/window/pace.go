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
	var s stretch
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
		progress := p.Indexer.Progress()
		counters, err := p.Store.Counters(ctx)
		if err != nil {
			continue
		}
		photos, millis := s.step(b.now(), progress.Running && !progress.Paused, counters[indexer.CounterDecoded])
		if photos == 0 {
			continue
		}
		err = p.Store.AddCounter(ctx, counterPacePhotos, photos)
		if err == nil {
			err = p.Store.AddCounter(ctx, counterPaceMillis, millis)
		}
		if err != nil && ctx.Err() == nil {
			b.deps.Log.Debug().Err(err).Msg("how fast photos are looked at is not noted now")
		}
	}
}

// stretch is a time in which photos are looked at all the while. The zero value has not begun.
type stretch struct {
	begun   time.Time
	decoded int64 // photos, since ever, when it began
}

// step says how many photos were looked at since the step before, and in how many milliseconds; 0: they were not looked at
// all the while, or only such as are known.
func (s *stretch) step(now time.Time, running bool, decoded int64) (photos, millis int64) {
	before := *s
	*s = stretch{}
	if !running {
		return 0, 0
	}
	*s = stretch{now, decoded}
	if before.begun.IsZero() || decoded <= before.decoded {
		return 0, 0
	}
	return decoded - before.decoded, now.Sub(before.begun).Milliseconds()
}
