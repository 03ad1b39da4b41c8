package quality

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Asker answers a query with the names of photos, best first, as the lists name them. Where uncut is set, all photos of
// the library come in order of fit; else those that answer.
type Asker func(ctx context.Context, query string, uncut bool) (files []string, err error)

// Recall are the shares of captions whose photo comes among the first 1, 5 and 10.
type Recall struct {
	At1, At5, At10 float64
	Captions       int
}

// Ranking is the mean over queries of the average precision of the uncut order.
type Ranking struct {
	MeanAveragePrecision float64
	Queries              int
}

// Cut is how the adaptive cut treats one half of the lists.
type Cut struct {
	// Kept is the share of a query's photos that answer, the mean over the queries.
	Kept float64
	// KeptOfClasses is Kept over the queries of the kind class, which name what is in a photo or where it is.
	KeptOfClasses float64
	// KeptOfFound is the same over those photos that the uncut order finds: among its first 10, or first 2·(right and
	// possible photos) where that is more. What the model cannot see is not the cut's to keep.
	KeptOfFound float64
	// KeptOfAnswered is Kept over the queries that are answered at all.
	KeptOfAnswered float64
	// Unanswered is the share of present queries that find nothing.
	Unanswered float64
	// Precision is the share of right or possible photos among those that answer, the mean over the answered queries.
	Precision float64
	// AbsentAnswered is the share of absent queries that find something; Things and Nonsense the same by kind.
	AbsentAnswered, Things, Nonsense float64
	Present, Absent                  int
}

// Case is one query that went wrong, for people to look at.
type Case struct {
	Query   string
	Answers int
	Missed  []string // right photos that do not answer
	Wrong   []string // first photos that answer an absent query
}

// Report holds all figures.
type Report struct {
	Recall  Recall
	Ranking Ranking
	Cut     map[Half]Cut
	Missed  []Case
	Fooled  []Case
}

// Measure asks everything once. Captions may be empty.
func Measure(ctx context.Context, ask Asker, present, absent []Query, captions []Caption) (Report, error) {
	r := Report{Cut: map[Half]Cut{}}
	var err error
	if r.Recall, err = MeasureRecall(ctx, ask, captions); err != nil {
		return r, err
	}
	sums := map[Half]*sums{Both: {}, Tune: {}, HeldOut: {}}
	for _, q := range present {
		order, err := ask(ctx, q.Query, true)
		if err != nil {
			return r, fmt.Errorf("ask for %q: %w", q.Query, err)
		}
		answers, err := ask(ctx, q.Query, false)
		if err != nil {
			return r, fmt.Errorf("ask for %q: %w", q.Query, err)
		}
		r.Ranking.MeanAveragePrecision += AveragePrecision(order, q.Files) / float64(len(present))
		r.Ranking.Queries++
		for _, h := range []Half{Both, HalfOf(q.Query)} {
			sums[h].present(q, order, answers)
		}
		if missed := slices.DeleteFunc(slices.Clone(q.Files), func(f string) bool { return slices.Contains(answers, f) }); len(missed) > 0 {
			r.Missed = append(r.Missed, Case{Query: q.Query, Answers: len(answers), Missed: missed})
		}
	}
	for _, q := range absent {
		answers, err := ask(ctx, q.Query, false)
		if err != nil {
			return r, fmt.Errorf("ask for %q: %w", q.Query, err)
		}
		for _, h := range []Half{Both, HalfOf(q.Query)} {
			sums[h].absent(q, answers)
		}
		if len(answers) > 0 {
			r.Fooled = append(r.Fooled, Case{Query: q.Query, Answers: len(answers), Wrong: answers[:min(3, len(answers))]})
		}
	}
	for h, s := range sums {
		r.Cut[h] = s.cut()
	}
	return r, nil
}

// MeasureRecall asks for every caption and looks for its photo.
func MeasureRecall(ctx context.Context, ask Asker, captions []Caption) (Recall, error) {
	r := Recall{Captions: len(captions)}
	for _, c := range captions {
		order, err := ask(ctx, c.Text, true)
		if err != nil {
			return r, fmt.Errorf("ask for %q: %w", c.Text, err)
		}
		rank := slices.Index(order, c.File)
		each := 1 / float64(len(captions))
		if rank >= 0 && rank < 1 {
			r.At1 += each
		}
		if rank >= 0 && rank < 5 {
			r.At5 += each
		}
		if rank >= 0 && rank < 10 {
			r.At10 += each
		}
	}
	return r, nil
}

// AveragePrecision is the mean, over the right files, of the precision at their places in order; a file that is not in it
// counts 0.
func AveragePrecision(order, right []string) float64 {
	if len(right) == 0 {
		return 0
	}
	found, sum := 0, 0.0
	for i, f := range order {
		if slices.Contains(right, f) {
			found++
			sum += float64(found) / float64(i+1)
		}
	}
	return sum / float64(len(right))
}

// sums adds up one half.
type sums struct {
	kept, found, answered, precision                 float64
	classKept                                        float64
	presents, classes, founds, answers               int
	absents, things, nonsenses                       int
	absentAnswered, thingsAnswered, nonsenseAnswered int
}

func (s *sums) present(q Query, order, answers []string) {
	s.presents++
	kept := share(q.Files, answers)
	s.kept += kept
	if q.Kind == "class" {
		s.classes++
		s.classKept += kept
	}
	screen := order[:min(len(order), max(10, 2*(len(q.Files)+len(q.Maybe))))]
	if seen := slices.DeleteFunc(slices.Clone(q.Files), func(f string) bool { return !slices.Contains(screen, f) }); len(seen) > 0 {
		s.founds++
		s.found += share(seen, answers)
	}
	if len(answers) > 0 {
		s.answers++
		s.answered += kept
		s.precision += share(answers, append(slices.Clone(q.Files), q.Maybe...))
	}
}

func (s *sums) absent(q Query, answers []string) {
	yes := 0
	if len(answers) > 0 {
		yes = 1
	}
	s.absents++
	s.absentAnswered += yes
	if q.Kind == "nonsense" {
		s.nonsenses++
		s.nonsenseAnswered += yes
	} else {
		s.things++
		s.thingsAnswered += yes
	}
}

func (s *sums) cut() Cut {
	return Cut{
		Kept: ratio(s.kept, s.presents), KeptOfClasses: ratio(s.classKept, s.classes), KeptOfFound: ratio(s.found, s.founds), KeptOfAnswered: ratio(s.answered, s.answers),
		Unanswered: ratio(float64(s.presents-s.answers), s.presents), Precision: ratio(s.precision, s.answers),
		AbsentAnswered: ratio(float64(s.absentAnswered), s.absents), Things: ratio(float64(s.thingsAnswered), s.things),
		Nonsense: ratio(float64(s.nonsenseAnswered), s.nonsenses), Present: s.presents, Absent: s.absents,
	}
}

func share(of, in []string) float64 {
	n := 0
	for _, f := range of {
		if slices.Contains(in, f) {
			n++
		}
	}
	return ratio(float64(n), len(of))
}

func ratio(sum float64, n int) float64 {
	if n == 0 {
		return 0
	}
	return sum / float64(n)
}

// String writes the figures as a table.
func (r Report) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "captions %d: recall@1 %.3f, @5 %.3f, @10 %.3f\n", r.Recall.Captions, r.Recall.At1, r.Recall.At5, r.Recall.At10)
	fmt.Fprintf(&b, "short queries %d: mean average precision %.3f\n", r.Ranking.Queries, r.Ranking.MeanAveragePrecision)
	for _, h := range []Half{Both, Tune, HeldOut} {
		c := r.Cut[h]
		fmt.Fprintf(&b, "%-8s  %3d present: kept %.3f, of classes %.3f, of those found %.3f, of answered queries %.3f, unanswered %.3f, precision %.3f | %3d absent: answered %.3f (things %.3f, nonsense %.3f)\n",
			h, c.Present, c.Kept, c.KeptOfClasses, c.KeptOfFound, c.KeptOfAnswered, c.Unanswered, c.Precision, c.Absent, c.AbsentAnswered, c.Things, c.Nonsense)
	}
	return b.String()
}
