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
	console *console
	bar     *progressbar.ProgressBar
	told    time.Time
	begun   time.Time
}

// pipeEvery is the time between two plain lines.
const pipeEvery = 10 * time.Second

func (c *console) newMeter() *meter {
	now := time.Now()
	return &meter{console: c, told: now, begun: now}
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
		m.drawBar(p)
	case m.due(pipeEvery):
		m.console.say("%d of %s, %.1f a second, %s left", p.Done, count(int(p.Total), "photo"), p.Rate, remaining(p.Remaining))
	}
}

// due says whether it is time for another line.
func (m *meter) due(every time.Duration) bool {
	now := time.Now()
	if now.Sub(m.told) < every {
		return false
	}
	m.told = now
	return true
}

func (m *meter) drawBar(p indexer.Progress) {
	if m.bar == nil {
		m.bar = progressbar.NewOptions64(p.Total,
			progressbar.OptionSetWriter(m.console.out), progressbar.OptionSetWidth(30), progressbar.OptionClearOnFinish(),
			progressbar.OptionSetPredictTime(false), progressbar.OptionUseANSICodes(true), progressbar.OptionSetDescription("Reading photos"))
	}
	m.bar.ChangeMax64(p.Total)
	m.bar.Describe(fmt.Sprintf("Reading photos, %d of %d, %.1f a second, %s left", p.Done, p.Total, p.Rate, remaining(p.Remaining)))
	_ = m.bar.Set64(p.Done)
}

func (m *meter) end() {
	if m.bar != nil {
		_ = m.bar.Finish()
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
