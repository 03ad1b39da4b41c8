package tokenize

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

// blankMark stands for a space in the pieces of SentencePiece.
const blankMark = "▁"

// SentencePiece is the tokenizer of the SigLIP models: the unigram model of the first, with texts cleaned as that one's
// makers do, or the byte pairs of SigLIP 2, with texts in lower case. It is safe for concurrent use.
type SentencePiece struct {
	normal  normalizer
	pieces  pieces
	unigram *unigram // nil: byte pairs
	bytes   [256]int32
	// fallback says whether characters that the vocabulary lacks become their bytes.
	fallback            bool
	end, blank, unknown int64
	limit               int
}

// pieces are what a text is looked up in.
type pieces struct {
	merges  merges
	symbols map[string]int32 // of one character
	whole   map[string]int32 // looked for before anything else, and never split or joined
	begins  [256]bool        // the first bytes of those
	longest int              // bytes of the longest of those
}

// NewSentencePiece reads a vocabulary: a tokenizer.json, or a .model of SentencePiece. Texts are cut to limit ids, at
// least 3, the last of which is the end token.
func NewSentencePiece(vocabulary []byte, limit int) (*SentencePiece, error) {
	if limit < 3 {
		return nil, fmt.Errorf("a limit of %d tokens leaves no room for a text", limit)
	}
	read := readModel
	if isDocument(vocabulary) {
		read = readSentenceDocument
	}
	v, err := read(vocabulary)
	if err != nil {
		return nil, err
	}
	s := &SentencePiece{normal: v.normal, fallback: v.fallback, limit: limit}
	// A vocabulary with both has </s> for HTML.
	for id, names := range map[*int64][]string{&s.end: {"<eos>", "</s>"}, &s.unknown: {"<unk>"}, &s.blank: {"<pad>"}} {
		if *id, err = v.mark(names...); err != nil {
			return nil, err
		}
	}
	if v.unigram {
		s.blank = s.end // SigLIP fills up with the end token; SigLIP 2 has one for that
		s.unigram = newUnigram(v, int32(s.unknown))
	}
	if v.padding >= 0 {
		s.blank = v.padding
	}
	s.pieces = v.pieces()
	if s.fallback {
		for b := range s.bytes {
			id, ok := v.ids[fmt.Sprintf("<0x%02X>", b)]
			if !ok {
				return nil, fmt.Errorf("the vocabulary has no token for the byte %d", b)
			}
			s.bytes[b] = id
		}
	}
	return s, nil
}

// Pad returns the id that texts are filled up with.
func (s *SentencePiece) Pad() int64 { return s.blank }

// Encode returns the ids of a text, 1 to the limit of them: the text's, the end. A text is text: names of marks in it
// ("<eos>") become no marks.
func (s *SentencePiece) Encode(text string) []int64 {
	if s.unigram != nil {
		text = siglipClean(text)
	} else {
		text = lower(text)
	}
	ids := s.appendText(make([]int64, 0, 16), text)
	return append(ids[:min(len(ids), s.limit-1)], s.end)
}

// appendText appends the ids of a text as SentencePiece itself gives them.
func (s *SentencePiece) appendText(ids []int64, text string) []int64 {
	text = s.normal.apply(text, s.pieces.wholeAt)
	if s.unigram != nil {
		return s.unigram.appendText(ids, text)
	}
	j := joiner{merges: s.pieces.merges}
	for text != "" {
		if n, id := s.pieces.wholeAt(text); n > 0 {
			ids = j.appendTo(ids)
			ids = append(ids, int64(id))
			j.reset()
			text = text[n:]
			continue
		}
		_, n := utf8.DecodeRuneInString(text)
		character := text[:n]
		text = text[n:]
		id, ok := s.pieces.symbols[character]
		switch {
		case ok:
			j.push(id)
		case s.fallback:
			for _, b := range []byte(character) {
				j.push(s.bytes[b])
			}
		default: // several unknown characters in a row are one unknown token
			if last := len(j.symbols) - 1; last < 0 || j.symbols[last].id != int32(s.unknown) {
				j.push(int32(s.unknown))
			}
		}
	}
	return j.appendTo(ids)
}

// wholeAt returns the length in bytes and the id of the longest piece of its own that a text begins with; 0 if there is
// none.
func (p *pieces) wholeAt(text string) (int, int32) {
	if !p.begins[text[0]] {
		return 0, 0
	}
	for n := min(len(text), p.longest); n > 0; n-- {
		if id, ok := p.whole[text[:n]]; ok {
			return n, id
		}
	}
	return 0, 0
}

// lower is a text in lower case as Python has it, with the Greek sigma that ends a word; bytes that are not UTF-8 read as
// U+FFFD.
func lower(text string) string {
	return cases.Lower(language.Und).String(strings.ToValidUTF8(text, "\ufffd"))
}

// siglipClean is a text without ASCII punctuation, in lower case, its words one space apart (big_vision, ops_text.py,
// canonicalize; transformers, SiglipTokenizer).
func siglipClean(text string) string {
	plain := strings.Map(func(r rune) rune {
		if r < utf8.RuneSelf && isPunctuation(r) {
			return -1
		}
		return r
	}, text)
	return strings.Join(strings.FieldsFunc(lower(plain), isPythonSpace), " ")
}

// isPythonSpace says what white space is to the reference: four separators of ASCII are too.
func isPythonSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1c && r <= 0x1f }

// lexicon is what the two formats have in common.
type lexicon struct {
	normal   normalizer
	ids      map[string]int32   // every piece
	scores   map[string]float32 // of the pieces that text is cut into; of a unigram model
	own      map[string]int32   // pieces that are never split or joined
	marks    map[string]bool    // pieces that are no text
	merges   merges
	unigram  bool
	fallback bool
	padding  int64 // −1: not said
}

// mark returns the id of the first of these names that there is.
func (v *lexicon) mark(names ...string) (int64, error) {
	for _, name := range names {
		if id, ok := v.ids[name]; ok {
			return int64(id), nil
		}
	}
	return 0, fmt.Errorf("the vocabulary has no %s", strings.Join(names, " or "))
}

func (v *lexicon) pieces() pieces {
	p := pieces{merges: v.merges, symbols: map[string]int32{}, whole: v.own}
	for piece, id := range v.ids {
		if utf8.RuneCountInString(piece) == 1 && !v.marks[piece] {
			p.symbols[strings.Clone(piece)] = id
		}
	}
	for piece := range v.own {
		p.begins[piece[0]] = true
		p.longest = max(p.longest, len(piece))
	}
	return p
}

// readSentenceDocument reads a tokenizer.json.
func readSentenceDocument(data []byte) (*lexicon, error) {
	d, err := readDocument(data)
	if err != nil {
		return nil, err
	}
	v := &lexicon{padding: -1, own: map[string]int32{}, marks: map[string]bool{}, fallback: d.Model.Fallback, unigram: d.Model.Type == "Unigram"}
	if d.Padding != nil {
		v.padding = d.Padding.ID
	}
	if v.unigram {
		v.normal = normalizer{prefix: true, joined: true}
		err = v.readUnigram(d)
	} else {
		v.ids, v.merges, err = d.readPieces()
	}
	if err != nil {
		return nil, err
	}
	for _, t := range d.Added {
		switch {
		case t.Content == "" || t.ID < 0 || t.ID >= maxVocabulary:
			return nil, fmt.Errorf("its added token %.40q has the id %d", t.Content, t.ID)
		case t.Special:
			v.marks[t.Content] = true
			v.ids[t.Content] = t.ID
		case !strings.Contains(t.Content, blankMark): // a text has spaces where these have marks, so they are joined
			v.own[t.Content] = t.ID
		}
	}
	if v.padding >= maxVocabulary {
		return nil, fmt.Errorf("it fills up with the id %d", v.padding)
	}
	var problem error
	d.Normalizer.each(func(s step) {
		switch s.Type {
		case "Precompiled":
			if v.normal.table, err = readCharsmap(s.Charsmap); err != nil {
				problem = err
			}
		case "Prepend":
			v.normal.prefix = true
		case "Replace", "Lowercase", "Strip": // spaces to their marks, and what is done in any case
		default:
			problem = fmt.Errorf("its normalizer does %.40q, which this program cannot", s.Type)
		}
	})
	return v, problem
}

// errNoPieces says that a vocabulary holds nothing.
var errNoPieces = errors.New("it lists no pieces")
