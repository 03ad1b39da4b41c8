package quality

import (
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"os"
)

// Query is a short query and the photos that truly show what it asks for, judged by eye. An absent query has none.
type Query struct {
	Query string   `json:"query"`
	Files []string `json:"files,omitempty"` // photos that a person would call right answers, by file name
	Maybe []string `json:"maybe,omitempty"` // photos that nobody would call wrong, and nobody would miss
	Kind  string   `json:"kind,omitempty"`  // class or description; of an absent query thing or nonsense
}

// Caption is a sentence about one photo.
type Caption struct {
	File string
	Text string
}

// Half says which half of the lists a query belongs to.
type Half string

// The halves. Limits are tuned on the one and judged on the other.
const (
	Both    Half = "both"
	Tune    Half = "tune"
	HeldOut Half = "held out"
)

// HalfOf returns the half of a query, by the lowest bit of the first byte of its SHA-256.
func HalfOf(query string) Half {
	if sum := sha256.Sum256([]byte(query)); sum[0]&1 == 1 {
		return HeldOut
	}
	return Tune
}

// ReadQueries reads a list of queries from a JSON file.
func ReadQueries(path string) ([]Query, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read queries: %w", err)
	}
	var out []Query
	if err := json.Unmarshal(b, &out); err != nil {
		return nil, fmt.Errorf("read queries from %q: %w", path, err)
	}
	for _, q := range out {
		if q.Query == "" {
			return nil, fmt.Errorf("read queries from %q: a query is empty", path)
		}
	}
	return out, nil
}

// ReadCaptions reads captions from a JSON file of [{"file": …, "captions": […]}].
func ReadCaptions(path string) ([]Caption, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("read captions: %w", err)
	}
	var rows []struct {
		File     string   `json:"file"`
		Captions []string `json:"captions"`
	}
	if err := json.Unmarshal(b, &rows); err != nil {
		return nil, fmt.Errorf("read captions from %q: %w", path, err)
	}
	var out []Caption
	for _, r := range rows {
		for _, c := range r.Captions {
			out = append(out, Caption{r.File, c})
		}
	}
	return out, nil
}
