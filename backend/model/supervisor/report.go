package supervisor

import (
	"maps"
	"slices"
)

// reports are what other services publish into the snapshot, in the order of their first word.
type reports struct {
	phases       []Phase
	caches       []Cache
	capabilities []Capability
	counters     map[string]int64 // as last read
	unsaved      map[string]int64 // on their way to where counters are kept
}

// put replaces the item of the same name, or adds it.
func put[T any](list []T, item T, same func(T) bool) []T {
	list = slices.Clone(list)
	if i := slices.IndexFunc(list, same); i >= 0 {
		list[i] = item
		return list
	}
	return append(list, item)
}

type phaseEvent struct{ phase Phase }

func (e phaseEvent) apply(c *core) {
	c.reports.phases = put(c.reports.phases, e.phase, func(p Phase) bool { return p.Name == e.phase.Name })
}

type cacheEvent struct{ cache Cache }

func (e cacheEvent) apply(c *core) {
	k := e.cache
	k.HitRate = 0
	if asked := k.Hits + k.Misses; asked > 0 {
		k.HitRate = float64(k.Hits) / float64(asked)
	}
	c.reports.caches = put(c.reports.caches, k, func(o Cache) bool { return o.Name == k.Name })
}

type capabilityEvent struct{ capability Capability }

func (e capabilityEvent) apply(c *core) {
	c.reports.capabilities = put(c.reports.capabilities, e.capability, func(o Capability) bool { return o.Name == e.capability.Name })
}

// countersEvent brings the counts since ever; unsaved are those that could not be written.
type countersEvent struct {
	all     map[string]int64 // nil: could not be read
	unsaved map[string]int64
}

func (e countersEvent) apply(c *core) {
	if e.all != nil {
		c.reports.counters = e.all
		c.habits.learn(e.all)
	} else { // what was saved shall not vanish from the view until it can be read again
		kept := maps.Clone(c.reports.counters)
		if kept == nil {
			kept = map[string]int64{}
		}
		for name, n := range c.reports.unsaved {
			kept[name] += n - e.unsaved[name]
		}
		c.reports.counters = kept
	}
	c.reports.unsaved = nil
	for name, n := range e.unsaved {
		c.counts[name] += n
	}
}
