package search

import (
	"cmp"
	"context"
	"math"
	"slices"
	"strings"
	"sync"
	"unicode"

	"pixeldetective/backend/search/query"
	"pixeldetective/backend/search/vector"
)

// stopWords carry no picture by themselves: articles, pronouns, prepositions, auxiliaries, and what people write round a
// question.
var stopWords = strings.Fields(`a about above across after against all along also am among an and another any anything are around as
at away be because been before behind being below beneath beside besides between beyond both but by can could did do does
doing done down during each either every everything few for from had has have having he her hers him his how i if in inside
into is it its itself just like lot lots many may me might more most much my near next no nor not nothing of off on one onto
or other others our out outside over own per photo photos picture pictures image images pic pics same several shall she
should show shows showing shown so some something such than that the their theirs them then there these they this those
through to together too toward towards under until up upon us very via was we were what when where which while who whom
whose why will with within without would you your yours find search me`)

func isStopWord(w string) bool {
	_, found := slices.BinarySearch(sortedStopWords(), w)
	return found
}

// sortedStopWords is computed once.
var sortedStopWords = sync.OnceValue(func() []string {
	out := slices.Clone(stopWords)
	slices.Sort(out)
	return slices.Compact(out)
})

// content is a content word of a question.
type content struct {
	word string // lower case, without punctuation
	at   int    // position of its first character in the query, in runes
}

// maxClues is how many content words are looked at one by one.
const maxClues = 8

// contentWords returns the content words of the wanted terms, each once, in their order.
func contentWords(x query.Expression) []content {
	var out []content
	for _, t := range x.Wanted() {
		at := t.At
		if t.Phrase {
			at++ // the quote
		}
		for _, w := range tokens(t.Text) {
			word := strings.ToLower(w.word)
			if isStopWord(word) || slices.ContainsFunc(out, func(c content) bool { return c.word == word }) {
				continue
			}
			out = append(out, content{word, at + w.at})
		}
	}
	return out
}

// tokens cuts text where the text index does: at everything but letters, marks and numbers. An apostrophe or hyphen
// inside a word belongs to it.
func tokens(text string) []content {
	runes := []rune(text)
	isWord := func(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) }
	var out []content
	for i := 0; i < len(runes); {
		if !isWord(runes[i]) {
			i++
			continue
		}
		start := i
		for i < len(runes) && (isWord(runes[i]) || i+1 < len(runes) && (runes[i] == '\'' || runes[i] == '’' || runes[i] == '-') && isWord(runes[i+1])) {
			i++
		}
		out = append(out, content{string(runes[start:i]), start})
	}
	return out
}

// singular returns the word without a plural ending, where it has one. Text is matched by both.
func singular(w string) string {
	switch {
	case len(w) > 4 && strings.HasSuffix(w, "ies"):
		return w[:len(w)-3] + "y"
	case len(w) > 4 && (strings.HasSuffix(w, "ches") || strings.HasSuffix(w, "shes") || strings.HasSuffix(w, "xes") || strings.HasSuffix(w, "sses")):
		return w[:len(w)-2]
	case len(w) > 3 && strings.HasSuffix(w, "s") && !strings.HasSuffix(w, "ss") && !strings.HasSuffix(w, "us") && !strings.HasSuffix(w, "is"):
		return w[:len(w)-1]
	}
	return w
}

// wordCache holds how the scores of words are spread over the library. It is dropped once the library has changed by a
// twentieth.
type wordCache struct {
	mu      sync.Mutex
	spreads map[textKey]vector.Distribution
	changes int

	hits, misses int64
}

const keptWords = 256

func newWordCache() *wordCache { return &wordCache{spreads: map[textKey]vector.Distribution{}} }

func (c *wordCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	clear(c.spreads)
	c.changes = 0
}

// age tells that some of so many photos changed.
func (c *wordCache) age(changed, photos int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes += changed
	if c.changes*20 >= photos {
		clear(c.spreads)
		c.changes = 0
	}
}

func (c *wordCache) get(key textKey) (vector.Distribution, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, ok := c.spreads[key]
	if ok {
		c.hits++
	} else {
		c.misses++
	}
	return d, ok
}

// wordSample is how many photos the spread of a word is taken from in a larger library. "One in N" is known up to it.
const wordSample = 32 * 1024

// spread returns how the scores of a word are spread over the library.
func (e *Engine) spread(ctx context.Context, l *loaded, word string, v []float32) (vector.Distribution, error) {
	key := textKey{l.model.Ref(), word}
	if d, ok := e.words.get(key); ok {
		return d, nil
	}
	r, err := l.matrix.Search(ctx, v, vector.Options{Sample: wordSample})
	if err != nil {
		return vector.Distribution{}, err
	}
	e.words.mu.Lock()
	if len(e.words.spreads) >= keptWords {
		clear(e.words.spreads)
	}
	e.words.spreads[key] = r.Scores
	e.words.mu.Unlock()
	return r.Scores, nil
}

// witness weighs one word against photos.
type witness struct {
	content
	vector  []float32
	spread  vector.Distribution
	verdict verdict
	scores  map[int64]float32
	text    map[int64]Source // photos whose words hold it
}

// evidence says how well a photo shows the word.
func (w *witness) evidence(num int64) Evidence {
	out := Evidence{Clue: w.word, Level: Hollow, OneIn: 1, Source: SourceMeaning}
	if score, ok := w.scores[num]; ok && w.spread.Count > 0 {
		n := float64(w.spread.Count)
		out.OneIn = roundOneIn(n / math.Max(1, w.spread.AtLeast(float64(score))))
		if out.OneIn >= 10 && float64(score) >= w.verdict.cut*0.6 {
			out.Level = Half
		}
	}
	if w.shown(num) {
		out.Level = Full
	}
	if source, ok := w.text[num]; ok {
		out.Source = source
	}
	return out
}

// shown says whether a photo shows the word for certain: by its meaning, or because words kept with it say so.
func (w *witness) shown(num int64) bool {
	if _, ok := w.text[num]; ok {
		return true
	}
	score, ok := w.scores[num]
	return ok && w.spread.Count > 0 && w.verdict.answered && float64(score) >= w.verdict.cut
}

// roundOneIn keeps two digits: more would pretend.
func roundOneIn(n float64) float64 {
	if n < 1 || math.IsNaN(n) {
		return 1
	}
	unit := math.Pow(10, math.Max(0, math.Floor(math.Log10(n))-1))
	return math.Round(n/unit) * unit
}

// lit says whether some photo of the answer shows the word.
func (w *witness) lit(nums []int64) bool {
	return slices.ContainsFunc(nums, w.shown)
}

func sorted(set map[int64]bool) []int64 {
	out := make([]int64, 0, len(set))
	for n := range set {
		out = append(out, n)
	}
	slices.SortFunc(out, cmp.Compare[int64])
	return out
}
