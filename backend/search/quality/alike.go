package quality

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"
)

// Alike are the photos of one library that look alike, judged by eye.
type Alike struct {
	// Mates are groups of photos that a person would call alike.
	Mates [][]string `json:"mates"`
	// Maybe are groups of photos that nobody would call wrong, and nobody would miss.
	Maybe [][]string `json:"maybe"`
}

// ReadAlike reads the photos that look alike from a JSON file, by the name of their library.
func ReadAlike(path string) (map[string]Alike, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read photos that look alike: %w", err)
	}
	var out map[string]Alike
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("read photos that look alike from %q: %w", path, err)
	}
	return out, nil
}

// Among returns the groups without photos that are not among these.
func (a Alike) Among(files []string) Alike {
	cut := func(groups [][]string) [][]string {
		var out [][]string
		for _, g := range groups {
			out = append(out, slices.DeleteFunc(slices.Clone(g), func(f string) bool { return !slices.Contains(files, f) }))
		}
		return out
	}
	return Alike{cut(a.Mates), cut(a.Maybe)}
}

// related are the photos that share a group with one.
func related(groups [][]string, file string) map[string]bool {
	out := map[string]bool{}
	for _, g := range groups {
		if slices.Contains(g, file) {
			for _, f := range g {
				if f != file {
					out[f] = true
				}
			}
		}
	}
	return out
}

// AlikeCut is how the cut treats the pictures of one half.
type AlikeCut struct {
	// Kept is the share of a picture's mates that answer, the mean over the pictures with a mate.
	Kept float64
	// Alone is the share of pictures without a mate that nothing answers, and Right of those that nothing wrong answers.
	Alone, Right float64
	// Wrong and Hits are photos per picture: those that answer though they are neither mates nor maybe, and all that answer.
	Wrong, Hits float64
	// Most is the largest answer.
	Most          int
	Mated, Single int
}

// AlikeReport holds all figures of pictures.
type AlikeReport struct {
	Cut    map[Half]AlikeCut
	Missed []Case // Wrong is not used
	Fooled []Case // Wrong are photos that are not alike
}

// MeasureAlike asks by every picture once. ask answers with the photos that are like a file, without the file itself.
func MeasureAlike(ctx context.Context, ask func(ctx context.Context, file string) ([]string, error), files []string, a Alike) (AlikeReport, error) {
	r := AlikeReport{Cut: map[Half]AlikeCut{}}
	for _, file := range files {
		got, err := ask(ctx, file)
		if err != nil {
			return r, fmt.Errorf("ask by %q: %w", file, err)
		}
		mates, maybe := related(a.Mates, file), related(a.Maybe, file)
		found, this := 0, Case{Query: file, Answers: len(got)}
		for _, f := range got {
			switch {
			case mates[f]:
				found++
			case !maybe[f]:
				this.Wrong = append(this.Wrong, f)
			}
		}
		for f := range mates {
			if !slices.Contains(got, f) {
				this.Missed = append(this.Missed, f)
			}
		}
		slices.Sort(this.Missed)
		if len(this.Missed) > 0 {
			r.Missed = append(r.Missed, this)
		}
		if len(this.Wrong) > 0 {
			r.Fooled = append(r.Fooled, this)
		}
		for _, h := range []Half{Both, HalfOf(file)} {
			c := r.Cut[h]
			c.Hits += float64(len(got))
			c.Wrong += float64(len(this.Wrong))
			c.Most = max(c.Most, len(got))
			if len(mates) > 0 {
				c.Mated++
				c.Kept += float64(found) / float64(len(mates))
			} else {
				c.Single++
				c.Alone += one(len(got) == 0)
				c.Right += one(len(this.Wrong) == 0)
			}
			r.Cut[h] = c
		}
	}
	for h, c := range r.Cut {
		all := c.Mated + c.Single
		c.Kept, c.Alone, c.Right = ratio(c.Kept, c.Mated), ratio(c.Alone, c.Single), ratio(c.Right, c.Single)
		c.Wrong, c.Hits = ratio(c.Wrong, all), ratio(c.Hits, all)
		r.Cut[h] = c
	}
	return r, nil
}

func one(yes bool) float64 {
	if yes {
		return 1
	}
	return 0
}

// String writes the figures as a table.
func (r AlikeReport) String() string {
	var b strings.Builder
	for _, h := range []Half{Both, Tune, HeldOut} {
		c := r.Cut[h]
		fmt.Fprintf(&b, "%-8s  %2d pictures with mates: kept %.3f | %2d without: nothing answers %.3f, nothing wrong answers %.3f | hits per picture %.2f, wrong %.3f, most %d\n",
			h, c.Mated, c.Kept, c.Single, c.Alone, c.Right, c.Hits, c.Wrong, c.Most)
	}
	return b.String()
}
