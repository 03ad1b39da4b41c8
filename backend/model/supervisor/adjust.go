package supervisor

import (
	"os"

	"pixeldetective/backend/config"
)

// Adjust gives the supervisor new numbers, which hold from now on. The device and the number of decoders stay as they were
// at the start. It returns at once.
func (s *Supervisor) Adjust(set config.Supervisor) {
	s.inbox.post(adjustEvent{settings: set, budget: config.MemoryBudget(set.MemoryBudget, os.ReadFile)})
}

type adjustEvent struct {
	settings config.Supervisor
	budget   config.Budget
}

func (e adjustEvent) apply(c *core) {
	e.settings.Decoders = len(c.pool.seats)
	c.budget = e.budget
	c.limits = limitsOf(e.settings, e.budget, len(c.pool.seats))
}
