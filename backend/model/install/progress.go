package install

import (
	"sync"
	"time"

	"pixeldetective/backend/model/catalog"
)

// Phase is what an install is doing.
type Phase string

// The phases of an install, in their order.
const (
	PhaseCheck    Phase = "check"    // reading what is here already
	PhaseTransfer Phase = "transfer" // downloading or copying
	PhaseDone     Phase = "done"
)

// Progress is how far an install is.
type Progress struct {
	Phase     Phase
	Done      int64         // bytes that are here
	Total     int64         // bytes of the model; of unverified files, about
	Files     int           // of the model
	FilesDone int           // that are whole and in their place
	Rate      float64       // bytes a second over the last seconds
	Remaining time.Duration // at this rate; 0: not known
	Waiting   string        // why nothing comes just now, part of a sentence; empty: something does, or should
}

// window is the time that a rate is an average of.
const window = 5 * time.Second

// tracker counts what has come. It is safe for concurrent use.
type tracker struct {
	mu      sync.Mutex
	at      Phase
	files   []progressOfFile
	came    int64 // bytes, ever
	samples []sample
}

type progressOfFile struct {
	size, have int64
	done       bool
	waiting    string
}

type sample struct {
	at   time.Time
	came int64
}

func newTracker(m catalog.Model) *tracker {
	t := &tracker{at: PhaseCheck}
	for _, f := range m.Files {
		t.files = append(t.files, progressOfFile{size: f.Bytes})
	}
	return t
}

func (t *tracker) phase(p Phase) { t.change(func() { t.at = p }) }

// has says how many bytes of a file are here.
func (t *tracker) has(n int, bytes int64) { t.change(func() { t.files[n].have = bytes }) }

func (t *tracker) received(n int, have int64, more int) {
	t.change(func() { t.files[n].have = have; t.came += int64(more) })
}

func (t *tracker) finished(n int, bytes int64) {
	t.change(func() { t.files[n] = progressOfFile{size: bytes, have: bytes, done: true} })
}

func (t *tracker) size(n int, bytes int64) { t.change(func() { t.files[n].size = bytes }) }

func (t *tracker) waiting(n int, why string) { t.change(func() { t.files[n].waiting = why }) }

func (t *tracker) change(f func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	f()
}

// now returns how far it is, and takes a sample for the rate.
func (t *tracker) now(at time.Time) Progress {
	t.mu.Lock()
	defer t.mu.Unlock()
	p := Progress{Phase: t.at, Files: len(t.files)}
	running := false
	for _, f := range t.files {
		p.Done += f.have
		p.Total += f.size
		if f.done {
			p.FilesDone++
			continue
		}
		if f.waiting != "" {
			p.Waiting = f.waiting
		} else if f.have > 0 {
			running = true
		}
	}
	if running {
		p.Waiting = ""
	}
	t.samples = append(t.samples, sample{at, t.came})
	for len(t.samples) > 2 && at.Sub(t.samples[0].at) > window {
		t.samples = t.samples[1:]
	}
	first := t.samples[0]
	if past := at.Sub(first.at).Seconds(); past > 0 {
		p.Rate = float64(t.came-first.came) / past
	}
	if left := p.Total - p.Done; p.Rate > 0 && left > 0 {
		p.Remaining = time.Duration(float64(left) / p.Rate * float64(time.Second))
	}
	return p
}

// report calls observe now and then, until stop, which calls it a last time and returns when nothing runs any more.
func (t *tracker) report(observe func(Progress), every time.Duration) (stop func()) {
	if observe == nil {
		return func() {}
	}
	end, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		ticker := time.NewTicker(every)
		defer ticker.Stop()
		observe(t.now(time.Now()))
		for {
			select {
			case now := <-ticker.C:
				observe(t.now(now))
			case <-end:
				return
			}
		}
	}()
	return func() {
		close(end)
		<-ended
		observe(t.now(time.Now()))
	}
}
