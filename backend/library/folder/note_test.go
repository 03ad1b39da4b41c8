package folder

import (
	"testing"
	"testing/synctest"
	"time"

	"pixeldetective/backend/config"
	"pixeldetective/backend/library/store"
)

// TestEveryChangeIsToldAgainWhenItHasSettled writes a file in two goes: the second while the first still settles.
func TestEveryChangeIsToldAgainWhenItHasSettled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const after = 2 * time.Second
		begin := time.Now()
		var told []time.Duration
		f := &follower{
			o:      Options{Settings: config.Indexing{SettleAfter: after}, OnChange: func() { told = append(told, time.Since(begin)) }},
			settle: time.NewTimer(time.Hour),
		}
		defer f.settle.Stop()
		f.changed(store.ReconcileResult{Changed: 1})
		time.Sleep(after / 2)
		f.changed(store.ReconcileResult{Changed: 1})
		f.changed(store.ReconcileResult{Unchanged: 1})
		for f.waiting {
			<-f.settle.C
			f.settled()
		}
		last := told[len(told)-1]
		if last < after/2+after {
			t.Errorf("told at %v: what changed at %v had not settled", told, after/2)
		}
		if last > 2*after || len(told) != 4 {
			t.Errorf("told at %v", told)
		}
	})
}
