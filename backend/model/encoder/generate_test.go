package encoder

import (
	"context"
	"errors"
	"math"
	"slices"
	"testing"

	"pixeldetective/backend/model/catalog"
)

func TestTextsEqualTransformersOfEachFamily(t *testing.T) {
	for name, layout := range layouts(t) {
		t.Run(name, func(t *testing.T) {
			o, g := layout()
			c := loadTestCaptioner(t, o)
			if n := checkRuns(t, c, g); n < 36 {
				t.Errorf("only %d runs compared", n)
			}
			compared := 0
			for _, run := range g.Results {
				if run.Logits != nil {
					checkLogits(t, c, run, 5)
					compared++
				}
			}
			if compared == 0 {
				t.Error("no logits compared")
			}
			for _, text := range g.Texts {
				if got := c.words.Decode(text.IDs); got != text.Text {
					t.Errorf("%v: %q, want %q", text.IDs, got, text.Text)
				}
			}
			if len(g.Texts) < 100 {
				t.Errorf("only %d texts compared", len(g.Texts))
			}
		})
	}
}

// TestPicturesOfABatchAreWrittenAboutAsAlone ends its pictures at different steps, so that rows come and go.
func TestPicturesOfABatchAreWrittenAboutAsAlone(t *testing.T) {
	for name, layout := range layouts(t) {
		o, g := layout()
		c := loadTestCaptioner(t, o)
		lengths := map[int]bool{}
		for end := range g.Results[0].OtherEnds {
			for _, beams := range []int{1, 3} {
				rule := catalog.Generation{Start: g.Start, End: end, Pad: g.Pad, MaxTokens: g.Limit, LengthPenalty: 1, Beams: beams}
				var alone []writing
				for image := range 3 {
					c.lookAt(t, image)
					w, err := generate(t.Context(), &c.decoder, 1, rule)
					if err != nil {
						t.Fatal(err)
					}
					alone = append(alone, w[0])
					lengths[len(w[0].tokens)] = true
				}
				c.lookAt(t, 0, 1, 2)
				together, err := generate(t.Context(), &c.decoder, 3, rule)
				if err != nil {
					t.Fatal(err)
				}
				for i, w := range together {
					if !slices.Equal(w.tokens, alone[i].tokens) || math.Abs(w.score-alone[i].score) > 1e-4 {
						t.Errorf("%s, end %d, %d beams, picture %d: %v, alone %v", name, end, beams, i, w, alone[i])
					}
				}
			}
		}
		if len(lengths) < 3 {
			t.Errorf("%s: all texts have the lengths %v", name, lengths)
		}
	}
}

// table is a writer whose next token depends on the last one alone.
type table struct {
	probabilities map[int64][]float64
	last          []int64
	steps         int
	stop          func(step int)
}

func (w *table) begin(ctx context.Context, tokens []int64, pictures int) ([][]float32, error) {
	w.last = slices.Repeat(tokens[len(tokens)-1:], pictures)
	return w.logits(ctx)
}

func (w *table) next(ctx context.Context, _ []int, tokens []int64) ([][]float32, error) {
	w.last = tokens
	return w.logits(ctx)
}

func (w *table) logits(ctx context.Context) (rows [][]float32, _ error) {
	w.steps++
	if w.stop != nil {
		w.stop(w.steps)
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	for _, last := range w.last {
		var row []float32
		for _, p := range w.probabilities[last] {
			row = append(row, float32(math.Log(p)))
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func TestBeamsFindWhatGreedyMissesAndThePenaltyChoosesTheLength(t *testing.T) {
	// Tokens: 0 the end, 1 the start. 2 is likelier at first, but what follows 3 is certain.
	w := &table{probabilities: map[int64][]float64{
		1: {.02, 0, .5, .48, 0},
		2: {.4, 0, 0, 0, .6},
		3: {.95, 0, .05, 0, 0},
		4: {.99, 0, .01, 0, 0},
	}}
	for _, c := range []struct {
		name    string
		beams   int
		penalty float64
		limit   int
		want    []int64
		sum     float64 // probability of the text
	}{
		{"greedy", 1, 1, 10, []int64{1, 2, 4, 0}, .5 * .6 * .99},
		{"no penalty", 2, 0, 10, []int64{1, 3, 0}, .48 * .95},
		{"a mean", 2, 1, 10, []int64{1, 3, 0}, .48 * .95},
		{"long ones wished for", 2, 4, 10, []int64{1, 2, 4, 0}, .5 * .6 * .99},
		{"cut off", 1, 1, 3, []int64{1, 2, 4}, .5 * .6},
	} {
		rule := catalog.Generation{Start: 1, End: 0, MaxTokens: c.limit, Beams: c.beams, LengthPenalty: c.penalty}
		got, err := generate(t.Context(), w, 2, rule)
		if err != nil {
			t.Fatal(err)
		}
		for i, text := range got {
			generated := float64(len(text.tokens) - 1)
			if !slices.Equal(text.tokens, c.want) || math.Abs(text.mean-math.Log(c.sum)/generated) > 1e-5 {
				t.Errorf("%s, picture %d: %v with the mean %v, want %v and %v", c.name, i, text.tokens, text.mean, c.want, math.Log(c.sum)/generated)
			}
		}
	}
}

func TestWritingStopsBetweenTwoSteps(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	w := &table{probabilities: map[int64][]float64{1: {.1, .9}}, stop: func(step int) {
		if step == 5 {
			cancel()
		}
	}}
	_, err := generate(ctx, w, 1, catalog.Generation{Start: 1, End: 0, MaxTokens: 4096, Beams: 1, LengthPenalty: 1})
	if !errors.Is(err, context.Canceled) || w.steps != 5 {
		t.Errorf("%v after %d steps, want it to be cancelled at 5", err, w.steps)
	}
}

func TestTextsAreNeverLongerThanAllowed(t *testing.T) {
	w := &table{probabilities: map[int64][]float64{1: {0, 1}}} // it never ends by itself
	for _, limit := range []int{2, 3, 100} {
		w.steps = 0
		got, err := generate(t.Context(), w, 1, catalog.Generation{Start: 1, End: 0, MaxTokens: limit, Beams: 1, LengthPenalty: 1})
		if err != nil || len(got[0].tokens) != limit || w.steps != limit-1 {
			t.Errorf("%d tokens in %d steps, %v; want %d", len(got[0].tokens), w.steps, err, limit)
		}
	}
}

func TestLogitsThatAreNoNumbersAreAnError(t *testing.T) {
	nan, inf := float32(math.NaN()), float32(math.Inf(1))
	for _, row := range [][]float32{{nan, 1}, {1, nan}, {inf, 1}, {-inf, -inf}, {}} {
		if _, err := candidates(row, 2, 0, 0); !errors.Is(err, errNoCaption) {
			t.Errorf("%v: %v", row, err)
		}
	}
	best, err := candidates([]float32{-inf, 3, 1, 3, 2}, 3, 7, -1)
	if err != nil || len(best) != 3 || best[0].token != 1 || best[1].token != 3 || best[2].token != 4 || best[0].row != 7 {
		t.Errorf("%v, %v: want the tokens 1, 3, 4", best, err)
	}
}
