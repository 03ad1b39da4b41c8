package supervisor

import "time"

// breaker stops restarts that do no good: crashLimit crashes within crashWindow, with no answer between them, open it;
// while it is open nothing is started; then one start is a probe. An answer closes it, another crash opens it again for
// twice as long.
type breaker struct {
	crashes []time.Time
	until   time.Time
	opened  int // times in a row; 0: closed
}

// crash notes a crash and says whether the breaker is open now.
func (b *breaker) crash(now time.Time, l limits) bool {
	if b.opened > 0 {
		b.open(now, l)
		return true
	}
	recent := b.crashes[:0]
	for _, at := range b.crashes {
		if now.Sub(at) < l.crashWindow {
			recent = append(recent, at)
		}
	}
	b.crashes = append(recent, now)
	if len(b.crashes) < l.crashLimit {
		return false
	}
	b.open(now, l)
	return true
}

func (b *breaker) open(now time.Time, l limits) {
	b.crashes = nil
	b.opened++
	b.until = now.Add(doubled(l.openFirst, l.openMost, b.opened))
}

// isOpen says whether nothing may be started now.
func (b *breaker) isOpen(now time.Time) bool { return b.opened > 0 && now.Before(b.until) }

// probing says whether one start is allowed, to see whether things are well again.
func (b *breaker) probing(now time.Time) bool { return b.opened > 0 && !now.Before(b.until) }

// close forgets all crashes.
func (b *breaker) close() { *b = breaker{} }

// doubled returns first, doubled n − 1 times, most at most.
func doubled(first, most time.Duration, n int) time.Duration {
	d := first
	for ; n > 1 && d < most; n-- {
		d *= 2
	}
	return min(d, most)
}
