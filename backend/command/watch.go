package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/model/supervisor"
)

func (c *console) watchCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "watch [FOLDER…]",
		Short: "Keep the library up to date until ended",
		Long: "Watch keeps the library up to date: it looks at all folders, then indexes what is added, changed or removed,\n" +
			"until it is ended with Ctrl-C. Folders that are named are added first.",
		RunE: func(cmd *cobra.Command, dirs []string) error {
			return c.with(cmd.Context(), backend.Services{Keep: true}, nil, func(ctx context.Context, b *backend.Backend) error {
				return c.watch(ctx, b, dirs)
			})
		},
	}
}

func (c *console) watch(ctx context.Context, b *backend.Backend, dirs []string) error {
	if err := b.AddFolders(ctx, dirs); err != nil {
		return err
	}
	c.say("Watching. End with Ctrl-C.")
	var last string
	for snapshot := range b.Supervisor.Subscribe(ctx) {
		if c.json {
			if err := c.printJSON(snapshot); err != nil {
				return err
			}
			continue
		}
		if line := phaseLine(snapshot); line != last {
			last = line
			if line != "" {
				c.say("%s %s", time.Now().Format(time.TimeOnly), line)
			}
		}
	}
	return nil
}

// phaseLine says in words what the indexer is doing, coarsely enough to be a log.
func phaseLine(s supervisor.Snapshot) string {
	for _, p := range s.Phases {
		if p.Name != supervisor.PhaseIndex {
			continue
		}
		switch p.State {
		case supervisor.PhaseRunning:
			if p.Total > 0 {
				return "reading " + count(int(p.Total), "photo")
			}
		case supervisor.PhaseDone:
			if p.Done > 0 {
				return count(int(p.Done), "photo") + " done"
			}
		}
	}
	return ""
}
