package tokenize

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// captions is the folder of the small captioners, with their goldens by transformers' tokenizers.
var captions = filepath.Join("..", "..", "testdata", "captions")

type decoded struct {
	Texts []struct {
		IDs  []int64 `json:"ids"`
		Text string  `json:"text"`
	} `json:"texts"`
}

func readDecoded(t *testing.T, name string) (file []byte, d decoded) {
	t.Helper()
	vocabulary := map[string]string{"blip": "vocab.txt", "vit_gpt2": "tokenizer.json"}[name]
	file, err := os.ReadFile(filepath.Join(captions, name, vocabulary))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(captions, name, "goldens.json"))
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(data, &d); err != nil || len(d.Texts) < 100 {
		t.Fatalf("%d texts, %v", len(d.Texts), err)
	}
	return file, d
}

func TestGPT2SpellsLikeTransformersFromBothForms(t *testing.T) {
	file, goldens := readDecoded(t, "vit_gpt2")
	var whole struct {
		Model struct {
			Vocab map[string]int64 `json:"vocab"`
		} `json:"model"`
	}
	if err := json.Unmarshal(file, &whole); err != nil {
		t.Fatal(err)
	}
	whole.Model.Vocab["<|endoftext|>"] = int64(len(whole.Model.Vocab))
	flat, err := json.Marshal(whole.Model.Vocab)
	if err != nil {
		t.Fatal(err)
	}
	for form, data := range map[string][]byte{"tokenizer.json": file, "vocab.json": flat} {
		g, err := NewGPT2(data)
		if err != nil || g.Size() != len(whole.Model.Vocab) {
			t.Fatalf("%s: %v", form, err)
		}
		for _, text := range goldens.Texts {
			if got := g.Decode(text.IDs); got != text.Text || !utf8.ValidString(got) {
				t.Errorf("%s: %v: %q, want %q", form, text.IDs, got, text.Text)
			}
		}
		if got := g.Decode([]int64{-1, 1 << 40, int64(g.Size()) - 1}); got != "" {
			t.Errorf("%s: ids without a text gave %q", form, got)
		}
	}
}

func TestWordPieceSpellsLikeTransformers(t *testing.T) {
	file, goldens := readDecoded(t, "blip")
	w, err := NewWordPieceText(file)
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range goldens.Texts {
		if got := w.Decode(text.IDs); got != text.Text {
			t.Errorf("%v: %q, want %q", text.IDs, got, text.Text)
		}
	}
	if got := w.Decode([]int64{-1, 1 << 40, int64(w.Size()), 0, 2, 3}); got != "" {
		t.Errorf("ids without a text gave %q", got)
	}
}

func TestVocabulariesThatSpellNothingAreRefused(t *testing.T) {
	for name, file := range map[string]string{
		"nothing":              "",
		"no JSON":              "a\nb\n",
		"a list":               "[1, 2]",
		"no model":             "{}",
		"a model of no words":  `{"model": {"vocab": {}}}`,
		"an id below 0":        `{"a": -1}`,
		"an id beyond all":     `{"a": 1099511627776}`,
		"an id twice":          `{"a": 1, "b": 1}`,
		"a raw space":          `{"a b": 1}`,
		"a piece beyond all":   `{"` + strings.Repeat("a", maxPiece+1) + `": 1}`,
		"a special id twice":   `{"model": {"vocab": {"a": 1}}, "added_tokens": [{"id": 1, "content": "b", "special": true}]}`,
		"a fraction for an id": `{"a": 1.5}`,
	} {
		if _, err := NewGPT2([]byte(file)); err == nil {
			t.Errorf("GPT-2, %s: accepted", name)
		}
	}
	for name, file := range map[string]string{"nothing": "", "one line": "a", "an empty line": "a\n\nb", "no UTF-8": "a\n\xff", "a line beyond all": "a\n" + strings.Repeat("b", maxPiece+1)} {
		if _, err := NewWordPieceText([]byte(file)); err == nil {
			t.Errorf("WordPiece, %s: accepted", name)
		}
	}
}

func TestSentencesAreFitForShowing(t *testing.T) {
	for _, c := range []struct {
		text  string
		limit int
		want  string
	}{
		{"  a dog \n\t on  grass. ", 100, "a dog on grass."},
		{"a\x00b\x1b[31mc\u202ed\u00ade", 100, "ab[31mcde"},
		{"bad \xff\xfe bytes", 100, "bad \uFFFD\uFFFD bytes"},
		{"über", 1, ""},
		{"über", 2, "ü"},
		{"ab cd", 3, "ab"},
		{"ab cd", 4, "ab c"},
		{"", 10, ""},
	} {
		if got := Sentence(c.text, c.limit); got != c.want || len(got) > c.limit {
			t.Errorf("%q cut to %d: %q, want %q", c.text, c.limit, got, c.want)
		}
	}
}

func FuzzGPT2VocabulariesAreReadOrRefused(f *testing.F) {
	f.Add([]byte(`{"a": 0, "\u0120b": 1}`))
	f.Add([]byte(`{"model": {"vocab": {"a": 0}}, "added_tokens": [{"id": 1, "content": "x y"}]}`))
	f.Fuzz(func(t *testing.T, file []byte) {
		g, err := NewGPT2(file)
		if err != nil {
			return
		}
		if text := g.Decode([]int64{0, 1, 2, 3}); !utf8.ValidString(text) {
			t.Errorf("%q", text)
		}
	})
}
