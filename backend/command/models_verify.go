package command

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/model/install"
)

// verifiedJSON is a file of `models verify --json`.
type verifiedJSON struct {
	ID       string `json:"id"`
	File     string `json:"file"`
	Bytes    int64  `json:"bytes"`
	SHA256   string `json:"sha256"`
	Recorded bool   `json:"recorded"` // compared with what was received, since what was published is not known
	State    string `json:"state"`    // unaltered, altered, missing
	Reason   string `json:"reason,omitempty"`
}

func (c *console) modelsVerifyCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "verify [ID]",
		Short: "Compare every byte of a model with what was published",
		Long:  "Verify reads every file of a model, or of all that are installed, and compares it with what was published.",
		Args:  arguments(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return c.reading(cmd.Context(), func(b *backend.Backend) error { return c.verifyModels(cmd.Context(), b, args) })
		},
	}
}

func (c *console) verifyModels(ctx context.Context, b *backend.Backend, ids []string) error {
	var models []catalog.Model
	for _, m := range b.Catalog.Models() {
		if len(ids) == 0 && b.Catalog.Installed(m).Installed {
			models = append(models, m)
		}
	}
	for _, id := range ids {
		m, _, err := findModel(b, id)
		if err != nil {
			return err
		}
		models = append(models, m)
	}
	i, err := c.installer(b)
	if err != nil {
		return err
	}
	list := []verifiedJSON{}
	ill := 0
	for _, m := range models {
		_, folder, _ := b.Catalog.Find(m.ID)
		states, err := i.Verify(ctx, m, folder)
		if err != nil {
			return err
		}
		for _, s := range states {
			row := verified(m, s)
			if s.Err != nil {
				ill++
			}
			list = append(list, row)
			if !c.json && (!c.quiet || s.Err != nil) {
				fmt.Fprintf(c.out, "%-9s %s: %s\n", row.State, shown(m.ID), describe(row))
			}
		}
	}
	if c.json {
		if err := c.printJSON(list); err != nil {
			return err
		}
	}
	if ill > 0 {
		return fmt.Errorf("%s missing or altered; install the model again, which fetches these alone", files(ill))
	}
	return nil
}

func verified(m catalog.Model, s install.FileState) verifiedJSON {
	row := verifiedJSON{ID: m.ID, File: s.File.Name, Bytes: s.File.Bytes, SHA256: s.File.SHA256, Recorded: s.File.Unverified, State: "unaltered"}
	var altered *catalog.AlteredError
	switch {
	case errors.As(s.Err, &altered):
		row.State, row.Reason = "altered", utf8(s.Err.Error())
	case s.Err != nil:
		row.State, row.Reason = "missing", utf8(s.Err.Error())
	}
	return row
}

// describe says what is known of a file.
func describe(row verifiedJSON) string {
	if row.Reason != "" {
		return sentence(row.Reason)
	}
	against := "as published"
	if row.Recorded {
		against = "as received"
	}
	return fmt.Sprintf("%s, %s, %s", shown(row.File), install.Megabytes(row.Bytes), against)
}

func files(n int) string {
	if n == 1 {
		return "1 file is"
	}
	return count(n, "file") + " are"
}
