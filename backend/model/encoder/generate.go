package encoder

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"pixeldetective/backend/model/catalog"
)

var errNoCaption = errors.New("the model made no usable caption (what it says of the next token is not a number)")

// writer says what could come next after the beginnings of texts.
type writer interface {
	// begin takes one beginning for each picture, all of the same length, and returns the logits of what comes next,
	// a row each. The rows are the writer's own until the next call.
	begin(ctx context.Context, tokens []int64, pictures int) ([][]float32, error)
	// next takes rows of the step before, by number, in the order of their pictures, and one more token for each.
	next(ctx context.Context, rows []int, tokens []int64) ([][]float32, error)
}

// writing is a text as a search found it.
type writing struct {
	tokens []int64 // the beginning included, and the end where there is room for it
	score  float64 // sum of log-probabilities, divided by a power of its length
	mean   float64 // log-probability of a token
}

// candidate is a beginning that a search thinks of: a row of the step before and one more token.
type candidate struct {
	row   int // of the whole batch
	token int64
	sum   float64 // of log-probabilities
}

// search is the state of beam search for one picture. With one beam it is the greedy choice.
//
// The rules are those of transformers' generate (BeamSearchScorer): of each step the 2 × beams best candidates are
// looked at, best first; an end counts only among the first beams of them; the search is over once the worst of as many
// finished texts as beams is better than the best that can still come.
type search struct {
	rule  catalog.Generation
	start int // tokens of the beginning
	live  []beginning
	done  []writing // best first
	over  bool
}

type beginning struct {
	tokens []int64
	sum    float64
}

// generate writes one text for each of a number of pictures. It ends by itself after rule.MaxTokens, and soon after its
// context.
func generate(ctx context.Context, w writer, pictures int, rule catalog.Generation) ([]writing, error) {
	prompt := append([]int64{rule.Start}, rule.Prompt...)
	searches := make([]search, pictures)
	for i := range searches {
		searches[i] = search{rule: rule, start: len(prompt), live: []beginning{{tokens: prompt}}}
	}
	logits, err := w.begin(ctx, prompt, pictures)
	for {
		if err != nil {
			return nil, err
		}
		var rows []int
		var tokens []int64
		first := 0
		for i := range searches {
			s := &searches[i]
			if s.over {
				continue
			}
			n := len(s.live)
			chosen, err := s.step(logits[first:first+n], first)
			if err != nil {
				return nil, fmt.Errorf("picture %d: %w", i, err)
			}
			first += n
			for _, c := range chosen {
				rows, tokens = append(rows, c.row), append(tokens, c.token)
			}
		}
		if len(rows) == 0 {
			break
		}
		logits, err = w.next(ctx, rows, tokens)
	}
	texts := make([]writing, pictures)
	for i, s := range searches {
		texts[i] = s.done[0]
		if len(texts[i].tokens) < rule.MaxTokens {
			texts[i].tokens = append(texts[i].tokens, rule.End)
		}
	}
	return texts, nil
}

// step takes the logits of what follows each live beginning, of which the first is row offset of the batch, and returns
// the new live ones; none when the search is over.
func (s *search) step(logits [][]float32, offset int) ([]candidate, error) {
	var all []candidate
	for i, row := range logits {
		best, err := candidates(row, 2*s.rule.Beams, i, s.live[i].sum)
		if err != nil {
			return nil, err
		}
		all = append(all, best...)
	}
	slices.SortStableFunc(all, better)
	all = all[:min(len(all), 2*s.rule.Beams)]

	length := len(s.live[0].tokens) + 1
	var live []beginning
	var chosen []candidate
	for rank, c := range all {
		from := s.live[c.row].tokens
		if c.token != s.rule.End {
			tokens := append(slices.Clip(from), c.token)
			live, chosen = append(live, beginning{tokens, c.sum}), append(chosen, candidate{c.row + offset, c.token, c.sum})
		} else if rank < s.rule.Beams {
			s.keep(from, c.sum, length-s.start)
		}
		if len(live) == s.rule.Beams {
			break
		}
	}
	s.live = live
	if len(s.done) == s.rule.Beams && s.done[len(s.done)-1].score >= s.scored(all[0].sum, length-s.start) {
		s.over = true
	} else if length >= s.rule.MaxTokens || len(live) == 0 {
		for _, b := range live {
			s.keep(b.tokens, b.sum, length-s.start)
		}
		s.over = true
	}
	if s.over {
		s.live = nil
		return nil, nil
	}
	return chosen, nil
}

// keep remembers a finished text if it is among the best. length is the number of tokens after the beginning, an end
// included.
func (s *search) keep(tokens []int64, sum float64, length int) {
	w := writing{tokens: slices.Clip(tokens), score: s.scored(sum, length), mean: sum / float64(length)}
	at := len(s.done)
	for at > 0 && s.done[at-1].score < w.score {
		at--
	}
	s.done = slices.Insert(s.done, at, w)
	s.done = s.done[:min(len(s.done), s.rule.Beams)]
}

func (s *search) scored(sum float64, length int) float64 {
	return sum / math.Pow(float64(length), s.rule.LengthPenalty)
}

// better orders candidates: the more probable first, then by row and token, so that the same input gives the same text.
func better(a, b candidate) int {
	switch {
	case a.sum > b.sum:
		return -1
	case a.sum < b.sum:
		return 1
	case a.row != b.row:
		return a.row - b.row
	default:
		return int(a.token - b.token)
	}
}

// candidates returns the n most probable tokens of a row of logits, best first, their log-probabilities added to sum.
func candidates(logits []float32, n, row int, sum float64) ([]candidate, error) {
	n = min(n, len(logits))
	best := make([]candidate, 0, n+1)
	least := float32(math.Inf(-1))
	highest := least
	for token, x := range logits {
		if x != x || x > math.MaxFloat32 {
			return nil, errNoCaption
		}
		highest = max(highest, x)
		if len(best) == n && x <= least {
			continue
		}
		at := len(best)
		for at > 0 && best[at-1].sum < float64(x) {
			at--
		}
		best = slices.Insert(best, at, candidate{row, int64(token), float64(x)})
		best = best[:min(len(best), n)]
		least = float32(best[len(best)-1].sum)
	}
	if len(best) == 0 || math.IsInf(float64(highest), -1) {
		return nil, errNoCaption
	}
	var total float64
	for _, x := range logits {
		total += math.Exp(float64(x - highest))
	}
	norm := float64(highest) + math.Log(total)
	for i := range best {
		best[i].sum += sum - norm
	}
	return best, nil
}
