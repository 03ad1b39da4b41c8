package command

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/model/install"
)

// removedJSON is what `models remove --json` prints.
type removedJSON struct {
	ID string `json:"id"`
	install.Removed
}

// partsKept is how long prune leaves the beginning of a download alone.
const partsKept = 7 * 24 * time.Hour

func (c *console) modelsRemoveCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "remove ID",
		Short: "Take a model's files off this computer",
		Long: "Remove deletes the files of a model that was installed. The one in use and the one that came with the program stay.\n" +
			"What photos were found to show by it stays in the library.",
		Args: arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.reading(cmd.Context(), func(b *backend.Backend) error { return c.removeModel(cmd.Context(), b, args[0]) })
		},
	}
}

func (c *console) removeModel(ctx context.Context, b *backend.Backend, id string) error {
	m, _, err := findModel(b, id)
	if err != nil {
		return err
	}
	using, err := inUse(ctx, b)
	if err != nil {
		return err
	}
	if err := install.MayRemove(b.Catalog, m, using...); err != nil {
		return err
	}
	i, err := c.installer(b)
	if err != nil {
		return err
	}
	done, err := i.Remove(ctx, m, b.Catalog.InstallFolder(m))
	if err != nil {
		return err
	}
	switch {
	case c.json:
		return c.printJSON(removedJSON{m.ID, done})
	case done.Files == 0:
		c.say("%s is not installed; there was nothing to remove.", shown(m.Name))
	default:
		c.say("%s is removed: %s, %s.", shown(m.Name), count(done.Files, "file"), install.Megabytes(done.Bytes))
	}
	return nil
}

func (c *console) modelsPruneCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "prune",
		Short: "Delete what is left of models that nobody needs",
		Long: "Prune deletes downloads that were begun and left alone for a week, and files that this program downloaded for models\n" +
			"that it does not know any more. Files of your own stay.",
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return c.reading(cmd.Context(), func(b *backend.Backend) error { return c.pruneModels(cmd.Context(), b) })
		},
	}
}

func (c *console) pruneModels(ctx context.Context, b *backend.Backend) error {
	i, err := c.installer(b)
	if err != nil {
		return err
	}
	done, err := i.Prune(ctx, b.Catalog, b.Paths.UserModels, time.Now().Add(-partsKept))
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(done)
	}
	c.say("%s deleted, %s.", count(done.Files, "file"), install.Megabytes(done.Bytes))
	return nil
}
