package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
)

// modelJSON is a model of `models --json`.
type modelJSON struct {
	ID        string       `json:"id"`
	Revision  string       `json:"revision"`
	Name      string       `json:"name"`
	Role      catalog.Role `json:"role"`
	Stage     photo.Stage  `json:"stage"`
	Licence   string       `json:"licence"`
	Bytes     int64        `json:"bytes"`
	Installed bool         `json:"installed"`
	Active    bool         `json:"active"`
	Reason    string       `json:"reason,omitempty"`
}

func (c *console) modelsCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "models",
		Short: "List the models that the program knows",
		Args:  arguments(cobra.NoArgs),
		RunE:  func(cmd *cobra.Command, _ []string) error { return c.reading(cmd.Context(), c.printModels) },
	}
}

func (c *console) printModels(b *backend.Backend) error {
	list := []modelJSON{}
	active, _, _ := b.Catalog.Active(catalog.RoleImageText)
	for _, m := range b.Catalog.Models() {
		state := b.Catalog.Installed(m)
		row := modelJSON{
			ID: m.ID, Revision: m.Revision, Name: m.Name, Role: m.Role, Stage: m.Stage, Licence: m.Licence,
			Installed: state.Installed, Active: m.Ref() == active.Ref(), Reason: state.Reason,
		}
		for _, f := range m.Files {
			row.Bytes += f.Bytes
		}
		list = append(list, row)
	}
	if c.json {
		return c.printJSON(list)
	}
	for _, m := range list {
		state := "not installed: " + m.Reason
		switch {
		case m.Active:
			state = "in use"
		case m.Installed:
			state = "installed"
		}
		fmt.Fprintf(c.out, "%s  %s (%s, %s, %d MB, %s): %s\n", shown(m.ID), shown(m.Name), m.Stage, m.Role, m.Bytes/1e6, shown(m.Licence), shown(state))
	}
	for _, p := range b.Catalog.Problems() {
		c.say("note: %s: %s %s", shown(p.File), sentence(p.Reason), sentence(p.Remedy))
	}
	return nil
}
