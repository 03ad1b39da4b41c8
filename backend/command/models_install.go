package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/install"
)

// installedJSON is the last line of `models install --json`.
type installedJSON struct {
	ID       string  `json:"id"`
	Revision string  `json:"revision"`
	Folder   string  `json:"folder"`
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"`
}

// receivingJSON is a line of `models install --json` before the last.
type receivingJSON struct {
	Event     string        `json:"event"` // progress
	Phase     install.Phase `json:"phase"`
	Done      int64         `json:"done"` // bytes
	Total     int64         `json:"total"`
	Files     int           `json:"files"`
	FilesDone int           `json:"files_done"`
	Rate      float64       `json:"rate"` // bytes a second
	Remaining float64       `json:"remaining_seconds"`
	Waiting   string        `json:"waiting,omitempty"`
}

func (c *console) modelsInstallCommand() *cobra.Command {
	var from string
	var precisions []string
	cmd := &cobra.Command{
		Use:   "install ID",
		Short: "Bring a model to this computer",
		Long: "Install downloads a model's files, compares every byte with what was published, and puts them in place.\n" +
			"It can be ended at any time, and goes on from there the next time. With --from, it takes them from a folder\n" +
			"instead and needs no network.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.reading(cmd.Context(), func(b *backend.Backend) error { return c.installModel(cmd.Context(), b, args[0], from, precisions) })
		},
	}
	cmd.Flags().StringVar(&from, "from", "", "folder that holds the model's files")
	cmd.Flags().StringSliceVar(&precisions, "precision", nil, "bring the graphs in this precision too, where there are such: fp32, fp16 or int8")
	return cmd
}

func (c *console) installModel(ctx context.Context, b *backend.Backend, id, from string, precisions []string) error {
	m, folder, err := findModel(b, id)
	if err != nil {
		return err
	}
	for _, p := range precisions {
		switch p := catalog.Precision(p); p {
		case catalog.FP32, catalog.FP16, catalog.Int8:
			m = m.With(p)
		default:
			return usageError{fmt.Errorf("--precision is %q, not %s, %s or %s", p, catalog.FP32, catalog.FP16, catalog.Int8)}
		}
	}
	begun := time.Now()
	if !b.Catalog.Ships(m) {
		folder = b.Catalog.InstallFolder(m)
		i, err := c.installer(b)
		if err != nil {
			return err
		}
		meter := &installMeter{gauge: gauge{told: begun}, console: c, name: m.Name}
		if from == "" {
			err = i.Install(ctx, m, folder, meter.progress)
		} else {
			err = i.InstallFrom(ctx, m, from, folder, meter.progress)
		}
		meter.end()
		if err != nil {
			return err
		}
	}
	m, _, _ = b.Catalog.Find(m.ID) // with the sizes as received
	row := rowOf(b, m)
	if c.json {
		return c.printJSON(installedJSON{ID: m.ID, Revision: m.Revision, Folder: utf8(folder), Bytes: row.Bytes, Seconds: time.Since(begun).Seconds()})
	}
	if b.Catalog.Ships(m) {
		c.say("%s came with the program; there is nothing to be installed.", shown(m.Name))
		return nil
	}
	c.say("%s is installed: %s in %s.", shown(m.Name), install.Megabytes(row.Bytes), shown(folder))
	return nil
}

// installMeter shows how far an install is, as meter does of an index run.
type installMeter struct {
	gauge
	console *console
	name    string
}

func (m *installMeter) progress(p install.Progress) {
	switch c := m.console; {
	case c.quiet:
	case c.json:
		if m.due(time.Second) {
			_ = c.printJSON(receivingJSON{"progress", p.Phase, p.Done, p.Total, p.Files, p.FilesDone, p.Rate, p.Remaining.Seconds(), utf8(p.Waiting)})
		}
	case c.onTerminal():
		m.draw(c, p.Done, max(1, p.Total), m.line(p))
	case m.due(pipeEvery):
		c.say("%s", m.line(p))
	}
}

// line says how far it is.
func (m *installMeter) line(p install.Progress) string {
	if p.Phase == install.PhaseCheck {
		return "Looking at what is here of " + shown(m.name)
	}
	text := fmt.Sprintf("%s, %s of %s", shown(m.name), install.Megabytes(p.Done), install.Megabytes(p.Total))
	if p.Waiting != "" {
		return text + ", waiting: " + sentence(p.Waiting)
	}
	return fmt.Sprintf("%s, %.1f MB a second, %s left", text, p.Rate/1e6, remaining(p.Remaining))
}
