package tokenize

import (
	"slices"
	"strings"
	"testing"
)

func TestVocabulariesThatCannotServeAreRefused(t *testing.T) {
	whole := "[PAD]\n[UNK]\n[CLS]\n[SEP]\na\n##b\n"
	if _, err := NewWordPiece([]byte(whole), 8); err != nil {
		t.Fatalf("a whole vocabulary: %v", err)
	}
	for name, vocabulary := range map[string]string{
		"empty":                "",
		"a line without text":  whole + "\nc\n",
		"a token twice":        whole + "a\n",
		"no unknown token":     strings.Replace(whole, "[UNK]", "unk", 1),
		"no start":             strings.Replace(whole, "[CLS]", "cls", 1),
		"no end":               strings.Replace(whole, "[SEP]", "sep", 1),
		"not UTF-8":            whole + "\xff\n",
		"more lines than fair": strings.Repeat("x\n", maxVocabulary+1),
	} {
		if _, err := NewWordPiece([]byte(vocabulary), 8); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if _, err := NewWordPiece([]byte(whole), 2); err == nil {
		t.Error("a limit that leaves no room for a text: accepted")
	}
}

func TestALineMayEndLikeOnWindows(t *testing.T) {
	w, err := NewWordPiece([]byte("[PAD]\r\n[UNK]\r\n[CLS]\r\n[SEP]\r\na\r\n##b\r\n"), 8)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := w.Encode("ab"), []int64{2, 4, 5, 3}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func TestBytesThatAreNotUTF8AreDropped(t *testing.T) {
	w := tokenizer(t, 64)
	if got, want := w.Encode("a \xffdo\xc3g"), w.Encode("a dog"); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func FuzzEncode(f *testing.F) {
	for _, text := range []string{"", "a dog", "[CLS][SEP] [MASK", "naïve ☃ 猫", "\x00\xff\ufffd", strings.Repeat("x", 101), "##ing", "İΣς"} {
		f.Add(text, uint8(64))
	}
	vocabulary := vocabulary(f)
	lines := int64(strings.Count(string(vocabulary), "\n"))
	tokenizers := map[int]*WordPiece{}
	f.Fuzz(func(t *testing.T, text string, room uint8) {
		limit := 3 + int(room)
		w := tokenizers[limit]
		if w == nil {
			var err error
			if w, err = NewWordPiece(vocabulary, limit); err != nil {
				t.Fatal(err)
			}
			tokenizers[limit] = w
		}
		ids := w.Encode(text)
		if len(ids) < 2 || len(ids) > limit {
			t.Fatalf("%d ids, not 2 to %d", len(ids), limit)
		}
		if ids[0] != w.start || ids[len(ids)-1] != w.end {
			t.Fatalf("%v does not begin and end with the special tokens", ids)
		}
		for _, id := range ids {
			if id < 0 || id >= lines {
				t.Fatalf("the id %d is not in the vocabulary", id)
			}
		}
		if again := w.Encode(text); !slices.Equal(ids, again) {
			t.Fatalf("the same text gave %v, then %v", ids, again)
		}
	})
}
