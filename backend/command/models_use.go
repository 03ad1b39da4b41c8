package command

import (
	"context"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/model/catalog"
)

// usedJSON is what `models use --json` prints.
type usedJSON struct {
	ID      string `json:"id"`      // empty: the best that is installed
	Answers bool   `json:"answers"` // it answers from now on
	Missing int64  `json:"missing"` // photos that it has to look at first
}

func (c *console) modelsUseCommand() *cobra.Command {
	best := false
	use := &cobra.Command{
		Use:   "use ID",
		Short: "Choose the model that answers searches",
		Long: "Use keeps your choice in the library. If the model has seen all of your photos before, it answers at once. Else the\n" +
			"window, watch or index have it look at them in the background, and the other model answers until it is done.",
		Args: arguments(func(cmd *cobra.Command, args []string) error {
			if best {
				return cobra.NoArgs(cmd, args)
			}
			return cobra.ExactArgs(1)(cmd, args)
		}),
		RunE: func(cmd *cobra.Command, args []string) error {
			id := ""
			if len(args) == 1 {
				id = args[0]
			}
			return c.reading(cmd.Context(), func(b *backend.Backend) error { return c.useModel(cmd.Context(), b, id) })
		},
	}
	use.Flags().BoolVar(&best, "best", false, "forget the choice: the best model that is installed is used")
	return use
}

func (c *console) useModel(ctx context.Context, b *backend.Backend, id string) error {
	answers, missing, err := b.UseModel(ctx, id)
	if err != nil {
		return err
	}
	name := "The best model that is installed"
	if m, _, listed := b.Catalog.Find(id); listed {
		name = m.Name
	}
	switch {
	case c.json:
		return c.printJSON(usedJSON{id, answers, missing})
	case answers:
		c.say("%s answers searches from now on.", shown(name))
	default:
		c.say("%s is to answer searches. It has to look at %s first; the model before answers until then.", shown(name), count(int(missing), "photo"))
	}
	return nil
}

// uses says whether a model answers, and whether it is wanted to.
func uses(b *backend.Backend, m catalog.Model) (answers, wanted bool) {
	if m.Role != catalog.RoleImageText {
		best, _, err := b.Catalog.Active(m.Role)
		answers = err == nil && best.Ref() == m.Ref()
		return answers, answers
	}
	use, err := b.ModelUse(context.Background())
	if err != nil {
		return false, false // the library cannot be read, and other commands say so
	}
	return use.Answering == m.Ref(), use.Wanted == m.Ref()
}
