package supervisor

import (
	"context"
	"maps"
	"time"
)

const (
	// saveEvery is the least time between two writings of the counters: a killed program loses no more than this.
	saveEvery = 250 * time.Millisecond
	// saveTimeout bounds one writing.
	saveTimeout = time.Second
	// readCountersEvery is how often counts of other services and processes are read.
	readCountersEvery = 3 * time.Second
)

// saveCounters adds counts to the kept ones and reads them all.
func (s *Supervisor) saveCounters(ctx context.Context, counts map[string]int64) countersEvent {
	unsaved := map[string]int64{}
	for name, n := range counts {
		if err := s.counters.Add(ctx, name, n); err != nil {
			unsaved[name] = n
			s.log.Warn().Err(err).Str("counter", name).Msg("a counter could not be saved; it is tried again")
		}
	}
	all, err := s.counters.All(ctx)
	if err != nil {
		s.log.Warn().Err(err).Msg("the counters could not be read")
		return countersEvent{unsaved: unsaved}
	}
	return countersEvent{all: all, unsaved: unsaved}
}

// memoryCounters keeps counts as long as the program runs. Only saveCounters uses it, one call at a time.
type memoryCounters struct{ counts map[string]int64 }

func (m *memoryCounters) Add(_ context.Context, name string, n int64) error {
	m.counts[name] += n
	return nil
}

func (m *memoryCounters) All(context.Context) (map[string]int64, error) {
	return maps.Clone(m.counts), nil
}
