package supervisor

import (
	"cmp"
	"slices"

	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/worker"
)

// What processes take until it is measured, in bytes.
const (
	decoderMemory = 48 << 20
	graphBase     = 64 << 20 // runtime library, arena
	graphFactor   = 3        // times the graph's file: weights, prepacked copies, activations
)

// systemMemory is what was measured of the program's own process and of all below it, in bytes.
type systemMemory struct{ self, tree uint64 }

// estimate is the memory that a graph will take: what it took last time, else by the size of its file.
func (g *graph) estimate() uint64 {
	if g.loaded.MemoryBytes > 0 {
		return g.loaded.MemoryBytes
	}
	half := g.model.Text
	if g.name == catalog.GraphImage {
		half = g.model.Image
	}
	if half == nil {
		return graphBase
	}
	for _, f := range g.model.Files {
		if f.Name == half.Variants[half.Default] {
			return graphBase + graphFactor*uint64(max(f.Bytes, 0))
		}
	}
	return graphBase
}

// holds is the memory that ending a process would give back.
func (ch *child) holds() uint64 {
	switch {
	case ch.exited:
		return 0
	case ch.memory.Unique > 0 && ch.state != starting:
		return ch.memory.Unique
	case ch.graph == nil:
		return max(decoderMemory, ch.memory.Unique)
	}
	return max(ch.graph.estimate(), ch.memory.Unique)
}

// used is the memory of all workers.
func (c *core) used() uint64 {
	var sum uint64
	for _, ch := range c.children {
		sum += ch.holds()
	}
	return sum
}

// makeRoom says whether a graph may be loaded now within the limit. If not, it ends what was used longest ago and is not
// as urgent; the graph waits until that has gone. A graph that does not fit even alone is loaded all the same: slow beats
// never.
func (c *core) makeRoom(g *graph) bool {
	if c.limits.memory == 0 || c.used()+g.estimate() <= c.limits.memory {
		return true
	}
	for ch := c.pool.spare(); ch != nil; ch = c.pool.spare() {
		c.end(ch)
	}
	if c.leaving() {
		return false
	}
	for _, v := range c.victims(g) {
		if v == g || v.seat.child == nil {
			continue
		}
		if g.queue.len() == 0 { // nobody waits for it
			g.wanted = false
			c.move(g, StateInstalled)
			return false
		}
		c.yield(v, g)
		return false
	}
	return true
}

// yield makes a graph give its memory to another, if that one is more urgent.
func (c *core) yield(v, to *graph) {
	if v.state != StateReady {
		return
	}
	switch busy := v.queue.len() > 0 || !v.seat.child.idle(); {
	case busy && to.urgency() < v.busyWith():
		v.draining = true
		c.changed = true
	case !busy && (to.urgency() <= PriorityVisible || c.now.Sub(v.lastUsed) >= c.limits.swapRest):
		c.unload(v)
	}
}

// busyWith is the priority of the most urgent request that a graph works on or has waiting.
func (g *graph) busyWith() Priority {
	most := g.urgency()
	if ch := g.seat.child; ch != nil {
		for _, r := range ch.inflight {
			most = min(most, r.priority)
		}
	}
	return most
}

// byLastUse returns the graphs, the one used longest ago first.
func (c *core) byLastUse() []*graph {
	all := slices.Clone(c.graphs)
	slices.SortStableFunc(all, func(a, b *graph) int { return a.lastUsed.Compare(b.lastUsed) })
	return all
}

// victims returns the graphs in the order in which they make room for another: those that are no longer in use, the same
// half of another model, then those used longest ago. So a library that moves from one model to another keeps the half that
// reads questions.
func (c *core) victims(g *graph) []*graph {
	all := c.byLastUse()
	slices.SortStableFunc(all, func(a, b *graph) int {
		class := func(v *graph) int {
			switch {
			case c.rank(v) == 2:
				return 0
			case v.name == g.name:
				return 1
			}
			return 2
		}
		return cmp.Compare(class(a), class(b))
	})
	return all
}

// leaving says whether memory is on its way back.
func (c *core) leaving() bool {
	for _, ch := range c.children {
		if ch.state == ending && !ch.exited {
			return true
		}
	}
	return false
}

// trim gives memory back when the workers have grown over the limit: resting decoders first, then resting graphs, longest
// unused first; never the graph used last, which would be wanted again at once.
func (c *core) trim() {
	if c.limits.memory == 0 || c.stopping {
		return
	}
	if c.used() <= c.limits.memory || c.leaving() {
		return
	}
	if ch := c.pool.spare(); ch != nil {
		c.end(ch)
		return
	}
	order := c.byLastUse()
	for _, g := range order[:len(order)-1] {
		if g.state == StateReady && g.queue.len() == 0 && g.seat.child.idle() {
			c.log.Info().Str("graph", string(g.name)).Uint64("used", c.used()).Uint64("limit", c.limits.memory).Msg("memory is short: a model that rests is unloaded")
			c.unload(g)
			return
		}
	}
}

// memoryEvent brings what processes hold now. It is no use of anything: no idle time starts anew.
type memoryEvent struct {
	children map[int]worker.Memory
	system   systemMemory
}

func (e memoryEvent) apply(c *core) {
	c.system = e.system
	for id, m := range e.children {
		if ch := c.children[id]; ch != nil && !ch.exited {
			ch.memory = m
		}
	}
	c.trim()
}
