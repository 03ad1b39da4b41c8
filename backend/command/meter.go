package command

import (
	"fmt"
	"time"

	"github.com/schollz/progressbar/v3"

	"pixeldetective/backend/library/indexer"
	"pixeldetective/backend/library/store"
)

// meter shows how far an index run is: a bar on a terminal, a plain line now and then in a pipe, a JSON line with --json,
// nothing with --quiet.
type meter struct {
	gauge
	console *console
	begun   time.Time
}

// pipeEvery is the time between two plain lines.
const pipeEvery = 10 * time.Second

func (c *console) newMeter() *meter {
	now := time.Now()
	return &meter{gauge: gauge{told: now}, console: c, begun: now}
}

// progressJSON is a line of `index --json` before the last.
type progressJSON struct {
	Event     string  `json:"event"` // progress
	Done      int64   `json:"done"`
	Total     int64   `json:"total"`
	Failed    int64   `json:"failed"`
	Rate      float64 `json:"rate"` // files a second
	Remaining float64 `json:"remaining_seconds"`
}

func (m *meter) note(sentence string) { m.console.say("%s", sentence) }

func (m *meter) scanned(path string, r store.ReconcileResult) {
	m.console.say("%s: %s, %d new, %d changed, %d gone", path, count(r.Files, "photo"), r.Added, r.Changed, r.Removed)
}

func (m *meter) progress(p indexer.Progress) {
	if p.Total == 0 || m.console.quiet {
		return
	}
	switch {
	case m.console.json:
		if m.due(time.Second) {
			_ = m.console.printJSON(progressJSON{"progress", p.Done, p.Total, p.Failed, p.Rate, p.Remaining.Seconds()})
		}
	case m.console.onTerminal():
		m.draw(m.console, p.Done, p.Total, fmt.Sprintf("Reading photos, %d of %d, %.1f a second, %s left", p.Done, p.Total, p.Rate, remaining(p.Remaining)))
	case m.due(pipeEvery):
		m.console.say("%d of %s, %.1f a second, %s left", p.Done, count(int(p.Total), "photo"), p.Rate, remaining(p.Remaining))
	}
}

// gauge shows how far something is: a bar on a terminal, a line now and then elsewhere.
type gauge struct {
	bar  *progressbar.ProgressBar
	told time.Time
}

// due says whether it is time for another line.
func (g *gauge) due(every time.Duration) bool {
	now := time.Now()
	if now.Sub(g.told) < every {
		return false
	}
	g.told = now
	return true
}

// draw draws the bar, with a line before it.
func (g *gauge) draw(c *console, done, total int64, line string) {
	if g.bar == nil {
		g.bar = progressbar.NewOptions64(total,
			progressbar.OptionSetWriter(c.out), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionUseANSICodes(true), progressbar.OptionSetDescription(line))
	}
	g.bar.ChangeMax64(total)
	g.bar.Describe(line)
	_ = g.bar.Set64(done)
}

func (g *gauge) end() {
	if g.bar != nil {
		_ = g.bar.Finish()
	}
}

// remaining writes a time to go for people.
func remaining(d time.Duration) string {
	switch {
	case d <= 0:
		return "some time"
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds())+1)
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes())+1)
	default:
		return fmt.Sprintf("%.1f hours", d.Hours())
	}
}
