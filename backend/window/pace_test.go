package window

import (
	"testing"
	"time"
)

func TestPaceIsMeasuredOnlyWhilePhotosAreLookedAt(t *testing.T) {
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var s stretch
	photos, millis := int64(0), int64(0)
	for _, c := range []struct {
		running bool
		decoded int64
	}{
		{false, 100}, {true, 100}, {true, 175}, {true, 250}, // two stretches of 75
		{true, 250},               // known files only
		{false, 260}, {true, 400}, // a pause
		{true, 450},            // 50
		{true, 10}, {true, 10}, // another library's counter
	} {
		at = at.Add(5 * time.Second)
		p, ms := s.step(at, c.running, c.decoded)
		photos, millis = photos+p, millis+ms
	}
	if photos != 200 || millis != 15000 {
		t.Errorf("%d photos in %d ms, want 200 in 15000", photos, millis)
	}
}
