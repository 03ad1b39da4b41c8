package window

import (
	"context"
	"errors"
	"maps"
	"slices"
	"time"

	"golang.org/x/sync/errgroup"

	"pixeldetective/backend/library/folder"
	"pixeldetective/backend/library/store"
)

const (
	// surveysAtOnce is how many folders are counted side by side: a slow drive does not keep another waiting.
	surveysAtOnce = 2
	// surveyAtMost bounds the counting of one folder.
	surveyAtMost = 10 * time.Minute
	// firstMonth bounds what a file's time may say: cameras and archives write nonsense.
	firstMonth = 1900 * 12
)

// tally is what a walk has counted so far.
type tally struct {
	photos, bytes int64
	months        map[int]int64
}

func (t *tally) add(entries []store.Entry) {
	if t.months == nil {
		t.months = map[int]int64{}
	}
	for _, e := range entries {
		t.photos++
		t.bytes += e.Size
		at := time.Unix(0, e.MTime)
		if month := at.Year()*12 + int(at.Month()) - 1; month >= firstMonth && month <= lastMonth {
			t.months[month]++
		}
	}
}

func (t *tally) list() []MonthCount {
	all := []MonthCount{}
	for _, month := range slices.Sorted(maps.Keys(t.months)) {
		all = append(all, MonthCount{month, t.months[month]})
	}
	return all
}

// Survey counts what a candidate holds, in the background: State tells how far that is. It opens no file.
func (b *Bridge) Survey(id string) error {
	c := &b.candidates
	c.mu.Lock()
	defer c.mu.Unlock()
	x := c.find(id)
	if x == nil {
		return errors.New("this folder is no longer offered; choose it again")
	}
	if x.shown.State == CandidateCounting {
		return nil
	}
	x.shown.State, x.shown.Problem, x.count = CandidateCounting, "", tally{}
	c.queue = append(c.queue, x)
	select {
	case c.woken() <- struct{}{}:
	default:
	}
	b.touch()
	return nil
}

// woken is the channel that says that the queue grew. The caller holds the lock.
func (c *candidates) woken() chan struct{} {
	if c.wake == nil {
		c.wake = make(chan struct{}, 1)
	}
	return c.wake
}

// runSurveys counts the candidates that wait for it, until ctx ends.
func (b *Bridge) runSurveys(ctx context.Context) error {
	c := &b.candidates
	c.mu.Lock()
	wake := c.woken()
	c.mu.Unlock()
	group, ctx := errgroup.WithContext(ctx)
	for range surveysAtOnce {
		group.Go(func() error {
			for ctx.Err() == nil {
				if x, walk, done := c.next(ctx); x != nil {
					b.survey(walk, x)
					done()
					continue
				}
				select {
				case <-ctx.Done():
				case <-wake:
				}
			}
			return nil
		})
	}
	return group.Wait()
}

// next takes a candidate off the queue, with the context that its walk runs in.
func (c *candidates) next(ctx context.Context) (*candidate, context.Context, context.CancelFunc) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.queue) > 0 {
		x := c.queue[0]
		c.queue = c.queue[1:]
		if x.gone {
			continue
		}
		if len(c.queue) > 0 { // for the other one
			select {
			case c.woken() <- struct{}{}:
			default:
			}
		}
		walk, cancel := context.WithTimeout(ctx, surveyAtMost)
		x.cancel = cancel
		return x, walk, cancel
	}
	return nil, nil, nil
}

// survey counts one folder.
func (b *Bridge) survey(ctx context.Context, x *candidate) {
	pace := b.pace(ctx)
	err := folder.Walk(ctx, x.path, "", surveyor{func(entries []store.Entry) {
		b.candidates.mu.Lock()
		x.count.add(entries)
		x.shown.expect(x.count.photos, pace)
		b.candidates.mu.Unlock()
		b.touch()
	}})
	b.candidates.mu.Lock()
	defer b.candidates.mu.Unlock()
	x.cancel = nil
	x.shown.State = CandidateCounted
	x.shown.expect(x.count.photos, pace)
	var offline *folder.OfflineError
	switch {
	case errors.As(err, &offline):
		x.shown.State, x.shown.Problem = CandidateFailed, sentence("this folder cannot be read now: "+offline.Reason)
	case errors.Is(err, context.DeadlineExceeded):
		x.shown.Problem = "Counting took long and was stopped; there are more photos than this."
	case errors.Is(err, context.Canceled):
		x.shown.State = CandidateNew
	case err != nil:
		x.shown.State, x.shown.Problem = CandidateFailed, sentence(err.Error())
	}
	b.touch()
}

// surveyor is told what a walk sees. Directories that cannot be read count as empty.
type surveyor struct{ count func([]store.Entry) }

func (s surveyor) Directory(_ string, entries []store.Entry) error {
	s.count(entries)
	return nil
}

func (s surveyor) Unreadable(string, error) error { return nil }

// expect estimates how long it takes until so many photos can be found, at a number of photos a second. A photo's names
// and what it shows become known together.
func (c *Candidate) expect(photos int64, pace float64) {
	c.MeaningSeconds = float64(photos) / pace
	c.NamesSeconds = c.MeaningSeconds
}
