package supervisor

import (
	"testing"
	"time"

	"pixeldetective/backend/config"
	"pixeldetective/backend/model/catalog"
)

func TestAdjustedNumbersHoldAtOnce(t *testing.T) {
	w := ready(t, testLimits())
	w.loadBoth()
	set := config.Default().Supervisor
	set.KeepLoaded, set.Decoders = true, 64
	budget := config.Budget{Bytes: 1 << 30, Reason: "the setting"}
	w.event(adjustEvent{settings: set, budget: budget})
	w.advance(24 * time.Hour)
	w.mustBe(t, catalog.GraphText, StateReady)
	w.mustBe(t, catalog.GraphImage, StateReady)
	if have := len(w.core.pool.seats); have != 2 || w.core.limits.decoders != 2 {
		t.Errorf("the pool has %d seats and a limit of %d", have, w.core.limits.decoders)
	}
	set.KeepLoaded, set.IdleUnload, set.MemoryThreshold = false, time.Minute, .5
	w.event(adjustEvent{settings: set, budget: budget})
	w.calm()
	w.mustBe(t, catalog.GraphText, StateInstalled)
	w.mustBe(t, catalog.GraphImage, StateInstalled)
	if have := w.core.view().Memory.LimitBytes; have != 1<<29 {
		t.Errorf("the limit of memory is %d", have)
	}
}
