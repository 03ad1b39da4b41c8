package indexer

import (
	"sync"
	"time"
)

// Progress is how far the work is. Rate and Remaining are zero until enough is known.
type Progress struct {
	Running   bool
	Paused    bool
	Done      int64         // files finished in this pass, whatever their end
	Total     int64         // files of this pass, as far as is known
	Failed    int64         // of Done, those that could not be read
	Rate      float64       // files a second, lately
	Remaining time.Duration // until this pass is done
	Current   string        // path of a file in hand, for display
}

// progress measures a pass. Its rate is that of the last rateWindow, so that a slow start (models loading) or a stretch of
// known files does not colour the estimate for ever.
type progress struct {
	now func() time.Time

	mu      sync.Mutex
	state   Progress
	samples []sample // oldest first
}

type sample struct {
	at   time.Time
	done int64
}

const (
	rateWindow  = 45 * time.Second
	sampleEvery = 500 * time.Millisecond
)

func newProgress(now func() time.Time) *progress { return &progress{now: now} }

func (p *progress) begin(total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state = Progress{Running: true, Total: total}
	p.samples = append(p.samples[:0], sample{at: p.now()})
}

func (p *progress) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Running = false
	p.state.Remaining = 0
	p.state.Current = ""
}

func (p *progress) current(path string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Current = path
}

// grow says that there is more work than was known.
func (p *progress) grow(n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Total += n
}

func (p *progress) finished(done, failed int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.state.Done += done
	p.state.Failed += failed
	p.state.Total = max(p.state.Total, p.state.Done)
	now := p.now()
	if len(p.samples) > 0 && now.Sub(p.samples[len(p.samples)-1].at) < sampleEvery {
		return
	}
	p.samples = append(p.samples, sample{at: now, done: p.state.Done})
	for len(p.samples) > 2 && now.Sub(p.samples[1].at) > rateWindow {
		p.samples = p.samples[1:]
	}
}

// skip forgets the rate measured so far: time passed in which no work was wanted.
func (p *progress) skip() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.samples = append(p.samples[:0], sample{at: p.now(), done: p.state.Done})
}

func (p *progress) snapshot() Progress {
	p.mu.Lock()
	defer p.mu.Unlock()
	s := p.state
	if !s.Running || len(p.samples) == 0 {
		return s
	}
	first := p.samples[0]
	elapsed := p.now().Sub(first.at).Seconds()
	if done := s.Done - first.done; done > 0 && elapsed > 0.2 {
		s.Rate = float64(done) / elapsed
		s.Remaining = time.Duration(float64(s.Total-s.Done) / s.Rate * float64(time.Second))
	}
	return s
}
