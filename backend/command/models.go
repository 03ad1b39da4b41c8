package command

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/install"
	"pixeldetective/backend/photo"
)

// modelJSON is a model of `models list --json`.
type modelJSON struct {
	ID        string       `json:"id"`
	Revision  string       `json:"revision"`
	Name      string       `json:"name"`
	Role      catalog.Role `json:"role"`
	Stage     photo.Stage  `json:"stage"`
	Licence   string       `json:"licence"`
	Languages []string     `json:"languages,omitempty"`
	Bytes     int64        `json:"bytes"` // without optional files
	// About says that Bytes may be a little off: nobody has compared it with the published files.
	About     bool             `json:"about,omitempty"`
	Memory    int64            `json:"memory,omitempty"` // bytes; 0: not known
	Gives     []catalog.Figure `json:"gives,omitempty"`
	Download  bool             `json:"download"` // whether every file has an address
	Installed bool             `json:"installed"`
	Active    bool             `json:"active"` // its vectors answer; of other roles: it is the best that is installed
	Wanted    bool             `json:"wanted"` // it answers as soon as it has seen every photo
	Reason    string           `json:"reason,omitempty"`

	begun bool // some of its files are here
}

func (c *console) modelsCommand() *cobra.Command {
	list := func(cmd *cobra.Command, _ []string) error { return c.reading(cmd.Context(), c.printModels) }
	models := &cobra.Command{
		Use:   "models",
		Short: "List, install, verify and remove models",
		Long: "Models lists the models that the program knows, and brings them to this computer or takes them away again.\n" +
			"Installing one is the only thing that this program ever does on the network.",
		Args: arguments(cobra.NoArgs),
		RunE: list,
	}
	models.AddCommand(
		&cobra.Command{Use: "list", Short: "List the models that the program knows", Args: arguments(cobra.NoArgs), RunE: list},
		c.modelsInstallCommand(), c.modelsRemoveCommand(), c.modelsVerifyCommand(), c.modelsPruneCommand(), c.modelsUseCommand(),
	)
	return models
}

// installer makes what brings models, as the settings and the environment say.
func (c *console) installer(b *backend.Backend) (*install.Installer, error) {
	o := install.Options{Proxy: b.Settings.Network.Proxy, Getenv: c.getenv}
	if c.getenv != nil {
		o.Mirror = c.getenv(install.EnvMirror)
	}
	return install.New(o)
}

// model finds a model by its id.
func findModel(b *backend.Backend, id string) (catalog.Model, string, error) {
	m, folder, ok := b.Catalog.Find(id)
	if !ok {
		return catalog.Model{}, "", fmt.Errorf("there is no model %q; pixel-detective models lists those that there are", id)
	}
	return m, folder, nil
}

func rowOf(b *backend.Backend, m catalog.Model) modelJSON {
	state := b.Catalog.Installed(m)
	answers, wanted := uses(b, m)
	row := modelJSON{
		ID: m.ID, Revision: m.Revision, Name: m.Name, Role: m.Role, Stage: m.Stage, Licence: m.Licence, Languages: m.Languages,
		Memory: m.Memory, Gives: m.Gives, Installed: state.Installed, Active: answers, Wanted: wanted, Reason: state.Reason, Download: true,
	}
	needed := 0
	for _, f := range m.Files {
		if f.Optional {
			continue
		}
		needed++
		row.Bytes += f.Bytes
		row.About = row.About || f.Unverified && !state.Installed
		row.Download = row.Download && f.URL != ""
	}
	row.begun = len(state.Missing) < needed
	return row
}

func (c *console) printModels(b *backend.Backend) error {
	list := []modelJSON{}
	for _, m := range b.Catalog.Models() {
		list = append(list, rowOf(b, m))
	}
	if c.json {
		return c.printJSON(list)
	}
	for _, m := range list {
		state := "not installed"
		switch {
		case m.Active:
			state = "in use"
		case m.Installed && m.Wanted:
			state = "installed; it answers as soon as it has seen all photos"
		case m.Installed:
			state = "installed"
		case m.begun:
			state += ": " + m.Reason
		}
		about := ""
		if m.About {
			about = "about "
		}
		fmt.Fprintf(c.out, "%s  %s (%s, %s, %s%s, %s): %s\n", shown(m.ID), shown(m.Name), m.Stage, m.Role, about, install.Megabytes(m.Bytes), shown(m.Licence), shown(state))
		for _, f := range m.Gives {
			fmt.Fprintf(c.out, "    %s: %.1f %% (%s)\n", shown(f.Measure), f.Value, shown(f.Source))
		}
		if len(m.Languages) > 1 {
			fmt.Fprintf(c.out, "    understands %d languages: %s\n", len(m.Languages), shown(strings.Join(m.Languages, ", ")))
		}
	}
	for _, p := range b.Catalog.Problems() {
		c.say("note: %s: %s %s", shown(p.File), sentence(p.Reason), sentence(p.Remedy))
	}
	return nil
}

// inUse returns the models whose vectors answer, and those that a person chose.
func inUse(ctx context.Context, b *backend.Backend) ([]photo.ModelRef, error) {
	var refs []photo.ModelRef
	ref, ok, err := b.Store.Answering(ctx)
	if err != nil {
		return nil, err
	}
	if ok {
		refs = append(refs, ref)
	}
	for _, role := range []catalog.Role{catalog.RoleImageText, catalog.RoleCaption, catalog.RoleTextInImage} {
		id, err := b.Store.ModelChoice(ctx, string(role))
		if err != nil {
			return nil, err
		}
		if m, _, ok := b.Catalog.Find(id); ok && id != "" {
			refs = append(refs, m.Ref())
		}
	}
	return refs, nil
}
