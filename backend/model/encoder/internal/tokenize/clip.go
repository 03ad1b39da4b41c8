package tokenize

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// The tokens that CLIP puts round a text.
const (
	clipStart = "<|startoftext|>"
	clipEnd   = "<|endoftext|>"
	// clipSuffix ends the tokens that end a word.
	clipSuffix = "</w>"
)

const (
	// clipMerges is how many lines of OpenAI's file count; the rest of it was never used (simple_tokenizer.py).
	clipMerges = 49152 - 256 - 2
	// maxMergesFile bounds what a compressed file of merges unpacks to, in bytes; OpenAI's has 3.2 MB.
	maxMergesFile = 32 << 20
)

// CLIP is CLIP's byte-pair tokenizer. It is safe for concurrent use.
type CLIP struct {
	merges     merges
	inner      [256]int32 // symbols of the bytes within a word,
	last       [256]int32 // and of those that end one
	start, end int64
	limit      int
}

// NewCLIP reads a vocabulary: a tokenizer.json, or OpenAI's file of merges (bpe_simple_vocab_16e6.txt), compressed with
// gzip or not. Texts are cut to limit ids, at least 3, the first and the last of which are the start and the end token.
func NewCLIP(vocabulary []byte, limit int) (*CLIP, error) {
	if limit < 3 {
		return nil, fmt.Errorf("a limit of %d tokens leaves no room for a text", limit)
	}
	ids, rules, err := readCLIP(vocabulary)
	if err != nil {
		return nil, err
	}
	c := &CLIP{merges: rules, limit: limit}
	for b, name := range byteNames() {
		inner, ok1 := ids[name]
		last, ok2 := ids[name+clipSuffix]
		if !ok1 || !ok2 {
			return nil, fmt.Errorf("the vocabulary has no token of its own for the byte %d", b)
		}
		c.inner[b], c.last[b] = inner, last
	}
	for name, id := range map[string]*int64{clipStart: &c.start, clipEnd: &c.end} {
		token, ok := ids[name]
		if !ok {
			return nil, fmt.Errorf("the vocabulary has no %s", name)
		}
		*id = int64(token)
	}
	return c, nil
}

func readCLIP(vocabulary []byte) (map[string]int32, merges, error) {
	if !isDocument(vocabulary) {
		return readMerges(vocabulary)
	}
	d, err := readDocument(vocabulary)
	if err != nil {
		return nil, nil, err
	}
	if d.Model.WordSuffix != clipSuffix {
		return nil, nil, fmt.Errorf("its words end in %.40q, and those of CLIP in %q", d.Model.WordSuffix, clipSuffix)
	}
	return d.readPieces()
}

// readMerges reads OpenAI's file: a line of comment, then merges. Ids follow from their order: the bytes, the bytes that
// end a word, the merges, the start and the end.
func readMerges(data []byte) (map[string]int32, merges, error) {
	if bytes.HasPrefix(data, []byte{0x1f, 0x8b}) {
		z, err := gzip.NewReader(bytes.NewReader(data))
		if err != nil {
			return nil, nil, fmt.Errorf("it cannot be unpacked (%w)", err)
		}
		if data, err = io.ReadAll(io.LimitReader(z, maxMergesFile+1)); err != nil {
			return nil, nil, fmt.Errorf("it cannot be unpacked (%w)", err)
		}
	}
	if len(data) > maxMergesFile || !utf8.Valid(data) {
		return nil, nil, errors.New("it is neither a tokenizer.json nor a list of merges")
	}
	lines := strings.Split(string(data), "\n")
	lines = lines[1:min(len(lines), clipMerges+1)]
	ids, rules := make(map[string]int32, 512+len(lines)+2), make(merges, len(lines))
	// The order of the bytes is that of their names.
	byID := [256]string{}
	names := byteNames()
	n := 0
	for _, printable := range []bool{true, false} {
		for b := range names {
			if isPrintable(b) == printable {
				byID[n], n = names[b], n+1
			}
		}
	}
	add := func(token string) { ids[token] = int32(len(ids)) }
	for _, name := range byID {
		add(name)
	}
	for _, name := range byID {
		add(name + clipSuffix)
	}
	for i, line := range lines {
		line = strings.TrimSuffix(line, "\r")
		if line == "" && i == len(lines)-1 {
			break
		}
		left, right, ok := cutMerge(line)
		if _, twice := ids[left+right]; !ok || twice {
			return nil, nil, fmt.Errorf("its line %d, %.40q, is not a merge of two tokens into a new one", i+2, line)
		}
		add(left + right)
		if err := rules.add(ids, left, right, i); err != nil {
			return nil, nil, err
		}
	}
	if len(rules) == 0 {
		return nil, nil, errors.New("it lists no merges")
	}
	add(clipStart)
	add(clipEnd)
	return ids, rules, nil
}

func cutMerge(line string) (left, right string, ok bool) {
	left, right, ok = strings.Cut(line, " ")
	return left, right, ok && left != "" && right != "" && !strings.Contains(right, " ")
}

// isPrintable says whether a byte stands for itself in a vocabulary (GPT-2, encoder.py, bytes_to_unicode).
func isPrintable(b int) bool {
	return b >= '!' && b <= '~' || b >= 0xA1 && b <= 0xAC || b >= 0xAE
}

// byteNames returns the characters that stand for the 256 bytes in a vocabulary.
func byteNames() [256]string {
	var names [256]string
	next := rune(256)
	for b := range names {
		if isPrintable(b) {
			names[b] = string(rune(b))
		} else {
			names[b] = string(next)
			next++
		}
	}
	return names
}

// Pad returns the id that fills up shorter texts of a batch. What comes after the end token counts for nothing.
func (c *CLIP) Pad() int64 { return c.end }

// Encode returns the ids of a text, 2 to the limit of them: the start, the text's, the end.
//
// A text is text: unlike in the reference implementation, the names of the special tokens in it become no such tokens. An
// end token in the middle would make the model read only what stands before it.
func (c *CLIP) Encode(text string) []int64 {
	ids := make([]int64, 1, 16)
	ids[0] = c.start
	ids = c.appendText(ids, clipNormal(text), c.limit-1)
	return append(ids, c.end)
}

// appendText appends the ids of a text in normal form until there are limit of them.
func (c *CLIP) appendText(ids []int64, text string, limit int) []int64 {
	j := joiner{merges: c.merges}
	for text != "" && len(ids) < limit {
		n := clipWord(text)
		if n == 0 { // white space
			_, n = utf8.DecodeRuneInString(text)
			text = text[n:]
			continue
		}
		j.reset()
		for _, b := range []byte(text[:n-1]) {
			j.push(c.inner[b])
		}
		j.push(c.last[text[n-1]])
		ids = j.appendTo(ids)
		text = text[n:]
	}
	return ids[:min(len(ids), limit)]
}

// clipNormal is a text composed (NFC) and in lower case. Bytes that are not UTF-8 read as U+FFFD, each for itself.
func clipNormal(text string) string {
	var b strings.Builder
	b.Grow(len(text))
	for _, r := range text { // before composing, which would keep such bytes
		b.WriteRune(r)
	}
	composed := norm.NFC.String(b.String())
	b.Reset()
	b.Grow(len(composed))
	for _, r := range composed {
		writeLower(&b, r)
	}
	return b.String()
}

// writeLower writes a character in lower case as Unicode has it: İ is the one whose lower case is two characters.
func writeLower(b *strings.Builder, r rune) {
	if r == 'İ' {
		b.WriteString("i\u0307")
		return
	}
	b.WriteRune(unicode.ToLower(r))
}

// clipWord returns how many bytes the first word of a text has; 0 if the text begins with white space. A word is a
// contraction, letters, one digit, or a run of what is neither letter, digit nor white space.
func clipWord(text string) int {
	if text[0] == '\'' {
		for _, c := range [...]string{"'s", "'t", "'re", "'ve", "'m", "'ll", "'d"} {
			if strings.HasPrefix(text, c) {
				return len(c)
			}
		}
	}
	first, n := utf8.DecodeRuneInString(text)
	kind := kindOf(first)
	switch kind {
	case space:
		return 0
	case digit:
		return n
	}
	for n < len(text) {
		r, size := utf8.DecodeRuneInString(text[n:])
		if kindOf(r) != kind {
			break
		}
		n += size
	}
	return n
}

// runeKind is what a character is to CLIP.
type runeKind int

const (
	other runeKind = iota
	letter
	digit
	space
)

func kindOf(r rune) runeKind {
	switch {
	case unicode.IsLetter(r):
		return letter
	case unicode.IsSpace(r):
		return space
	case unicode.IsNumber(r):
		return digit
	default:
		return other
	}
}
