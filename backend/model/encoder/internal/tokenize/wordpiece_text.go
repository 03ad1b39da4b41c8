package tokenize

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// WordPieceText turns ids of a BERT vocabulary into text. It is safe for concurrent use.
type WordPieceText struct {
	pieces []string // empty: special
}

// NewWordPieceText reads a vocabulary, one token a line, the line's number (from 0) its id.
func NewWordPieceText(vocabulary []byte) (*WordPieceText, error) {
	if !utf8.Valid(vocabulary) {
		return nil, fmt.Errorf("the vocabulary is not UTF-8")
	}
	lines := strings.Split(strings.TrimSuffix(string(vocabulary), "\n"), "\n")
	if len(lines) > maxVocabulary || len(lines) < 2 {
		return nil, fmt.Errorf("the vocabulary has %d lines, not 2 to %d", len(lines), maxVocabulary)
	}
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if line == "" || len(line) > maxPiece {
			return nil, fmt.Errorf("line %d of the vocabulary is empty or longer than %d bytes", i+1, maxPiece)
		}
		switch line {
		case padToken, unknownToken, startToken, endToken, maskToken:
			line = ""
		}
		lines[i] = line
	}
	return &WordPieceText{pieces: lines}, nil
}

// Size is the number of ids.
func (w *WordPieceText) Size() int { return len(w.pieces) }

// Decode returns the text of ids, as Clean leaves it: words apart, the pieces that continue one joined to it. Ids that
// the vocabulary does not have and special ones add nothing.
func (w *WordPieceText) Decode(ids []int64) string {
	var b strings.Builder
	for _, id := range ids {
		if id < 0 || id >= int64(len(w.pieces)) || w.pieces[id] == "" {
			continue
		}
		rest, joined := strings.CutPrefix(w.pieces[id], continued)
		if b.Len() == 0 { // what begins a text continues nothing
			b.WriteString(w.pieces[id])
			continue
		}
		if !joined {
			b.WriteByte(' ')
		}
		b.WriteString(rest)
	}
	return Clean(b.String())
}
