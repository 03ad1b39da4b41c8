package command

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"pixeldetective/backend"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/model/catalog"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/search"
)

// hitJSON is a photo that answers. Paths are display text: bytes that are not UTF-8 become U+FFFD.
type hitJSON struct {
	Photo    photo.ID          `json:"photo"`
	Paths    []string          `json:"paths"`
	Score    float64           `json:"score"`
	Fit      *float64          `json:"fit,omitempty"`
	Why      []search.Reason   `json:"why"`
	Evidence []search.Evidence `json:"evidence,omitempty"`
	Tags     []photo.Tag       `json:"tags,omitempty"`
	Metadata photo.Metadata    `json:"metadata"`
}

// answerJSON is the document of `search --json` and `similar --json`.
type answerJSON struct {
	Query     string            `json:"query"`
	Model     search.Model      `json:"model"`
	TookMS    float64           `json:"took_ms"`
	Total     int               `json:"total"`
	Hits      []hitJSON         `json:"hits"`
	Clues     []search.Clue     `json:"clues,omitempty"`
	Histogram *search.Histogram `json:"histogram,omitempty"`
	Notes     []string          `json:"notes,omitempty"`
}

// narrowing are the flags that narrow what is looked at.
type narrowing struct {
	limit, offset int
	folders       []string
	from, to      string
	sort          string
}

func (n *narrowing) add(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.IntVar(&n.limit, "limit", 0, "most hits to print (default: the setting search.limit)")
	flags.IntVar(&n.offset, "offset", 0, "hits to leave out at the start")
	flags.StringSliceVar(&n.folders, "folder", nil, "look only in this folder and below it; may be given again")
	flags.StringVar(&n.from, "from", "", "look only at photos taken on this day (2021-06-04) or later")
	flags.StringVar(&n.to, "to", "", "look only at photos taken on this day or earlier")
	flags.StringVar(&n.sort, "sort", "relevance", "order of the hits: relevance, date, name, size")
}

// request makes a request of the flags; the error is wrong usage.
func (n *narrowing) request(query string) (search.Request, error) {
	r := search.Request{Query: query, Limit: n.limit, Offset: n.offset}
	switch n.sort {
	case "relevance":
	case "date", "name", "size":
		r.Sort = search.Sort(n.sort)
	default:
		return r, usageError{fmt.Errorf("--sort %q is not known; it is one of relevance, date, name, size", n.sort)}
	}
	if n.limit < 0 || n.offset < 0 {
		return r, usageError{fmt.Errorf("--limit and --offset cannot be negative")}
	}
	for _, folder := range n.folders {
		path, err := realPath(folder)
		if err != nil {
			return r, err
		}
		r.Filter.Under = append(r.Filter.Under, path)
	}
	from, err := day("--from", n.from)
	if err != nil {
		return r, err
	}
	to, err := day("--to", n.to)
	if err != nil {
		return r, err
	}
	if to != nil {
		next := to.AddDate(0, 0, 1)
		to = &next
	}
	r.Filter.TakenFrom, r.Filter.TakenTo = from, to
	return r, nil
}

// realPath is the path of a folder as the library knows it.
func realPath(folder string) (string, error) {
	path, err := filepath.Abs(folder)
	if err != nil {
		return "", fmt.Errorf("finding the folder %q: %w", folder, err)
	}
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved, nil
	}
	return path, nil // it may be offline; the library still knows it
}

// day reads a day; empty is none.
func day(flag, text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	at, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return nil, usageError{fmt.Errorf("%s %q is not a day such as 2021-06-04", flag, text)}
	}
	return &at, nil
}

func (c *console) searchCommand() *cobra.Command {
	var n narrowing
	cmd := &cobra.Command{
		Use:   "search WORDS…",
		Short: "Find photos by words",
		Long: "Search finds photos by what is in them, and by their tags, names, cameras and places.\n" +
			"Put a phrase in quotation marks; -word leaves out what has that word.",
		Example: "  pixel-detective search a dog on the beach\n  pixel-detective search --from 2021-01-01 --limit 5 castle",
		Args:    arguments(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, words []string) error {
			r, err := n.request(strings.Join(words, " "))
			if err != nil {
				return err
			}
			preload := []catalog.GraphName{catalog.GraphText}
			return c.with(cmd.Context(), backend.Services{Search: true}, preload, func(ctx context.Context, b *backend.Backend) error {
				answer, err := b.SearchWords(ctx, r)
				if err != nil {
					return err
				}
				return c.printAnswer(answer)
			})
		},
	}
	// What follows the first word is the question, so that -word needs no --.
	cmd.Flags().SetInterspersed(false)
	n.add(cmd)
	return cmd
}

func (c *console) similarCommand() *cobra.Command {
	var n narrowing
	cmd := &cobra.Command{
		Use:   "similar FILE",
		Short: "Find photos that look like a picture",
		Long:  "Similar finds the photos of the library that look most like a picture, which need not be in it.",
		Args:  arguments(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			r, err := n.request("")
			if err != nil {
				return err
			}
			return c.with(cmd.Context(), backend.Services{Search: true}, nil, func(ctx context.Context, b *backend.Backend) error {
				answer, err := b.SearchPicture(ctx, args[0], r)
				if err != nil {
					return err
				}
				return c.printAnswer(answer)
			})
		},
	}
	n.add(cmd)
	return cmd
}

func (c *console) printAnswer(a search.Answer) error {
	if c.json {
		return c.printJSON(answerDocument(a))
	}
	for _, note := range a.Notes {
		c.say("%s", sentence(note))
	}
	if len(a.Hits) == 0 {
		c.say("No photo answers that.")
		return nil
	}
	for i, h := range a.Hits {
		fmt.Fprintf(c.out, "%2d. %s%s\n", i+1, firstPath(h.Paths), score(h))
		if c.quiet {
			continue
		}
		if line := whyLine(h); line != "" {
			fmt.Fprintf(c.out, "    %s\n", line)
		}
	}
	more := ""
	if a.Total > len(a.Hits) {
		more = fmt.Sprintf(" of %d", a.Total)
	}
	c.say("%s%s in %.0f ms", count(len(a.Hits), "hit"), more, a.TookMS)
	return nil
}

// firstPath is one path of a photo, and how many others there are.
func firstPath(paths []store.Path) string {
	if len(paths) == 0 {
		return "(no file)"
	}
	text := shown(paths[0].String())
	if paths[0].Offline {
		text += " (offline)"
	}
	if len(paths) > 1 {
		text += fmt.Sprintf(" (and %d more)", len(paths)-1)
	}
	return text
}

// score is how well a hit fits: the cosine where a meaning was compared.
func score(h search.Hit) string {
	if h.Fit != nil {
		return fmt.Sprintf("  %.3f", *h.Fit)
	}
	return fmt.Sprintf("  %.3f", h.Score)
}

// whyLine says why a hit is there, in one line.
func whyLine(h search.Hit) string {
	var parts []string
	for _, reason := range h.Why {
		parts = append(parts, shown(reason.Text))
	}
	if tags := tagNames(h.Tags); tags != "" {
		parts = append(parts, "tags: "+tags)
	}
	return strings.Join(parts, "; ")
}

// tagsShown is how many tags of a hit are printed.
const tagsShown = 5

func tagNames(tags []photo.Tag) string {
	var names []string
	for i, t := range tags {
		if i == tagsShown {
			names = append(names, "…")
			break
		}
		names = append(names, shown(t.Name))
	}
	return strings.Join(names, ", ")
}

func answerDocument(a search.Answer) answerJSON {
	document := answerJSON{
		Query: utf8(a.Query), Model: a.Model, TookMS: a.TookMS, Total: a.Total, Hits: []hitJSON{},
		Clues: a.Clues, Histogram: a.Histogram, Notes: a.Notes,
	}
	for _, h := range a.Hits {
		hit := hitJSON{
			Photo: h.Photo, Paths: []string{}, Score: h.Score, Fit: h.Fit, Why: h.Why, Evidence: h.Evidence,
			Tags: h.Tags, Metadata: h.Metadata,
		}
		for _, p := range h.Paths {
			hit.Paths = append(hit.Paths, utf8(p.String()))
		}
		document.Hits = append(document.Hits, hit)
	}
	return document
}
