package command

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/library/store"
)

func (c *console) doctorCommand() *cobra.Command {
	var repair, startup bool
	began := time.Now()
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Examine the program and the library, and repair what can be",
		Long: "Doctor looks at the program, its models and workers, the library and its folders.\n" +
			"With --repair it mends the library from the originals and from what you decided; photos are never changed.",
		Args: arguments(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			switch {
			case repair && startup:
				return usageError{errors.New("--repair and --startup are two different things; name one")}
			case startup:
				return c.startup(cmd.Context(), began)
			case repair:
				return c.with(cmd.Context(), backend.Services{}, nil, c.repair)
			default:
				return c.with(cmd.Context(), backend.Services{}, nil, c.examine)
			}
		},
	}
	cmd.Flags().BoolVar(&repair, "repair", false, "mend the library")
	cmd.Flags().BoolVar(&startup, "startup", false, "print how the start went, step by step")
	return cmd
}

func (c *console) examine(ctx context.Context, b *backend.Backend) error {
	ill := false
	findings := []backend.Finding{}
	err := b.Examine(ctx, func(f backend.Finding) {
		ill = ill || f.Verdict == backend.Ill
		findings = append(findings, f)
		if c.json || (c.quiet && f.Verdict == backend.Well) {
			return
		}
		fmt.Fprintf(c.out, "%-8s %-8s %s\n", f.Verdict, f.Area, sentence(f.Text))
		if f.Remedy != "" {
			fmt.Fprintf(c.out, "%17s %s.\n", "", strings.TrimSuffix(sentence(f.Remedy), "."))
		}
	})
	if err != nil {
		return err
	}
	if c.json {
		if err := c.printJSON(findings); err != nil {
			return err
		}
	}
	if ill {
		return errors.New("something does not work; the lines marked ill say what")
	}
	return nil
}

func (c *console) repair(ctx context.Context, b *backend.Backend) error {
	meter := c.newMeter()
	done, err := b.Repair(ctx, backend.IndexEvents{
		Scanned:  func(path string, r store.ReconcileResult) { meter.scanned(shown(path), r) },
		Progress: meter.progress,
	})
	meter.end()
	if err != nil {
		return err
	}
	if c.json {
		return c.printJSON(done)
	}
	r := done.Store
	c.say("Repaired: %d text rows and %d counts written anew, %d dangling rows and %d thumbnails removed, %d files to be read again.",
		r.TextRows, r.Counts, r.Dangling, r.Thumbnails, r.Requeued+r.MissingThumbs)
	return c.printIndex(done.Index)
}
