package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/library/store"
)

// failureJSON is a photo that could not be read.
type failureJSON struct {
	Path   string `json:"path"`
	Reason string `json:"reason"`
	Kind   string `json:"kind"`
}

// indexJSON is the last line of `index --json`.
type indexJSON struct {
	backend.IndexResult
	Failed   []failureJSON `json:"failed"`
	Problems []string      `json:"problems,omitempty"`
}

// failuresShown is how many failures are listed for people; --json lists all.
const failuresShown = 20

func (c *console) indexCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "index [FOLDER…]",
		Short: "Bring folders into the library, or up to date",
		Long: "Index brings folders into the library, or up to date; without a folder, all that are known.\n" +
			"Photos are read, never changed. It can be ended at any time: what was done is kept.",
		RunE: func(cmd *cobra.Command, dirs []string) error {
			return c.with(cmd.Context(), backend.Services{}, nil, func(ctx context.Context, b *backend.Backend) error {
				return c.index(ctx, b, dirs)
			})
		},
	}
}

func (c *console) index(ctx context.Context, b *backend.Backend, dirs []string) error {
	meter := c.newMeter()
	result, err := b.Index(ctx, dirs, backend.IndexEvents{
		Scanned: func(path string, r store.ReconcileResult) {
			meter.scanned(shown(path), r)
		},
		Progress: meter.progress,
		Following: func(h store.Holder) {
			meter.note(fmt.Sprintf("Process %d keeps this library (%s); it does the work, and this one waits for it.", h.PID, h.Purpose))
		},
	})
	meter.end()
	if err != nil {
		return err
	}
	if err := c.printIndex(result); err != nil {
		return err
	}
	if len(result.Failed) > 0 || len(result.Problems) > 0 {
		return errPartly
	}
	return nil
}

func (c *console) printIndex(r backend.IndexResult) error {
	if c.json {
		line := indexJSON{IndexResult: r, Failed: []failureJSON{}}
		for _, f := range r.Failed {
			line.Failed = append(line.Failed, failureJSON{Path: utf8(f.Path), Reason: utf8(f.Reason), Kind: string(f.Kind)})
		}
		for _, p := range r.Problems {
			line.Problems = append(line.Problems, utf8(p))
		}
		return c.printJSON(line)
	}
	took := time.Duration(r.Seconds * float64(time.Second)).Round(100 * time.Millisecond)
	fmt.Fprintf(c.out, "%s found: %d indexed, %d unchanged, %d removed, %d unreadable, in %s.\n",
		count(r.Found, "photo"), r.Indexed, r.Unchanged, r.Removed, len(r.Failed), took)
	for i, f := range r.Failed {
		if i == failuresShown {
			fmt.Fprintf(c.out, "  … and %d more; --json lists them all.\n", len(r.Failed)-i)
			break
		}
		fmt.Fprintf(c.out, "  not indexed: %s: %s\n", shown(f.Path), shown(f.Reason))
	}
	if len(r.Failed) > 0 {
		fmt.Fprintln(c.out, "  They stay as they are, and are tried again when they change.")
	}
	if r.Found == 0 && len(r.Problems) == 0 {
		fmt.Fprintln(c.out, "  note: there is no photo in it; files are taken for photos by their extensions, such as .jpg, .heic or .dng.")
	}
	for _, p := range r.Problems {
		fmt.Fprintf(c.out, "  note: %s\n", sentence(p))
	}
	return nil
}
