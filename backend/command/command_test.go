package command

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pixeldetective/backend"
	"pixeldetective/backend/library/store"
	"pixeldetective/backend/photo"
	"pixeldetective/backend/search"
)

func newConsole() (*console, *bytes.Buffer, *bytes.Buffer) {
	var out, errOut bytes.Buffer
	return &console{out: &out, err: &errOut}, &out, &errOut
}

func TestExitCodes(t *testing.T) {
	for _, test := range []struct {
		err  error
		code int
		says string
	}{
		{nil, ExitDone, ""},
		{errPartly, ExitPartly, ""},
		{usageError{errors.New("no such thing")}, ExitUsage, "--help"},
		{errors.New(`unknown command "serch" for "pixel-detective"`), ExitUsage, "--help"},
		{fmt.Errorf("reading: %w", context.Canceled), ExitFailed, "what was done is kept"},
		{errors.New("the disk is full"), ExitFailed, "the disk is full"},
	} {
		c, out, errOut := newConsole()
		if code := c.exitCode(test.err); code != test.code {
			t.Errorf("%v: code %d, want %d", test.err, code, test.code)
		}
		if !strings.Contains(errOut.String(), test.says) || out.Len() != 0 {
			t.Errorf("%v: on standard error %q, on standard output %q", test.err, errOut, out)
		}
	}
}

func TestComplaintsAreSafeOnATerminal(t *testing.T) {
	c, _, errOut := newConsole()
	c.complain("the file \x1b[31mred\x1b[0m\x07 is bad\nand \xff too")
	if strings.ContainsAny(errOut.String(), "\x1b\x07") || utf8(errOut.String()) != errOut.String() {
		t.Errorf("%q", errOut)
	}
}

func TestIndexJSONHoldsEveryField(t *testing.T) {
	c, out, _ := newConsole()
	c.json = true
	r := backend.IndexResult{Found: 5, Indexed: 3, Unchanged: 1, Removed: 2, Hashed: 3, Decoded: 3, Inferred: 2, Seconds: 1.5}
	r.Failed = []store.Failure{{Path: "/photos/caf\xe9.jpg", Reason: "it is no photo", Kind: store.FailureRefused}}
	if err := c.printIndex(r); err != nil {
		t.Fatal(err)
	}
	var document map[string]any
	if err := json.Unmarshal(out.Bytes(), &document); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]float64{
		"found": 5, "indexed": 3, "unchanged": 1, "removed": 2, "hashed": 3, "decoded": 3, "inferred": 2, "seconds": 1.5,
	} {
		if document[name] != want {
			t.Errorf("%s is %v, want %v", name, document[name], want)
		}
	}
	failed := document["failed"].([]any)
	first := failed[0].(map[string]any)
	if len(failed) != 1 || first["path"] != "/photos/caf\uFFFD.jpg" || first["reason"] != "it is no photo" {
		t.Errorf("failed: %v", failed)
	}
}

func TestIndexWithoutFailuresHasAnEmptyList(t *testing.T) {
	c, out, _ := newConsole()
	c.json = true
	if err := c.printIndex(backend.IndexResult{}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), `"failed":[]`) {
		t.Errorf("%s", out)
	}
}

func TestManyFailuresAreCutForPeople(t *testing.T) {
	c, out, _ := newConsole()
	var r backend.IndexResult
	for i := range failuresShown + 7 {
		r.Failed = append(r.Failed, store.Failure{Path: fmt.Sprintf("/p/%d.jpg", i), Reason: "broken"})
	}
	if err := c.printIndex(r); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "not indexed:"); n != failuresShown || !strings.Contains(out.String(), "and 7 more") {
		t.Errorf("%d failures are listed:\n%s", n, out)
	}
}

// answerOf is an answer with one hit in two places.
func answerOf() search.Answer {
	fit := .25
	return search.Answer{
		Query: "a dog", Model: search.Model{ID: "starter", Stage: photo.StageStarter}, TookMS: 3, Total: 4,
		Hits: []search.Hit{{
			Photo: photo.ID{1}, Score: .016, Fit: &fit,
			Paths: []store.Path{{Root: "/photos", Rel: "a\nb.jpg", Offline: true}, {Root: "/photos", Rel: "copy.jpg"}},
			Why:   []search.Reason{{Source: search.SourceMeaning, Text: "it looks like what you typed"}},
			Tags:  []photo.Tag{{Name: "dog", Score: .9}},
		}},
		Notes: []string{"A note."},
	}
}

func TestAnswerForPeople(t *testing.T) {
	c, out, _ := newConsole()
	if err := c.printAnswer(answerOf()); err != nil {
		t.Fatal(err)
	}
	for _, part := range []string{"A note.", `/photos/a\nb.jpg (offline) (and 1 more)`, "0.250", "it looks like what you typed", "tags: dog", "1 hit of 4"} {
		if !strings.Contains(out.String(), part) {
			t.Errorf("%q is missing in:\n%s", part, out)
		}
	}
	c, out, _ = newConsole()
	c.quiet = true
	if err := c.printAnswer(answerOf()); err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(out.String(), "\n"); n != 1 {
		t.Errorf("with --quiet %d lines are printed:\n%s", n, out)
	}
	c, out, _ = newConsole()
	if err := c.printAnswer(search.Answer{}); err != nil || !strings.Contains(out.String(), "No photo answers that.") {
		t.Errorf("%v, %q", err, out)
	}
}

func TestAnswerAsJSON(t *testing.T) {
	c, out, _ := newConsole()
	c.json = true
	if err := c.printAnswer(answerOf()); err != nil {
		t.Fatal(err)
	}
	var a struct {
		Query string
		Model struct{ ID, Stage string }
		Total int
		Took  float64 `json:"took_ms"`
		Hits  []struct {
			Photo string
			Paths []string
			Score float64
			Why   []struct{ Source, Text string }
		}
	}
	if err := json.Unmarshal(out.Bytes(), &a); err != nil {
		t.Fatal(err)
	}
	h := a.Hits[0]
	if a.Query != "a dog" || a.Model.ID != "starter" || a.Model.Stage != "starter" || a.Total != 4 || a.Took != 3 ||
		h.Photo != (photo.ID{1}).String() || len(h.Paths) != 2 || h.Paths[0] != "/photos/a\nb.jpg" || h.Why[0].Source != "meaning" {
		t.Errorf("%+v", a)
	}
	c, out, _ = newConsole()
	c.json = true
	if err := c.printAnswer(search.Answer{}); err != nil || !strings.Contains(out.String(), `"hits":[]`) {
		t.Errorf("%v, %s", err, out)
	}
}

func TestNarrowing(t *testing.T) {
	n := narrowing{limit: 5, from: "2021-06-04", to: "2021-06-05", sort: "date", folders: []string{t.TempDir()}}
	r, err := n.request("dog")
	if err != nil {
		t.Fatal(err)
	}
	if r.Limit != 5 || r.Sort != search.SortDate || len(r.Filter.Under) != 1 || !filepath.IsAbs(r.Filter.Under[0]) {
		t.Errorf("%+v", r)
	}
	if days := r.Filter.TakenTo.Sub(*r.Filter.TakenFrom); days != 48*time.Hour {
		t.Errorf("the fourth and the fifth of June are %s, want both days whole", days)
	}
	for _, bad := range []narrowing{{sort: "colour"}, {sort: "date", from: "June"}, {sort: "date", to: "2021-13-01"}, {sort: "date", limit: -1}} {
		var usage usageError
		if _, err := bad.request("dog"); !errors.As(err, &usage) {
			t.Errorf("%+v: %v, want wrong usage", bad, err)
		}
	}
}

func TestRemainingTimeInWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "some time", 200 * time.Millisecond: "1 s", 59 * time.Second: "60 s", 5 * time.Minute: "6 min", 3 * time.Hour: "3.0 hours",
	} {
		if got := remaining(d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
