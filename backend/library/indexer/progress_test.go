package indexer

import (
	"math/rand/v2"
	"testing"
	"time"
)

// The remaining time has to be within 30 % of the truth in 80 % of the looks after the first fifth, also where the start
// is slow and the pace wavers.
func TestRemainingTimeIsAboutRight(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	now := time.Unix(1_700_000_000, 0)
	p := newProgress(func() time.Time { return now })
	const total = 2000
	p.begin(total)
	begun := now
	type look struct {
		at       time.Time
		expected time.Duration
	}
	var looks []look
	now = now.Add(3 * time.Second) // models load
	for i := range total {
		now = now.Add(time.Duration(50+random.IntN(100)) * time.Millisecond)
		p.finished(1, 0)
		if i > total/5 {
			looks = append(looks, look{now, p.snapshot().Remaining})
		}
	}
	end, right := now, 0
	for _, l := range looks {
		truth := end.Sub(l.at).Seconds()
		if off := l.expected.Seconds() - truth; off <= 0.3*truth+0.5 && off >= -0.3*truth-0.5 {
			right++
		}
	}
	if share := float64(right) / float64(len(looks)); share < 0.8 {
		t.Errorf("only %.0f %% of the looks were about right, in a run of %s", 100*share, end.Sub(begun))
	}
}

func TestProgressCountsGrowthAndEnd(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	p := newProgress(func() time.Time { return now })
	p.begin(10)
	p.finished(10, 2)
	p.grow(5)
	if s := p.snapshot(); s.Done != 10 || s.Total != 15 || s.Failed != 2 || !s.Running {
		t.Errorf("%+v", s)
	}
	p.end()
	if s := p.snapshot(); s.Running || s.Remaining != 0 {
		t.Errorf("%+v", s)
	}
}
