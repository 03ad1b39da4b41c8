package tokenize

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"unicode/utf8"
)

// unknownPenalty is how much less likely a character that the vocabulary lacks is than its least likely piece
// (sentencepiece, unigram_model.cc, kUnkPenalty).
const unknownPenalty = 10

// unigram cuts a text into the pieces whose probabilities have the greatest product.
type unigram struct {
	scores  map[string]scored
	longest int // bytes of the longest piece
	least   float32
	unknown int32
}

// scored is a piece's id and the logarithm of its probability.
type scored struct {
	id    int32
	score float32
}

func newUnigram(v *lexicon, unknown int32) *unigram {
	u := &unigram{scores: make(map[string]scored, len(v.scores)), least: math.MaxFloat32, unknown: unknown}
	for piece, score := range v.scores {
		if v.marks[piece] {
			continue
		}
		u.scores[piece] = scored{id: v.ids[piece], score: score}
		u.longest = max(u.longest, len(piece))
		u.least = min(u.least, score)
	}
	return u
}

// appendText appends the ids of the best way to cut a text (Viterbi). It takes time in proportion to the text's length
// times that of the longest piece.
func (u *unigram) appendText(ids []int64, text string) []int64 {
	type node struct {
		score float32 // of the best way to get here
		from  int     // where its last piece begins; −1: nothing ends here yet
		id    int32
	}
	best := make([]node, len(text)+1)
	for i := range best {
		best[i].from = -1
	}
	best[0].from = 0
	unlikely := u.least - unknownPenalty
	for i := 0; i < len(text); {
		_, size := utf8.DecodeRuneInString(text[i:])
		whole := false // the character is a piece by itself
		for n := size; n <= min(len(text)-i, u.longest); {
			if p, ok := u.scores[text[i:i+n]]; ok {
				end := &best[i+n]
				if score := best[i].score + p.score; end.from < 0 || score > end.score {
					*end = node{score: score, from: i, id: p.id}
				}
				whole = whole || n == size
			}
			if i+n == len(text) {
				break
			}
			_, next := utf8.DecodeRuneInString(text[i+n:])
			n += next
		}
		if end, score := &best[i+size], best[i].score+unlikely; !whole && (end.from < 0 || score > end.score) {
			*end = node{score: score, from: i, id: u.unknown}
		}
		i += size
	}
	first := len(ids)
	for i := len(text); i > 0; i = best[i].from {
		// Several unknown characters in a row are one unknown token.
		if id := int64(best[i].id); id != int64(u.unknown) || len(ids) == first || ids[len(ids)-1] != id {
			ids = append(ids, id)
		}
	}
	slices.Reverse(ids[first:])
	return ids
}

// readUnigram reads the pieces of a tokenizer.json, each with its score; their ids are their places.
func (v *lexicon) readUnigram(d *document) error {
	var list [][2]json.RawMessage
	if err := json.Unmarshal(d.Model.Vocabulary, &list); err != nil {
		return fmt.Errorf("its vocabulary cannot be read (%w)", err)
	}
	if len(list) == 0 {
		return errNoPieces
	}
	if len(list) > maxVocabulary {
		return fmt.Errorf("it lists more than %d pieces", maxVocabulary)
	}
	v.ids, v.scores = make(map[string]int32, len(list)), make(map[string]float32, len(list))
	for i, entry := range list {
		var piece string
		var score float32
		if json.Unmarshal(entry[0], &piece) != nil || json.Unmarshal(entry[1], &score) != nil {
			return fmt.Errorf("its piece %d is not a text and a number", i)
		}
		v.ids[piece], v.scores[piece] = int32(i), score
	}
	return nil
}
