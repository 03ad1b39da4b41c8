package tokenize

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// The special tokens of a BERT vocabulary.
const (
	padToken     = "[PAD]"
	unknownToken = "[UNK]"
	startToken   = "[CLS]"
	endToken     = "[SEP]"
	maskToken    = "[MASK]"
)

const (
	// maxWord is the length in characters above which a word is unknown as a whole, as in BERT's reference.
	maxWord = 100
	// maxVocabulary is the greatest number of lines of a vocabulary.
	maxVocabulary = 1 << 20
	// continued begins the pieces that do not begin a word.
	continued = "##"
)

// WordPiece is BERT's uncased tokenizer. It is safe for concurrent use.
type WordPiece struct {
	first, later               map[string]int64 // pieces that begin a word, and those that continue one
	special                    map[string]int64
	start, end, unknown, blank int64
	longest                    int // bytes of the longest piece
	limit                      int
}

// NewWordPiece reads a vocabulary, one token a line, the line's number (from 0) its id. Texts are cut to limit ids, at
// least 3, the first and the last of which are [CLS] and [SEP].
func NewWordPiece(vocabulary []byte, limit int) (*WordPiece, error) {
	if limit < 3 {
		return nil, fmt.Errorf("a limit of %d tokens leaves no room for a text", limit)
	}
	if !utf8.Valid(vocabulary) {
		return nil, fmt.Errorf("the vocabulary is not UTF-8")
	}
	lines := strings.Split(strings.TrimSuffix(string(vocabulary), "\n"), "\n")
	if len(lines) > maxVocabulary {
		return nil, fmt.Errorf("the vocabulary has more than %d lines", maxVocabulary)
	}
	w := &WordPiece{
		first:   make(map[string]int64, len(lines)),
		later:   map[string]int64{},
		special: map[string]int64{},
		limit:   limit,
	}
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		pieces, piece := w.first, line
		if rest, ok := strings.CutPrefix(line, continued); ok && rest != "" {
			pieces, piece = w.later, rest
		}
		if _, twice := pieces[piece]; twice || piece == "" {
			return nil, fmt.Errorf("line %d of the vocabulary, %.40q, is empty or there twice", i+1, line)
		}
		pieces[piece] = int64(i)
		w.longest = max(w.longest, len(piece))
	}
	for _, name := range []string{padToken, unknownToken, startToken, endToken, maskToken} {
		id, ok := w.first[name]
		if !ok && name != maskToken {
			return nil, fmt.Errorf("the vocabulary has no %s", name)
		}
		if ok {
			w.special[name] = id
		}
	}
	w.start, w.end = w.special[startToken], w.special[endToken]
	w.unknown, w.blank = w.special[unknownToken], w.special[padToken]
	return w, nil
}

// Pad returns the id that fills up shorter texts of a batch.
func (w *WordPiece) Pad() int64 { return w.blank }

// Encode returns the ids of a text, 2 to the limit of them: [CLS], the text's, [SEP].
//
// The names of special tokens in a text ("[MASK]") become these tokens, as in the reference implementation. They do
// nothing that other words could not do: a text has one vector, and it is its user's own.
func (w *WordPiece) Encode(text string) []int64 {
	ids := make([]int64, 1, 16)
	ids[0] = w.start
	full := func() bool { return len(ids) >= w.limit-1 }
	for text != "" && !full() {
		plain, name, rest := w.cutSpecial(text)
		eachWord(plain, func(word string) bool {
			ids = w.appendPieces(ids, word)
			return !full()
		})
		if name != "" {
			ids = append(ids, w.special[name])
		}
		text = rest
	}
	if len(ids) > w.limit-1 {
		ids = ids[:w.limit-1]
	}
	return append(ids, w.end)
}

// cutSpecial splits a text at the first name of a special token.
func (w *WordPiece) cutSpecial(text string) (before, name, after string) {
	for i := 0; i < len(text); i++ {
		j := strings.IndexByte(text[i:], '[')
		if j < 0 {
			break
		}
		i += j
		for name := range w.special {
			if strings.HasPrefix(text[i:], name) {
				return text[:i], name, text[i+len(name):]
			}
		}
	}
	return text, "", ""
}

// appendPieces cuts a word greedily into the longest pieces that the vocabulary has; if that does not come out even,
// the whole word is unknown.
func (w *WordPiece) appendPieces(ids []int64, word string) []int64 {
	if utf8.RuneCountInString(word) > maxWord {
		return append(ids, w.unknown)
	}
	begin := len(ids)
	pieces := w.first
	for word != "" {
		n, id := w.longestPiece(pieces, word)
		if n == 0 {
			return append(ids[:begin], w.unknown)
		}
		ids = append(ids, id)
		word = word[n:]
		pieces = w.later
	}
	return ids
}

// longestPiece returns the length in bytes and the id of the longest piece that a word begins with; 0 if there is none.
func (w *WordPiece) longestPiece(pieces map[string]int64, word string) (int, int64) {
	for n := min(len(word), w.longest); n > 0; n-- {
		if n < len(word) && !utf8.RuneStart(word[n]) {
			continue
		}
		if id, ok := pieces[word[:n]]; ok {
			return n, id
		}
	}
	return 0, 0
}
