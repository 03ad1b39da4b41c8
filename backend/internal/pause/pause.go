// Package pause waits as long as its caller may.
package pause

import (
	"context"
	"time"
)

// For waits d, and returns false if ctx ended before.
func For(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
