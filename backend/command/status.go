package command

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/supervisor"
)

func (c *console) statusCommand() *cobra.Command {
	var failures bool
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say what the library holds and what is being done with it",
		Args:  arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			return c.reading(ctx, func(b *backend.Backend) error {
				if failures {
					list, err := b.Store.Failures(ctx)
					if err != nil {
						return err
					}
					return c.printFailures(list)
				}
				s, err := b.Status(ctx)
				if err != nil {
					return err
				}
				if c.json {
					return c.printJSON(statusDocument(s))
				}
				c.printStatus(s)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&failures, "failures", false, "list the photos that could not be read, with reasons")
	return cmd
}

// statusJSON is the document of `status --json`: the snapshot, and what the library holds.
type statusJSON struct {
	supervisor.Snapshot
	Library libraryJSON `json:"library"`
}

type libraryJSON struct {
	Path     string        `json:"path"`
	Holder   *store.Holder `json:"holder"` // the process that indexes and watches; null: none
	Photos   int64         `json:"photos"`
	Files    int64         `json:"files"`
	Embedded int64         `json:"embedded"` // photos with a vector of the active model
	Pending  int64         `json:"pending"`
	Failed   int64         `json:"failed"`
	Folders  []folderJSON  `json:"folders"`
}

type folderJSON struct {
	Path   string            `json:"path"`
	State  store.FolderState `json:"state"`
	Reason string            `json:"reason,omitempty"`
}

func statusDocument(s backend.Status) statusJSON {
	library := libraryJSON{
		Path: utf8(s.Library), Holder: s.Holder, Photos: s.Counts.Photos, Files: s.Counts.Files, Embedded: s.Counts.Embedded,
		Pending: s.Counts.Pending, Failed: s.Counts.Failed, Folders: []folderJSON{},
	}
	for _, f := range s.Folders {
		library.Folders = append(library.Folders, folderJSON{Path: utf8(f.Path), State: f.State, Reason: f.Reason})
	}
	return statusJSON{Snapshot: s.Snapshot, Library: library}
}

func (c *console) printFailures(failures []store.Failure) error {
	list := make([]failureJSON, 0, len(failures))
	for _, f := range failures {
		list = append(list, failureJSON{Path: utf8(f.Path), Reason: utf8(f.Reason), Kind: string(f.Kind)})
	}
	if c.json {
		return c.printJSON(list)
	}
	for _, f := range failures {
		fmt.Fprintf(c.out, "%s: %s\n", shown(f.Path), shown(f.Reason))
	}
	if len(failures) == 0 {
		c.say("Every photo could be read.")
	}
	return nil
}

func (c *console) printStatus(s backend.Status) {
	fmt.Fprintf(c.out, "Library %s\n", shown(s.Library))
	fmt.Fprintf(c.out, "  %s in %s: %d with meaning, %d waiting, %d unreadable\n",
		count(int(s.Counts.Photos), "photo"), count(int(s.Counts.Files), "file"), s.Counts.Embedded, s.Counts.Pending, s.Counts.Failed)
	for _, f := range s.Folders {
		state := string(f.State)
		if f.Reason != "" {
			state += ": " + shown(f.Reason)
		}
		fmt.Fprintf(c.out, "  %s (%s)\n", shown(f.Path), state)
	}
	switch {
	case s.Holder == nil:
		fmt.Fprintln(c.out, "Nobody watches the folders now; pixel-detective watch does.")
	default:
		fmt.Fprintf(c.out, "Process %d keeps it (%s since %s).\n", s.Holder.PID, s.Holder.Purpose, s.Holder.Since.Local().Format("2006-01-02 15:04"))
	}
	c.printSnapshot(s.Snapshot)
	for _, capability := range s.Snapshot.Capabilities {
		// What only waits for a process to run is no news; what waits for the person is.
		if !capability.Available && (s.Holder != nil || capability.Remedy != "") {
			fmt.Fprintf(c.out, "  not available: %s: %s %s\n",
				strings.ReplaceAll(capability.Name, "_", " "), sentence(capability.Reason), sentence(capability.Remedy))
		}
	}
}

func (c *console) printSnapshot(s supervisor.Snapshot) {
	for _, m := range s.Models {
		name := m.Name
		if name == "" {
			name = "no model"
		}
		line := fmt.Sprintf("  %s, %s graph: %s", name, m.Graph, strings.ReplaceAll(string(m.State), "_", " "))
		if m.Device != "" {
			line += " on " + m.Device
		}
		if m.MemoryBytes > 0 {
			line += fmt.Sprintf(", %d MB", m.MemoryBytes/1e6)
		}
		if m.Error != "" {
			line += ": " + sentence(m.Error)
		}
		fmt.Fprintln(c.out, line)
	}
	for _, p := range s.Phases {
		if p.State == supervisor.PhaseRunning || p.State == supervisor.PhasePaused {
			fmt.Fprintf(c.out, "  %s: %s, %.0f %%\n", p.Name, p.State, p.Percent)
		}
	}
}
