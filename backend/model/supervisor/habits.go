package supervisor

import (
	"fmt"
	"strings"
	"time"

	"pixeldetective/backend/model/catalog"
)

// habitPrefix begins the names of the counters that hold habits. They are not shown.
const habitPrefix = "habit_hour_"

const (
	hoursInWeek = 7 * 24
	// habitFrom is the number of weeks with a search in the same hour from which the program expects one.
	habitFrom = 3
	// habitAhead is how long before the hour the model is loaded.
	habitAhead = 2 * time.Minute
)

// habits knows in which hours of the week somebody searches: each hour with a search counts once. It expects a search in
// an hour that had one in habitFrom weeks. The counts are counters, so that they outlive the program.
type habits struct {
	counts   [hoursInWeek]int64
	noted    time.Time // the hour that was counted last
	expected time.Time // the hour for which a model was last loaded ahead
}

func hourOfWeek(t time.Time) int { return int(t.Weekday())*24 + t.Hour() }

func habitName(hour int) string { return fmt.Sprintf("%s%03d", habitPrefix, hour) }

func isHabit(name string) bool { return strings.HasPrefix(name, habitPrefix) }

// use notes a search.
func (h *habits) use(now time.Time, counts map[string]int64) {
	hour := now.Truncate(time.Hour)
	if hour.Equal(h.noted) {
		return
	}
	h.noted = hour
	h.counts[hourOfWeek(now)]++
	counts[habitName(hourOfWeek(now))]++
}

// learn takes over what was counted in earlier runs.
func (h *habits) learn(all map[string]int64) {
	for hour := range h.counts {
		h.counts[hour] = max(h.counts[hour], all[habitName(hour)])
	}
}

// due says, once an hour, whether a search is to be expected in the hour that has begun or is about to.
func (h *habits) due(now time.Time) bool {
	soon := now.Add(habitAhead)
	hour := soon.Truncate(time.Hour)
	if hour.Equal(h.expected) || h.counts[hourOfWeek(soon)] < habitFrom {
		return false
	}
	h.expected = hour
	return true
}

// minuteEvent comes every now and then.
type minuteEvent struct{}

func (minuteEvent) apply(c *core) {
	if c.awake() && c.habits.due(c.now) {
		prefetchEvent{graph: catalog.GraphText}.apply(c)
	}
}
