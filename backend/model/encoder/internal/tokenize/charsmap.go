package tokenize

import (
	"bytes"
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf8"
)

// normalizer brings a text into the form that pieces were learnt from (sentencepiece, normalizer.cc).
type normalizer struct {
	table  *charsmap // nil: characters stay as they are
	prefix bool      // a mark is put before the text
	joined bool      // spaces at the ends go, and several become one
}

// apply returns the normal form of a text, with marks for spaces. whole tells of pieces that stay as they are. Bytes that
// are not UTF-8 read as U+FFFD, each for itself.
func (n *normalizer) apply(text string, whole func(string) (int, int32)) string {
	var b strings.Builder
	b.Grow(len(text) + len(text)/2 + len(blankMark))
	after := n.joined // a space that comes now is one too many
	begun := false
	for text != "" {
		form, size := n.first(text, whole)
		text = text[size:]
		if after {
			form = strings.TrimLeft(form, " ")
		}
		if form == "" {
			continue
		}
		if !begun && n.prefix {
			b.WriteString(blankMark)
		}
		begun = true
		for _, r := range form {
			if r == ' ' {
				b.WriteString(blankMark)
			} else {
				b.WriteRune(r)
			}
		}
		after = n.joined && strings.HasSuffix(form, " ")
	}
	normal := b.String()
	for n.joined && strings.HasSuffix(normal, blankMark) {
		normal = strings.TrimSuffix(normal, blankMark)
	}
	return normal
}

// first returns the normal form of the beginning of a text, and that beginning's length in bytes.
func (n *normalizer) first(text string, whole func(string) (int, int32)) (string, int) {
	if size, _ := whole(text); size > 0 {
		return text[:size], size
	}
	if form, size := n.table.longest(text); size > 0 {
		return form, size
	}
	r, size := utf8.DecodeRuneInString(text)
	if r == utf8.RuneError {
		return "\ufffd", size
	}
	return text[:size], size
}

// charsmap is the table of a normalization as SentencePiece compiles it: a double-array trie (Darts-clone) of what is
// replaced, and the replacements, each ended by a zero.
type charsmap struct {
	units []uint32
	forms []byte
}

var errCharsmap = errors.New("its table of normalization is damaged")

func readCharsmap(data []byte) (*charsmap, error) {
	if len(data) == 0 {
		return nil, nil //nolint:nilnil // a table that changes nothing
	}
	if len(data) < 4 {
		return nil, errCharsmap
	}
	size := uint64(binary.LittleEndian.Uint32(data))
	if size == 0 || size%4 != 0 || size > uint64(len(data)-4) {
		return nil, errCharsmap
	}
	c := &charsmap{units: make([]uint32, size/4), forms: data[4+size:]}
	for i := range c.units {
		c.units[i] = binary.LittleEndian.Uint32(data[4+4*i:])
	}
	if !utf8.Valid(c.forms) {
		return nil, errCharsmap
	}
	return c, nil
}

// The parts of a unit (darts.h, DoubleArrayUnit).
func hasLeaf(unit uint32) bool    { return unit>>8&1 == 1 }
func valueOf(unit uint32) uint32  { return unit & (1<<31 - 1) }
func labelOf(unit uint32) uint32  { return unit & (1<<31 | 0xFF) }
func offsetOf(unit uint32) uint32 { return unit >> 10 << (unit & (1 << 9) >> 6) }

// longest returns what replaces the longest beginning of a text that is in the table, and that beginning's length in
// bytes; 0 if there is none.
func (c *charsmap) longest(text string) (form string, size int) {
	if c == nil {
		return "", 0
	}
	at := offsetOf(c.units[0])
	for i := range len(text) {
		at ^= uint32(text[i])
		if at >= uint32(len(c.units)) || labelOf(c.units[at]) != uint32(text[i]) {
			break
		}
		unit := c.units[at]
		at ^= offsetOf(unit)
		if !hasLeaf(unit) || at >= uint32(len(c.units)) {
			continue
		}
		if value := valueOf(c.units[at]); value < uint32(len(c.forms)) {
			found, _, _ := bytes.Cut(c.forms[value:], []byte{0})
			form, size = string(found), i+1
		}
	}
	return form, size
}
