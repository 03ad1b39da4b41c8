package tokenize

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"golang.org/x/text/encoding/unicode"
)

// maxPiece is the greatest length in bytes of one token's text.
const maxPiece = 1 << 10

// GPT2 turns ids of GPT-2's byte pairs into text. It is safe for concurrent use.
type GPT2 struct {
	pieces []string // bytes of a text; empty for special tokens and ids without one
}

// NewGPT2 reads a vocabulary: a tokenizer.json, or a vocab.json that maps tokens to ids. In both, bytes are written as
// the characters that stand for them. The special token is <|endoftext|>, and what a tokenizer.json calls special.
func NewGPT2(file []byte) (*GPT2, error) {
	var whole struct {
		Model *struct {
			Vocab map[string]int64 `json:"vocab"`
		} `json:"model"`
		Added []struct {
			ID      int64  `json:"id"`
			Content string `json:"content"`
			Special bool   `json:"special"`
		} `json:"added_tokens"`
	}
	var vocabulary map[string]int64
	// A vocab.json holds numbers only, and may have the tokens "model" and "added_tokens".
	if err := json.Unmarshal(file, &vocabulary); err != nil {
		if err := json.Unmarshal(file, &whole); err != nil {
			return nil, fmt.Errorf("it is neither a vocabulary nor a tokenizer in JSON: %w", err)
		}
		if whole.Model == nil {
			return nil, errors.New("it is a tokenizer without a model")
		}
		vocabulary = whole.Model.Vocab
	}
	if len(vocabulary) == 0 || len(vocabulary) > maxVocabulary {
		return nil, fmt.Errorf("the vocabulary has %d tokens, not 1 to %d", len(vocabulary), maxVocabulary)
	}
	special := map[string]bool{"<|endoftext|>": true}
	plain := map[string]bool{}
	for _, a := range whole.Added {
		vocabulary[a.Content] = a.ID
		special[a.Content] = a.Special
		plain[a.Content] = !a.Special
	}
	g := &GPT2{}
	bytes := standIns()
	seen := map[int64]bool{}
	for token, id := range vocabulary {
		if id < 0 || id >= maxVocabulary || len(token) > maxPiece || seen[id] {
			return nil, fmt.Errorf("the token %.40q has the id %d, which is not a number of a line of its own, or is too long", token, id)
		}
		seen[id] = true
		for int64(len(g.pieces)) <= id {
			g.pieces = append(g.pieces, "")
		}
		switch {
		case special[token]:
		case plain[token]: // as it is
			g.pieces[id] = token
		default:
			piece, err := unstand(token, bytes)
			if err != nil {
				return nil, err
			}
			g.pieces[id] = piece
		}
	}
	return g, nil
}

// Size is the number of ids.
func (g *GPT2) Size() int { return len(g.pieces) }

// Decode returns the text of ids, as Clean leaves it. Ids that the vocabulary does not have and special ones add
// nothing; bytes that are not UTF-8 become U+FFFD.
func (g *GPT2) Decode(ids []int64) string {
	var b strings.Builder
	for _, id := range ids {
		if id >= 0 && id < int64(len(g.pieces)) {
			b.WriteString(g.pieces[id])
		}
	}
	text, err := unicode.UTF8.NewDecoder().String(b.String())
	if err != nil {
		return "" // it replaces what is wrong, so there is no error
	}
	return Clean(text)
}

// unstand returns the bytes that a token's characters stand for.
func unstand(token string, bytes map[rune]byte) (string, error) {
	piece := make([]byte, 0, len(token))
	for _, r := range token {
		c, ok := bytes[r]
		if !ok {
			return "", fmt.Errorf("the token %.40q has the character %q, which stands for no byte", token, r)
		}
		piece = append(piece, c)
	}
	return string(piece), nil
}

// standIns returns the byte that each character of a vocabulary stands for. Bytes that can be printed in Latin-1 stand
// for themselves; the others are numbered from U+0100 on (bytes_to_unicode of GPT-2's encoder.py).
func standIns() map[rune]byte {
	bytes := map[rune]byte{}
	other := rune(0x100)
	for c := range rune(256) {
		if c >= '!' && c <= '~' || c >= 0xA1 && c <= 0xAC || c >= 0xAE && c <= 0xFF {
			bytes[c] = byte(c)
			continue
		}
		bytes[other] = byte(c)
		other++
	}
	return bytes
}
