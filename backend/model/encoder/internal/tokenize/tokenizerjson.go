package tokenize

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
)

// document is what this package reads of a tokenizer.json, the format of the library tokenizers.
type document struct {
	Padding *struct {
		ID int64 `json:"pad_id"`
	} `json:"padding"`
	Added      []addedToken `json:"added_tokens"`
	Normalizer *step        `json:"normalizer"`
	Model      struct {
		Type       string          `json:"type"`
		UnknownID  *int32          `json:"unk_id"`
		Unknown    string          `json:"unk_token"`
		Fallback   bool            `json:"byte_fallback"`
		WordSuffix string          `json:"end_of_word_suffix"`
		Vocabulary json.RawMessage `json:"vocab"`
		Merges     json.RawMessage `json:"merges"`
	} `json:"model"`
}

// addedToken is a token that is looked for in a text before anything else is done to it. Special ones are marks, not text.
type addedToken struct {
	ID      int32  `json:"id"`
	Content string `json:"content"`
	Special bool   `json:"special"`
}

// step is one step of a normalizer.
type step struct {
	Type     string `json:"type"`
	Steps    []step `json:"normalizers"`
	Charsmap []byte `json:"precompiled_charsmap"`
	Prepend  string `json:"prepend"`
}

// each calls fn for every step that is no sequence of others.
func (s *step) each(fn func(step)) {
	if s == nil {
		return
	}
	if s.Type != "Sequence" {
		fn(*s)
	}
	for i := range s.Steps {
		s.Steps[i].each(fn)
	}
}

// isDocument says whether a vocabulary is a tokenizer.json rather than a format of its own.
func isDocument(data []byte) bool {
	return bytes.HasPrefix(bytes.TrimLeft(data, " \t\r\n\ufeff"), []byte("{"))
}

func readDocument(data []byte) (*document, error) {
	var d document
	if err := json.Unmarshal(bytes.TrimPrefix(data, []byte("\ufeff")), &d); err != nil {
		return nil, fmt.Errorf("it is not a tokenizer.json (%w)", err)
	}
	return &d, nil
}

// readPieces reads the vocabulary and the merges of a byte-pair encoding.
func (d *document) readPieces() (map[string]int32, merges, error) {
	if d.Model.Type != "BPE" && d.Model.Type != "" { // older files do not name it
		return nil, nil, fmt.Errorf("its model is %.40q, not BPE", d.Model.Type)
	}
	var ids map[string]int32
	if err := json.Unmarshal(d.Model.Vocabulary, &ids); err != nil {
		return nil, nil, fmt.Errorf("its vocabulary cannot be read (%w)", err)
	}
	if err := checkIDs(ids); err != nil {
		return nil, nil, err
	}
	// Each merge is a pair of strings, or in older files one string with a space in it.
	var pairs [][2]string
	if err := json.Unmarshal(d.Model.Merges, &pairs); err != nil {
		var lines []string
		if err := json.Unmarshal(d.Model.Merges, &lines); err != nil {
			return nil, nil, fmt.Errorf("its merges cannot be read (%w)", err)
		}
		pairs = slices.Grow(pairs[:0], len(lines))
		for i, line := range lines {
			left, right, ok := cutMerge(line)
			if !ok {
				return nil, nil, fmt.Errorf("its merge %d, %.40q, is not two tokens", i+1, line)
			}
			pairs = append(pairs, [2]string{left, right})
		}
	}
	rules := make(merges, len(pairs))
	for i, p := range pairs {
		if err := rules.add(ids, p[0], p[1], i); err != nil {
			return nil, nil, err
		}
	}
	return ids, rules, nil
}

// checkIDs refuses ids that no table of embeddings of a bearable size has.
func checkIDs(ids map[string]int32) error {
	for token, id := range ids {
		if id < 0 || id >= maxVocabulary {
			return fmt.Errorf("its token %.40q has the id %d, not 0 to %d", token, id, maxVocabulary-1)
		}
	}
	return nil
}
